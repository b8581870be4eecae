/** Choosing a role and where it is held, by names. */

import { useMemo, useState } from "preact/hooks";
import { administration as words } from "../../ui/words/administration.ts";
import { language, useWords } from "../../ui/words/language.ts";
import { type Noun, Scopes, type ScopesAnswer, narrowed, nounsFor } from "./scopes.ts";

export interface RoleAt {
  role: string;
  scope: string;
}

interface ChoosingProps {
  scopes: ScopesAnswer;
  /** The scopes that whoever gives the role administrates. */
  own: readonly string[];
  value: RoleAt;
  onChoose: (value: RoleAt) => void;
}

/** So many places are looked through without typing. */
const FEW = 12;

export function RoleChoosing({ scopes, own, value: { role, scope }, onChoose }: ChoosingProps) {
  const say = useWords();
  const names = useMemo(() => new Scopes(scopes), [scopes]);
  const [text, setText] = useState("");
  const roles = scopes.roles.filter((one) => nounsFor(one.role, own).length > 0);
  const nouns = role === "" ? [] : nounsFor(role, own);
  const noun = nouns.find((one) => scope.startsWith(`${one}:`)) ?? nouns[0];
  const all = useMemo(() => (noun === undefined ? [] : names.places(noun, own)), [names, noun, own.join()]);
  const found = narrowed(all, text);
  // What is chosen stays offered, also where it is not what is looked for any more.
  const shown = all.filter((place) => place.scope === scope || found.includes(place));
  const onlyOf = (noun: Noun | undefined) => {
    const places = noun === undefined ? [] : names.places(noun, own);
    return places.length === 1 ? (places[0]?.scope ?? "") : noun === undefined ? "" : `${noun}:`;
  };
  const chooseRole = (role: string) => onChoose({ role, scope: onlyOf(nounsFor(role, own)[0]) });
  return (
    <div class="role-choosing">
      <label class="field">
        <span class="label">{say(words.role)}</span>
        <select class="input" value={role} onChange={(event) => (setText(""), chooseRole(event.currentTarget.value))}>
          <option value="">{say(words.choose)}</option>
          {roles.map((one) => (
            <option key={one.role} value={one.role}>
              {one[language()]}
            </option>
          ))}
        </select>
      </label>
      {nouns.length < 2 ? null : (
        <fieldset class="choice">
          <legend class="label">{say(words.where)}</legend>
          {nouns.map((one) => (
            <label key={one} class="choice-option">
              <input type="radio" name="noun" checked={one === noun} onChange={() => (setText(""), onChoose({ role, scope: onlyOf(one) }))} />
              <span>{say(words[one])}</span>
            </label>
          ))}
        </fieldset>
      )}
      {noun === undefined ? null : (
        <>
          {all.length <= FEW ? null : (
            <label class="field">
              <span class="label">{say(words.narrow)}</span>
              <input class="text-line" type="search" value={text} onInput={(event) => setText(event.currentTarget.value)} />
            </label>
          )}
          <label class="field">
            <span class="label">{nouns.length < 2 ? say(words[noun]) : say(words.at)}</span>
            <select class="input" value={scope} onChange={(event) => onChoose({ role, scope: event.currentTarget.value })}>
              <option value={`${noun}:`}>{say(words.choose)}</option>
              {shown.map((place) => (
                <option key={place.scope} value={place.scope}>
                  {place.name}
                </option>
              ))}
            </select>
          </label>
          {all.length === 0 ? <p class="soft">{say(words.noneThere)}</p> : null}
        </>
      )}
    </div>
  );
}

/** Whether a role and a place were chosen. */
export function isChosen({ role, scope }: RoleAt): boolean {
  return role !== "" && !scope.endsWith(":") && scope !== "";
}
