/** Enrolment: whose phone this becomes. */

import { useState } from "preact/hooks";
import { browserOf } from "../../ui/browser.ts";
import { useHouse } from "../../ui/house.ts";
import { useLive } from "../../ui/live.ts";
import { goInstead } from "../../ui/route.ts";
import { Button } from "../../ui/widgets/button.tsx";
import { CopyButton } from "../../ui/widgets/copy.tsx";
import { TextLine } from "../../ui/widgets/line.tsx";
import { Notice } from "../../ui/widgets/notice.tsx";
import { join as words } from "../../ui/words/join.ts";
import { languageTag, useWords } from "../../ui/words/language.ts";
import { type Joining, codeIn, isWhole, join, settleIn } from "./enrol.ts";
import { LanguageChoice } from "../me/language.tsx";
import { Scanner, canScan } from "./scan.tsx";

export function JoinPage({ code }: { code?: string }) {
  const say = useWords();
  const { device } = useHouse();
  const phone = useLive(async () => (await device.phone()) ?? null, []);
  if (phone === undefined) {
    return null;
  }
  if (phone !== null) {
    return (
      <Notice tone="told" title={say(words.already, { name: phone.owner.name })}>
        <p>{say(words.alreadyWhy)}</p>
      </Notice>
    );
  }
  return <Enrolment {...(code === undefined ? {} : { code: codeIn(code) })} />;
}

function Enrolment({ code: linked }: { code?: string }) {
  const say = useWords();
  const { device } = useHouse();
  const browser = browserOf(window);
  const [typed, setTyped] = useState(linked ?? "");
  const [name, setName] = useState(say(words[browser.system]));
  const [scanning, setScanning] = useState<"no" | "yes" | "failed">("no");
  const [state, setState] = useState<"ready" | "half" | "asking" | "not_kept" | Exclude<Joining, { kind: "joined" }>>("ready");
  const isBusy = state === "asking";

  const enrol = async (code: string) => {
    if (!isWhole(code)) {
      return setState("half");
    }
    setState("asking");
    const joining = await join((path, init) => fetch(path, init), code, name, languageTag());
    if (joining.kind !== "joined") {
      return setState(joining);
    }
    try {
      await settleIn(device, joining.me, joining.token);
    } catch {
      return setState("not_kept");
    }
    goInstead("welcome");
  };
  const scanned = (text: string) => {
    setScanning("no");
    setTyped(codeIn(text));
    void enrol(codeIn(text));
  };

  if (browser.within !== undefined) {
    return (
      <Notice tone="care" title={say(words.within)}>
        <p>{say(browser.within === "wechat" ? words.wechat : words.otherApp)}</p>
        <CopyButton text={location.href}>{say(words.copyAddress)}</CopyButton>
      </Notice>
    );
  }
  return (
    <>
      <h2>{say(words.title)}</h2>
      <p class="soft">{say(words.what)}</p>
      {browser.worksOffline ? null : <Notice tone="care">{say(words.notOffline)}</Notice>}
      {browser.system === "ios" && !browser.isInstalled ? (
        <Notice tone="care" title={say(words.iosFirst)}>
          <p>{say(words.iosFirstWhy)}</p>
          {linked === undefined ? null : <CopyButton text={linked}>{say(words.copyCode)}</CopyButton>}
        </Notice>
      ) : null}
      {linked === undefined && canScan() && scanning === "no" ? (
        <Button weight="main" onClick={() => setScanning("yes")} disabled={isBusy}>
          {say(words.scan)}
        </Button>
      ) : null}
      {scanning === "yes" ? (
        <Scanner onFound={scanned} onStop={() => setScanning("no")} onFailed={() => setScanning("failed")} />
      ) : null}
      {scanning === "failed" ? <Notice tone="care">{say(words.noCamera)}</Notice> : null}
      <form
        class="card"
        onSubmit={(event) => {
          event.preventDefault();
          void enrol(codeIn(typed));
        }}
      >
        {linked === undefined ? (
          <TextLine label={say(words.code)} hint={say(words.codeHint)} value={typed} onInput={setTyped} isCode />
        ) : (
          <Notice tone="good">{say(words.codeThere)}</Notice>
        )}
        <TextLine label={say(words.device)} hint={say(words.deviceHint)} value={name} onInput={setName} />
        <Outcome state={state} />
        <Button type="submit" weight="main" disabled={isBusy}>
          {say(isBusy ? words.enrolling : words.enrol)}
        </Button>
      </form>
      <LanguageChoice />
    </>
  );
}

function Outcome({ state }: { state: string | Exclude<Joining, { kind: "joined" }> }) {
  const say = useWords();
  if (state === "half") {
    return <Notice tone="care" live>{say(words.half)}</Notice>;
  }
  if (state === "not_kept") {
    return <Notice tone="bad" title={say(words.failed)} live>{say(words.notKept)}</Notice>;
  }
  if (typeof state === "string") {
    return null;
  }
  return (
    <Notice tone="bad" title={say(words.failed)} live>
      {state.kind === "refused" ? (
        <>
          <p>{state.detail}</p>
          {state.code.startsWith("code_") ? <p>{say(words.newCode)}</p> : null}
        </>
      ) : (
        <p>{say(state.kind === "stranger" ? words.stranger : words.noLine)}</p>
      )}
    </Notice>
  );
}
