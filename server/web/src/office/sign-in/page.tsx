/** The office's door: name, password, and the one-time code for whoever has one. */

import { useEffect, useRef, useState } from "preact/hooks";
import { useHouse } from "../../ui/house.ts";
import { Button } from "../../ui/widgets/button.tsx";
import { Notice } from "../../ui/widgets/notice.tsx";
import { useWords } from "../../ui/words/language.ts";
import { office as words } from "../../ui/words/office.ts";
import type { Answers } from "../answers.ts";
import { useOffice } from "../house.ts";
import { type Door, type Entering, type SignedIn, enter } from "./entering.ts";

interface FormProps {
  /** Whose desk it is, where only they can come in. */
  username?: string;
  onIn: () => void;
}

/** The server's side of the door. */
export function doorOf(answers: Answers, betweenSyncs: Door["betweenSyncs"]): Door {
  return {
    begin: (credentials) => answers.once<SignedIn>({ method: "POST", path: "/api/v1/session", body: credentials }),
    end: () => answers.once({ method: "DELETE", path: "/api/v1/session" }),
    schema: () => answers.once({ method: "GET", path: "/api/v1/schema" }),
    betweenSyncs,
  };
}

export function SignInForm({ username, onIn }: FormProps) {
  const say = useWords();
  const { device, runner } = useHouse();
  const { answers } = useOffice();
  const [name, setName] = useState(username ?? "");
  const [password, setPassword] = useState("");
  const [totp, setTotp] = useState("");
  const [state, setState] = useState<"asking" | "entering" | Exclude<Entering, { kind: "in" }>>("asking");
  const [asksCode, setAsksCode] = useState(false);
  const first = useRef<HTMLInputElement>(null);
  const code = useRef<HTMLInputElement>(null);
  useEffect(() => first.current?.focus(), []);
  useEffect(() => code.current?.focus(), [asksCode]);
  const come = async (throwAway: boolean) => {
    setState("entering");
    const door = doorOf(answers, (work) => runner.betweenSyncs(work));
    const credentials = { username: name, password, ...(totp.trim() === "" ? {} : { totp: totp.trim() }) };
    const came = await enter(device, door, credentials, throwAway);
    if (came.kind === "in") {
      answers.signedIn();
      runner.look();
      onIn();
      return;
    }
    setAsksCode(asksCode || (came.kind === "refused" && came.problem.code.startsWith("totp")));
    setState(came);
  };
  const isReady = name.trim() !== "" && password !== "" && state !== "entering";
  return (
    <form class="sign-in" onSubmit={(event) => (event.preventDefault(), isReady ? void come(false) : undefined)}>
      <label class="field">
        {say(words.username)}
        <input ref={username === undefined ? first : null} class="text-line" type="text" autoComplete="username" autoCapitalize="none" spellcheck={false} value={name} readOnly={username !== undefined} onInput={(event) => setName(event.currentTarget.value)} />
      </label>
      <label class="field">
        {say(words.password)}
        <input ref={username === undefined ? null : first} class="text-line" type="password" autoComplete="current-password" value={password} onInput={(event) => setPassword(event.currentTarget.value)} />
      </label>
      {asksCode ? (
        <label class="field">
          {say(words.totp)}
          <input ref={code} class="text-line" type="text" inputMode="numeric" autoComplete="one-time-code" value={totp} onInput={(event) => setTotp(event.currentTarget.value)} />
        </label>
      ) : null}
      {typeof state === "string" ? null : <WhyNot entering={state} onThrowAway={() => void come(true)} />}
      <Button type="submit" weight="main" disabled={!isReady}>
        {say(state === "entering" ? words.entering : words.signIn)}
      </Button>
    </form>
  );
}

function WhyNot({ entering, onThrowAway }: { entering: Exclude<Entering, { kind: "in" }>; onThrowAway: () => void }) {
  const say = useWords();
  switch (entering.kind) {
    case "refused":
      return (
        <Notice tone={entering.problem.code === "totp_needed" ? "told" : "bad"} live>
          <p>{entering.problem.detail}</p>
        </Notice>
      );
    case "no_line":
      return <Notice tone="bad" title={say(words.noLine)} live />;
    case "anothers":
      return (
        <Notice tone="bad" title={say(words.anothers, entering)} live>
          <p>{say(words.anothersWhy, entering)}</p>
        </Notice>
      );
    case "drafts":
      return (
        <Notice tone="care" title={say(words.othersDrafts, entering)} live>
          <p>{say(words.othersDraftsWhy)}</p>
          <Button weight="danger" onClick={onThrowAway}>
            {say(words.throwDraftsAway)}
          </Button>
        </Notice>
      );
  }
}

/** The door as a page of its own: nobody is in. */
export function SignInPage() {
  const say = useWords();
  return (
    <main class="door">
      <h1>{say(words.title)}</h1>
      <p class="soft">{say(words.doorWhy)}</p>
      <SignInForm onIn={() => undefined} />
      <p class="soft">
        <a href="/">{say(words.toPhone)}</a>
      </p>
    </main>
  );
}
