/** Which language the owner of this device reads: Chinese, unless they chose English. */

import { useEffect, useState } from "preact/hooks";
import { type Language, type Say, sayIn } from "./catalogue.ts";

const KEPT = "siteledger.language";
const TAGS: Record<Language, string> = { zh: "zh-CN", en: "en" };

let current: Language = kept();
const watchers = new Set<() => void>();

function kept(): Language {
  // Where storage is refused, the choice lasts as long as the page.
  try {
    return globalThis.localStorage?.getItem(KEPT) === "en" ? "en" : "zh";
  } catch {
    return "zh";
  }
}

export function language(): Language {
  return current;
}

/** The tag that browsers and `Intl` know it by. */
export function languageTag(): string {
  return TAGS[current];
}

export function chooseLanguage(chosen: Language): void {
  try {
    localStorage.setItem(KEPT, chosen);
  } catch {
    // See above.
  }
  speak(chosen);
}

function speak(chosen: Language): void {
  current = chosen;
  tellDocument();
  watchers.forEach((watcher) => watcher());
}

/** What is chosen on another page of the app holds on this one, too. */
export function followOtherPages(page: Window): void {
  page.addEventListener("storage", ({ key }) => key === KEPT && speak(kept()));
}

/** Screen readers and fonts go by the document's language. */
export function tellDocument(): void {
  document.documentElement.lang = TAGS[current];
}

/** Says a sentence in the chosen language, outside of pages. */
export const say: Say = (...args: Parameters<Say>) => (sayIn(current) as (...args: unknown[]) => string)(...args);

/** `say` for pages: they are drawn anew when another language is chosen. */
export function useWords(): Say {
  const [, redraw] = useState(current);
  useEffect(() => {
    const watcher = () => redraw(current);
    // Another may have been chosen since this was drawn.
    watcher();
    watchers.add(watcher);
    return () => {
      watchers.delete(watcher);
    };
  }, []);
  return sayIn(current);
}
