/** Enrolment: whose phone this becomes. */

import { useState } from "preact/hooks";
import type { Owner } from "../../sync/phone.ts";
import { browserOf } from "../../ui/browser.ts";
import { useHouse, useSync } from "../../ui/house.ts";
import { useLive } from "../../ui/live.ts";
import { goInstead, to } from "../../ui/route.ts";
import { Button, ButtonLink } from "../../ui/widgets/button.tsx";
import { CopyButton } from "../../ui/widgets/copy.tsx";
import { TextLine } from "../../ui/widgets/line.tsx";
import { Notice } from "../../ui/widgets/notice.tsx";
import { join as words } from "../../ui/words/join.ts";
import { languageTag, useWords } from "../../ui/words/language.ts";
import { type Joining, type Me, codeIn, isWhole, join, settleAnew, settleIn } from "./enrol.ts";
import { LanguageChoice } from "../me/language.tsx";
import { Scanner, canScan } from "./scan.tsx";

export function JoinPage({ code }: { code?: string }) {
  const { device } = useHouse();
  const known = useLive(async () => ({ phone: await device.phone(), me: await device.paper<Me>("me") }), [], ["device", "papers"]);
  if (known === undefined) {
    return null;
  }
  const linked = code === undefined ? {} : { code: codeIn(code) };
  if (known.phone === undefined) {
    return <Enrolment {...linked} />;
  }
  const { owner } = known.phone;
  return (
    <>
      <Already owner={owner} />
      <Enrolment {...linked} owner={owner} {...(known.me === undefined ? {} : { name: known.me.device.name })} />
    </>
  );
}

/** Whose phone it is already, and what stays when they enrol it again. */
function Already({ owner: { name } }: { owner: Owner }) {
  const say = useWords();
  const isShutOut = useSync().engine.trouble?.why === "signed_out";
  return (
    <Notice tone={isShutOut ? "care" : "told"} title={say(isShutOut ? words.shutOut : words.already, { name })}>
      <p>{say(isShutOut ? words.shutOutWhy : words.alreadyWhy, { name })}</p>
    </Notice>
  );
}

interface EnrolmentProps {
  /** The code that came with the link. */
  code?: string;
  /** Whose work is on the phone: they alone may enrol it. */
  owner?: Owner;
  /** What the phone is called so far. */
  name?: string;
}

function Enrolment({ code: linked, owner, name: before }: EnrolmentProps) {
  const say = useWords();
  const { device, runner } = useHouse();
  const browser = browserOf(window);
  const [typed, setTyped] = useState(linked ?? "");
  const [name, setName] = useState(before ?? say(words[browser.system]));
  const [scanning, setScanning] = useState<"no" | "yes" | "failed">("no");
  const [state, setState] = useState<"ready" | "half" | "asking" | "not_kept" | Exclude<Joining, { kind: "joined" }>>("ready");
  const isBusy = state === "asking";

  const enrol = async (code: string) => {
    if (!isWhole(code)) {
      return setState("half");
    }
    setState("asking");
    const asking = { code, name, ...(owner === undefined ? {} : { owner }) };
    const joining = await join((path, init) => fetch(path, init), asking, languageTag());
    if (joining.kind !== "joined") {
      return setState(joining);
    }
    const { me, token } = joining;
    try {
      await (owner === undefined ? settleIn(device, me, token) : settleAnew(device, runner, me, token));
    } catch {
      return setState("not_kept");
    }
    goInstead(owner === undefined ? "welcome" : "sync");
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
      <h2>{say(owner === undefined ? words.title : words.again)}</h2>
      {owner === undefined ? <p class="soft">{say(words.what)}</p> : null}
      {browser.worksOffline ? null : <Notice tone="care">{say(words.notOffline)}</Notice>}
      {owner === undefined && browser.system === "ios" && !browser.isInstalled ? (
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
        <Outcome state={state} {...(owner === undefined ? {} : { owner })} />
        <Button type="submit" weight="main" disabled={isBusy}>
          {say(isBusy ? words.enrolling : owner === undefined ? words.enrol : words.enrolAgain)}
        </Button>
      </form>
      <LanguageChoice />
    </>
  );
}

function Outcome({ state, owner }: { state: string | Exclude<Joining, { kind: "joined" }>; owner?: Owner }) {
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
  if (state.kind === "refused" && state.code === "code_of_another" && owner !== undefined) {
    return (
      <Notice tone="bad" title={say(words.anothers)} live>
        <p>{say(words.anothersWhy, { name: owner.name })}</p>
        <ButtonLink href={to("me")}>{say(words.toMe)}</ButtonLink>
      </Notice>
    );
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
