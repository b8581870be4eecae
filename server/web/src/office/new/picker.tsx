/** Choosing where a record belongs: county, township, school, project; by looking, or by parts of names. */

import { useMemo, useRef, useState } from "preact/hooks";
import type { Me } from "../../field/record/book.ts";
import type { Kind } from "../../protocol/schema.ts";
import { Button } from "../../ui/widgets/button.tsx";
import { begin as words } from "../../ui/words/begin.ts";
import { useWords } from "../../ui/words/language.ts";
import { MOVES, useKeys } from "../keys.ts";
import { type Directory, Names } from "../names.ts";
import { asksOf, mayBeOfCounty, placesFor } from "./places.ts";

export interface Chosen {
  county?: string | undefined;
  township?: string | undefined;
  school?: string | undefined;
  project?: string | undefined;
}

interface PickerProps {
  me: Me;
  kind: Kind;
  directory: Directory;
  /** A school that was said before, to whose places the choice is narrowed. */
  within: { school?: string | undefined; project?: string | undefined };
  isReady: boolean;
  onChoose: (place: Chosen) => void;
}

/** How many schools are shown at once. */
const MOST = 20;

export function Picker({ me, kind, directory, within, isReady, onChoose }: PickerProps) {
  const say = useWords();
  const { counties, townships } = directory;
  const wide = counties.length > 1;
  const [county, setCounty] = useState(wide ? "" : (counties[0]?.code ?? ""));
  const [township, setTownship] = useState("");
  const [sought, setSought] = useState("");
  const box = useRef<HTMLInputElement>(null);
  useKeys({ ...MOVES, f: () => box.current?.focus() });
  const asks = asksOf(kind);
  const names = useMemo(() => new Names(directory), [directory]);
  const rows = useMemo(
    () =>
      asks === "county"
        ? []
        : placesFor(kind, me.roles, directory, { county: county || undefined, township: township || undefined, words: sought }).filter(({ school }) => within.school === undefined || school.id === within.school),
    [kind, me, directory, county, township, sought, within.school],
  );
  const near = townships.filter((one) => one.county === county);
  const whole = counties.filter((one) => one.whole && (county === "" || one.code === county));
  if (asks === "county") {
    return <Counties kind={kind} directory={directory} isReady={isReady} onChoose={onChoose} />;
  }
  return (
    <>
      <form class="filters-bar" role="search" aria-label={say(words.seek)} onSubmit={(event) => event.preventDefault()}>
        {wide ? <Choice label={say(words.county)} value={county} onChoose={(code) => (setCounty(code), setTownship(""))} options={counties.map(({ code, name }) => [code, name])} /> : null}
        {near.length > 1 ? <Choice label={say(words.township)} value={township} onChoose={setTownship} options={near.map(({ code, name }) => [code, name])} /> : null}
        <label class="filter seek">
          <span>
            {say(words.seek)} <kbd>f</kbd>
          </span>
          <input ref={box} class="input" type="search" value={sought} aria-describedby="seek-hint" onInput={(event) => setSought(event.currentTarget.value)} />
        </label>
      </form>
      <p id="seek-hint" class="soft">
        {say(words.seekHint)}
      </p>
      {mayBeOfCounty(kind) && within.school === undefined ? (
        <div class="place-choices">
          {whole.map(({ code, name }) => (
            <Button key={code} disabled={!isReady} onClick={() => onChoose({ county: code })}>
              {say(words.wholeCounty, { county: name })}
            </Button>
          ))}
        </div>
      ) : null}
      <ul class="place-list" aria-label={say(words.places)}>
        {rows.slice(0, MOST).map(({ school, isOffered, projects }) => (
          <li key={school.id}>
            <p class="place-school">
              {wide ? `${names.county(school.county) ?? ""} · ` : ""}
              {townships.find(({ code }) => code === school.township)?.name ?? ""} <strong>{school.name}</strong>
            </p>
            <div class="place-choices">
              {projects.map(({ id }) => (
                <button key={id} type="button" class="button plain" data-line disabled={!isReady} onClick={() => onChoose({ county: school.county, school: school.id, project: id })}>
                  {names.place({ school: school.id, project: id }).project}
                </button>
              ))}
              {isOffered ? (
                <button type="button" class="button quiet" data-line disabled={!isReady} onClick={() => onChoose({ county: school.county, school: school.id })}>
                  {say(words.school, { school: names.place({ school: school.id }).school ?? school.name })}
                </button>
              ) : null}
            </div>
          </li>
        ))}
      </ul>
      <p class="soft" role="status">
        {rows.length === 0 ? say(words.noPlace) : rows.length > MOST ? say(words.more, { count: rows.length - MOST }) : ""}
      </p>
    </>
  );
}

/** For what belongs to a county: one click where there is one, and of schools their township. */
function Counties({ kind, directory, isReady, onChoose }: Pick<PickerProps, "kind" | "directory" | "isReady" | "onChoose">) {
  const say = useWords();
  const whole = directory.counties.filter((county) => county.whole);
  const [county, setCounty] = useState(whole[0]?.code ?? "");
  const isOfSchool = kind.belongs === "is_school";
  const choices = isOfSchool ? directory.townships.filter((one) => one.county === county) : whole;
  return (
    <>
      {isOfSchool && whole.length > 1 ? <Choice label={say(words.county)} value={county} onChoose={setCounty} options={whole.map(({ code, name }) => [code, name])} /> : null}
      <p>{say(isOfSchool ? words.whichTownship : words.whichCounty)}</p>
      <div class="place-choices">
        {choices.map(({ code, name }) => (
          <button key={code} type="button" class="button plain" data-line disabled={!isReady} onClick={() => onChoose(isOfSchool ? { county, township: code } : { county: code })}>
            {name}
          </button>
        ))}
      </div>
    </>
  );
}

interface ChoiceProps {
  label: string;
  value: string;
  options: readonly (readonly [code: string, name: string])[];
  onChoose: (value: string) => void;
}

function Choice({ label, value, options, onChoose }: ChoiceProps) {
  const say = useWords();
  return (
    <label class="filter">
      <span>{label}</span>
      <select class="input" value={value} onChange={(event) => onChoose(event.currentTarget.value)}>
        <option value="">{say(words.all)}</option>
        {options.map(([code, name]) => (
          <option key={code} value={code}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}
