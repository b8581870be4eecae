/** The frame that every page of the office stands in. */

import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Me } from "../field/record/book.ts";
import { useHouse, useSync, useWatched } from "../ui/house.ts";
import type { Route } from "../ui/route.ts";
import { Button } from "../ui/widgets/button.tsx";
import { Notice } from "../ui/widgets/notice.tsx";
import { Sheet } from "../ui/widgets/sheet.tsx";
import { frame } from "../ui/words/frame.ts";
import { chooseLanguage, language, useWords } from "../ui/words/language.ts";
import { office as words } from "../ui/words/office.ts";
import { search } from "../ui/words/search.ts";
import { useOffice } from "./house.ts";
import { useKeys } from "./keys.ts";
import { Navigation } from "./navigation.tsx";
import { addressOf, paths, travel } from "./roads.ts";
import { SignInForm } from "./sign-in/page.tsx";
import { SignOut } from "./sign-in/leaving.tsx";

interface FrameProps {
  me: Me;
  route: Route;
  children: ComponentChildren;
}

export function Frame({ me, route, children }: FrameProps) {
  const say = useWords();
  const [isOpen, setOpen] = useState(false);
  const [showsKeys, showKeys] = useState(false);
  useEffect(() => setOpen(false), [route.join("/")]);
  useKeys({ "?": () => showKeys(true), g: () => travel(paths.to([])) });
  return (
    <div class="office-frame">
      <a class="skip" href="#page">
        {say(words.skip)}
      </a>
      <header class="office-head">
        <button type="button" class="menu-button" aria-expanded={isOpen} aria-controls="places" onClick={() => setOpen(!isOpen)}>
          {say(words.menu)}
        </button>
        <a class="office-name" href={paths.to([])}>
          {say(words.short)}
        </a>
        <SearchBox />
        <Line />
        <div class="who">
          <span class="who-name">{me.user.display_name}</span>
          <LanguageButton />
          <button type="button" class="button quiet keys-button" onClick={() => showKeys(true)}>
            {say(words.keys)}
          </button>
          <SignOut />
        </div>
      </header>
      <Navigation me={me} route={route} isOpen={isOpen} />
      <main id="page" class="office-page" tabIndex={-1}>
        <Told />
        {children}
      </main>
      <SignedOut me={me} />
      {showsKeys ? <KeysSheet onClose={() => showKeys(false)} /> : null}
    </div>
  );
}

/** Looks for records from wherever one is; `/` goes there. */
function SearchBox() {
  const say = useWords();
  const [text, setText] = useState("");
  const box = useRef<HTMLInputElement>(null);
  useKeys({ "/": () => box.current?.focus() });
  const go = () => {
    travel(addressOf(paths.to(["search"]), { q: text.trim() }));
    setText("");
    box.current?.blur();
  };
  return (
    <form class="search-box" role="search" aria-label={say(search.title)} onSubmit={(event) => (event.preventDefault(), text.trim() === "" ? undefined : go())}>
      <input ref={box} class="text-line" type="search" aria-label={say(search.box)} placeholder={say(search.hint)} value={text} onInput={(event) => setText(event.currentTarget.value)} />
    </form>
  );
}

/** How things stand between this desk and the server. */
function Line() {
  const say = useWords();
  const { engine, waiting, held, refused } = useSync();
  const isOff = engine.trouble?.why === "no_line" || engine.trouble?.why === "stranger" || engine.trouble?.why === "busy";
  const mine = held + refused;
  const text = isOff ? say(words.lineTrouble) : waiting > 0 ? say(words.waitingToGo, { count: waiting }) : mine > 0 ? say(words.heldOfMine, { count: mine }) : say(words.allSent);
  return (
    <p class={`office-line ${isOff || mine > 0 ? "care" : waiting > 0 ? "told" : "soft"}`} role="status">
      {text}
    </p>
  );
}

function LanguageButton() {
  const other = language() === "zh" ? ({ code: "en", tag: "en", name: "English" } as const) : ({ code: "zh", tag: "zh-CN", name: "中文" } as const);
  return (
    <button type="button" class="button quiet" lang={other.tag} onClick={() => chooseLanguage(other.code)}>
      {other.name}
    </button>
  );
}

/** What is told on every page: nothing more can be kept, another version is there. */
function Told() {
  const say = useWords();
  const { device, update } = useHouse();
  const standing = useWatched(device.db, () => device.db.state());
  const state = useWatched(update, () => update.state());
  return (
    <>
      {standing === "open" ? null : (
        <Notice tone="bad" title={say(standing === "outdated" ? frame.updateElsewhere : frame.storageGone)} live>
          <p>{say(frame.storageGoneWhy)}</p>
        </Notice>
      )}
      {state === "none" ? null : (
        <Notice tone="told" title={say(state === "elsewhere" ? frame.updateElsewhere : frame.updateReady)}>
          {state === "awaits_sync" || state === "taking" ? (
            <p>{say(state === "taking" ? frame.updateTaking : frame.updateAwaits)}</p>
          ) : (
            <Button onClick={() => update.take()}>{say(state === "elsewhere" ? frame.again : frame.updateNow)}</Button>
          )}
        </Notice>
      )}
    </>
  );
}

/** The session has ended: whoever sits here signs in again, over the page as it is. */
function SignedOut({ me }: { me: Me }) {
  const say = useWords();
  const { answers } = useOffice();
  const isOut = useWatched({ watch: (watcher) => answers.watchSession(watcher) }, () => answers.isSignedOut());
  const { engine } = useSync();
  const [isAway, setAway] = useState(false);
  const isAsked = isOut || engine.trouble?.why === "signed_out";
  useEffect(() => setAway(false), [isAsked]);
  if (!isAsked || isAway) {
    return null;
  }
  return (
    <Sheet title={say(words.signedOutTitle)} onClose={() => setAway(true)}>
      <p>{say(words.signedOutWhy)}</p>
      <SignInForm username={me.user.username} onIn={() => setAway(true)} />
      <SignOut />
    </Sheet>
  );
}

/** The keys and what they do, as the table reads. */
const KEYS = [
  ["j ↓", "keyDown"],
  ["k ↑", "keyUp"],
  ["Enter", "keyOpen"],
  ["n", "keyNext"],
  ["b", "keyBefore"],
  ["u", "keyBack"],
  ["c", "keyConfirm"],
  ["r", "keyReturn"],
  ["e", "keyEdit"],
  ["s", "keySettle"],
  ["v", "keyPhotos"],
  ["i", "keyInterview"],
  ["w", "keyKeepView"],
  ["x", "keyTake"],
  ["p", "keyPrint"],
  ["Ctrl+Enter", "keySave"],
  ["g", "keyDesk"],
  ["/", "keySearch"],
  ["?", "keyHelp"],
] as const;

function KeysSheet({ onClose }: { onClose: () => void }) {
  const say = useWords();
  return (
    <Sheet title={say(words.keysTitle)} onClose={onClose}>
      <table class="keys">
        <tbody>
          {KEYS.map(([key, word]) => (
            <tr key={key}>
              <th scope="row">
                {key.split(" ").map((one) => (
                  <kbd key={one}>{one}</kbd>
                ))}
              </th>
              <td>{say(words[word])}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Sheet>
  );
}
