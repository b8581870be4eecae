/** Whether the browser keeps what is written, and the home screen, which makes it likelier. */

import { useEffect, useState } from "preact/hooks";
import { browserOf } from "../../ui/browser.ts";
import { useInstalling } from "../../ui/installing.ts";
import { type Storage, askToKeep, storageOf } from "../../ui/storage.ts";
import { Button } from "../../ui/widgets/button.tsx";
import { Notice } from "../../ui/widgets/notice.tsx";
import { join as words } from "../../ui/words/join.ts";
import { useWords } from "../../ui/words/language.ts";

export function useStorage(): [Storage | undefined, () => void] {
  const [storage, setStorage] = useState<Storage>();
  const look = () => void storageOf(navigator.storage).then(setStorage);
  useEffect(look, []);
  return [storage, look];
}

/** `asks`: the browser is asked now. Some ask the owner, who may leave that open; nothing waits for it. */
export function Keeping({ asks = false }: { asks?: boolean }) {
  const say = useWords();
  const [storage, look] = useStorage();
  const ask = () => void askToKeep(navigator.storage).then(look);
  useEffect(() => {
    if (asks) {
      ask();
    }
  }, []);
  if (storage === undefined) {
    return null;
  }
  if (storage.promise === "kept") {
    return (
      <Notice tone="good" title={say(words.kept)}>
        <p>{say(words.keptWhy)}</p>
      </Notice>
    );
  }
  return (
    <Notice tone="care" title={say(words.lent)}>
      <p>{say(words.lentWhy)}</p>
      <Button onClick={ask}>{say(words.askAgain)}</Button>
    </Notice>
  );
}

export function HomeScreen() {
  const say = useWords();
  const install = useInstalling();
  const browser = browserOf(window);
  if (browser.isInstalled) {
    return null;
  }
  const how = { android: words.installAndroid, ios: words.installIos, other: words.installOther };
  return (
    <section class="card">
      <h2>{say(words.homeScreen)}</h2>
      <p>{say(words.homeScreenWhy)}</p>
      {install === undefined ? (
        <p>{say(how[browser.system])}</p>
      ) : (
        <Button onClick={install}>{say(words.install)}</Button>
      )}
    </section>
  );
}
