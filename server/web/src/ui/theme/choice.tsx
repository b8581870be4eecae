/** Choosing light or dark; `early.ts` keeps the choice and shows it. */

import { useEffect, useState } from "preact/hooks";
import { useWords } from "../words/language.ts";
import { settings as words } from "../words/settings.ts";

const THEMES = ["system", "light", "dark"] as const;
type Theme = (typeof THEMES)[number];

function chosen(): Theme {
  return THEMES.find((theme) => theme === document.documentElement.dataset["theme"]) ?? "system";
}

export function ThemeChoice() {
  const say = useWords();
  const [theme, setTheme] = useState(chosen);
  useEffect(() => {
    // Another page may choose meanwhile.
    const watcher = new MutationObserver(() => setTheme(chosen()));
    watcher.observe(document.documentElement, { attributeFilter: ["data-theme"] });
    return () => watcher.disconnect();
  }, []);
  return (
    <fieldset class="choice">
      <legend class="label">{say(words.theme)}</legend>
      {THEMES.map((one) => (
        <label key={one} class="choice-option">
          <input type="radio" name="theme" checked={theme === one} onChange={() => (document.documentElement.dataset["theme"] = one)} />
          <span>{say(words[`theme_${one}`])}</span>
        </label>
      ))}
    </fieldset>
  );
}
