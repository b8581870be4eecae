import { chooseLanguage, language, useWords } from "../../ui/words/language.ts";
import { me as words } from "../../ui/words/me.ts";

/** Each language in its own words, so that who cannot read the screen finds theirs. */
const LANGUAGES = [
  { code: "zh", tag: "zh-CN", name: "中文" },
  { code: "en", tag: "en", name: "English" },
] as const;

export function LanguageChoice() {
  const say = useWords();
  return (
    <fieldset class="choice">
      <legend class="spoken">{say(words.language)}</legend>
      {LANGUAGES.map(({ code, tag, name }) => (
        <label key={code} class="choice-option" lang={tag}>
          <input type="radio" name="language" checked={language() === code} onChange={() => chooseLanguage(code)} />
          <span>{name}</span>
        </label>
      ))}
    </fieldset>
  );
}
