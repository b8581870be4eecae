/** The filters of a list: each change of one is another address, which can be passed on and come back to. */

import { useWords } from "../../ui/words/language.ts";
import { list as words } from "../../ui/words/list.ts";
import type { Names } from "../names.ts";
import type { Listed } from "../places.ts";
import { type Query, addressOf, paths } from "../roads.ts";
import { markTag, stateTag } from "../states.ts";
import { FILTERS, isFiltered } from "./query.ts";

interface FiltersProps {
  kind: Listed;
  query: Query;
  names: Names;
  onFilter: (parts: Readonly<Record<string, string | undefined>>) => void;
}

/** The kinds that are of days. */
const OF_DAYS: readonly Listed[] = ["diary"];

export function Filters({ kind, query, names, onFilter }: FiltersProps) {
  const say = useWords();
  const { counties, schools, projects } = names.directory;
  const { states, marks } = FILTERS[kind];
  const [county, school] = [query["county"] ?? "", query["school"] ?? ""];
  // What is chosen stays offered, also where what stands before it was changed.
  const near = schools.filter((one) => county === "" || one.county === county || one.id === school);
  const works = projects.filter((one) => (school === "" ? county === "" || one.county === county : one.school === school) || one.id === query["project"]);
  const put = (name: string, value: string) => onFilter({ [name]: value === "" ? undefined : value, page: undefined });
  return (
    <form class="filters-bar no-print" aria-label={say(words.filters)} onSubmit={(event) => event.preventDefault()}>
      {counties.length > 1 ? <Choice label={say(words.county)} value={county} onChoose={(value) => onFilter({ county: value || undefined, school: undefined, project: undefined, page: undefined })} options={counties.map(({ code, name }) => [code, name])} /> : null}
      <Choice label={say(words.state)} value={query["state"] ?? ""} onChoose={(value) => put("state", value)} options={states.map((state) => [state, stateTag(say, kind, state).text])} />
      <Choice label={say(words.mark)} value={query["mark"] ?? ""} onChoose={(value) => put("mark", value)} options={marks.map((mark) => [mark, markTag(say, { mark }).text])} />
      <Choice label={say(words.school)} value={school} onChoose={(value) => onFilter({ school: value || undefined, project: undefined, page: undefined })} options={near.map(({ id, name }) => [id, name])} />
      {kind === "project" || kind === "bulletin" ? null : <Choice label={say(words.project)} value={query["project"] ?? ""} onChoose={(value) => put("project", value)} options={works.map(({ id, name }) => [id, name])} />}
      {OF_DAYS.includes(kind) ? (
        <>
          <Day label={say(words.from)} value={query["from"] ?? ""} onDay={(value) => put("from", value)} />
          <Day label={say(words.to)} value={query["to"] ?? ""} onDay={(value) => put("to", value)} />
        </>
      ) : null}
      {isFiltered(query) ? <a href={addressOf(paths.to(["list", kind]), {})}>{say(words.clear)}</a> : null}
    </form>
  );
}

interface ChoiceProps {
  label: string;
  value: string;
  options: readonly (readonly [code: string, name: string])[];
  onChoose: (value: string) => void;
}

export function Choice({ label, value, options, onChoose }: ChoiceProps) {
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

function Day({ label, value, onDay }: { label: string; value: string; onDay: (value: string) => void }) {
  return (
    <label class="filter">
      <span>{label}</span>
      <input class="input" type="date" value={value} onChange={(event) => onDay(event.currentTarget.value)} />
    </label>
  );
}
