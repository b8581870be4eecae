/** The filters of a list: each change of one is another address, which can be passed on and come back to. */

import { useState } from "preact/hooks";
import { Button } from "../../ui/widgets/button.tsx";
import type { Say } from "../../ui/words/catalogue.ts";
import { useWords } from "../../ui/words/language.ts";
import { list as words } from "../../ui/words/list.ts";
import type { Names } from "../names.ts";
import type { Listed } from "../places.ts";
import { type Query, addressOf, paths } from "../roads.ts";
import { markTag, stateTag } from "../states.ts";
import { FILTERS, SORTS, filtersIn, sortIn } from "./query.ts";

interface FiltersProps {
  kind: Listed;
  query: Query;
  names: Names;
  onFilter: (parts: Readonly<Record<string, string | undefined>>) => void;
}

/** The kinds that are of days; the others are of steps and of plans. */
const OF_DAYS: readonly Listed[] = ["diary", "finding", "fund_event", "complaint"];
/** The kinds that have a deadline to stand by. */
const WITH_DUE: readonly Listed[] = ["finding", "project", "complaint"];
const SORT_WORDS = { urgent: words.urgent, newest: words.newest, oldest: words.oldest, due: words.byDue } as const;

export function Filters({ kind, query, names, onFilter }: FiltersProps) {
  const say = useWords();
  const [isOpen, setOpen] = useState(false);
  const { counties, schools, projects } = names.directory;
  const { states, marks } = FILTERS[kind];
  const [county, school] = [query["county"] ?? "", query["school"] ?? ""];
  // What is chosen stays offered, also where what stands before it was changed.
  const near = schools.filter((one) => county === "" || one.county === county || one.id === school);
  const works = projects.filter((one) => (school === "" ? county === "" || one.county === county : one.school === school) || one.id === query["project"]);
  const put = (name: string, value: string) => onFilter({ [name]: value === "" ? undefined : value, page: undefined });
  const count = filtersIn(query);
  // What is remembered of columns and order stays when the filters go.
  const { columns, sort, size } = query;
  return (
    <div class={isOpen ? "filters open no-print" : "filters no-print"}>
      <span class="filters-fold">
        <Button label={say(isOpen ? words.fewerFilters : words.moreFilters, { count })} onClick={() => setOpen(!isOpen)}>
          {say(words.filtersCount, { count })} {isOpen ? "▴" : "▾"}
        </Button>
      </span>
      <form class="filters-bar" aria-label={say(words.filters)} onSubmit={(event) => event.preventDefault()}>
        {counties.length > 1 ? <Choice label={say(words.county)} value={county} onChoose={(value) => onFilter({ county: value || undefined, school: undefined, project: undefined, page: undefined })} options={counties.map(({ code, name }) => [code, name])} /> : null}
        <Choice label={say(words.state)} value={query["state"] ?? ""} onChoose={(value) => put("state", value)} options={states.map((state) => [state, stateTag(say, kind, state).text])} />
        <Choice label={say(words.mark)} value={query["mark"] ?? ""} onChoose={(value) => put("mark", value)} options={marks.map((mark) => [mark, markName(say, mark)])} />
        <Choice label={say(words.school)} value={school} onChoose={(value) => onFilter({ school: value || undefined, project: undefined, page: undefined })} options={near.map(({ id, name }) => [id, name])} />
        {kind === "project" || kind === "bulletin" ? null : <Choice label={say(words.project)} value={query["project"] ?? ""} onChoose={(value) => put("project", value)} options={works.map(({ id, name }) => [id, name])} />}
        {OF_DAYS.includes(kind) ? (
          <>
            <Day label={say(words.from)} value={query["from"] ?? ""} onDay={(value) => put("from", value)} />
            <Day label={say(words.to)} value={query["to"] ?? ""} onDay={(value) => put("to", value)} />
          </>
        ) : null}
        <Choice label={say(words.sort)} value={sortIn(query)} onChoose={(value) => put("sort", value === SORTS[0] ? "" : value)} options={SORTS.filter((one) => one !== "due" || WITH_DUE.includes(kind)).map((one) => [one, say(SORT_WORDS[one])])} isOfAll />
        {count > 0 ? <a href={addressOf(paths.to(["list", kind]), { columns, sort, size })}>{say(words.clear)}</a> : null}
      </form>
    </div>
  );
}

/** A mark as one of many to choose: without the number that it has on a record. */
function markName(say: Say, mark: string): string {
  return mark === "photos_missing" ? say(words.photosMissing) : markTag(say, { mark }).text;
}

/** By what a list is filtered, in words: above a print, and as the name that is proposed for a view. */
export function filtersInWords(say: Say, kind: Listed, query: Query, names: Names): string[] {
  const { county, school, project, state, mark, from, to } = query;
  const days = from && to ? say(words.fromTo, { from, to }) : from ? say(words.since, { from }) : to ? say(words.untilDay, { to }) : undefined;
  const said = [names.county(county), names.school(school), names.project(project), state && state.split(",").map((one) => stateTag(say, kind, one).text).join(say(words.or)), mark && markName(say, mark), days];
  return said.filter((word): word is string => word !== undefined && word !== "");
}

interface ChoiceProps {
  label: string;
  value: string;
  options: readonly (readonly [code: string, name: string])[];
  onChoose: (value: string) => void;
  /** Whether one of them is always chosen, so that none stands for all. */
  isOfAll?: boolean;
}

function Choice({ label, value, options, onChoose, isOfAll = false }: ChoiceProps) {
  const say = useWords();
  return (
    <label class="filter">
      <span>{label}</span>
      <select class="input" value={value} onChange={(event) => onChoose(event.currentTarget.value)}>
        {isOfAll ? null : <option value="">{say(words.all)}</option>}
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
