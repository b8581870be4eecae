/** Projects × days of a month: which diaries were asked for, which were written, and what they have come to. */

import { addDays, localTime } from "../../field/form/days.ts";
import { Empty } from "../../ui/widgets/notice.tsx";
import { calendar as words } from "../../ui/words/calendar.ts";
import { month as monthOf } from "../../ui/words/dates.ts";
import { useWords } from "../../ui/words/language.ts";
import { useAnswer } from "../answers.ts";
import { AsOf, Known } from "../known.tsx";
import { type Names, useNames } from "../names.ts";
import { Pick } from "../overview/controls.tsx";
import { type Query, useQuery } from "../roads.ts";
import { type Calendar, type CalendarRow, LETTERS, daysOfMonth, monthIn, monthsOn } from "./days.ts";
import { Grid } from "./grid.tsx";
import "../list/list.css";
import "./calendar.css";

export function CalendarPage() {
  const say = useWords();
  const [query, put] = useQuery();
  const names = useNames();
  // Today's diaries are still being written: on the first of a month people look at the one that is over.
  const month = monthIn(query["month"], addDays(localTime(new Date()).day, -1));
  const [from, to] = daysOfMonth(month);
  // A whole city's projects are no page: one county at a time.
  const county = query["county"] ?? (names.isWide ? names.directory.counties[0]?.code : undefined);
  const asked = { ...(county && { county }), ...(query["school"] && { school: query["school"] }), from, to };
  const answer = useAnswer<Calendar>(`/api/v1/calendar?${new URLSearchParams(asked).toString()}`);
  return (
    <div class="calendar-page">
      <div class="page-head">
        <h1>
          {say(words.title, { month: monthOf(month) })} {names.isWide ? names.county(county) : ""}
        </h1>
        <AsOf answer={answer} />
      </div>
      <Filters query={query} names={names} month={month} county={county} onPut={put} />
      <Known answer={answer}>
        {(calendar) => {
          const rows = calendar.projects.filter((row) => isShown(row, query, names));
          return rows.length > 0 ? <Grid calendar={calendar} rows={rows} names={names} /> : <Empty title={say(calendar.projects.length === 0 ? words.none : words.noneOfThat)} />;
        }}
      </Known>
    </div>
  );
}

function isShown(row: CalendarRow, query: Query, names: Names): boolean {
  const [township, only] = [query["township"] ?? "", query["only"] ?? ""];
  const isThere = township === "" || names.directory.schools.some(({ id, township: its }) => id === row.school && its === township);
  return isThere && (only === "" || row.days.includes(only));
}

interface FiltersProps {
  query: Query;
  names: Names;
  month: string;
  county: string | undefined;
  onPut: (parts: Readonly<Record<string, string | undefined>>) => void;
}

function Filters({ query, names, month, county, onPut }: FiltersProps) {
  const say = useWords();
  const { counties, townships, schools } = names.directory;
  const township = query["township"] ?? "";
  const near = schools.filter((school) => (county === undefined || school.county === county) && (township === "" || school.township === township));
  const all = ["", say(words.all)] as const;
  return (
    <form class="filters-bar no-print" aria-label={say(words.filters)} onSubmit={(event) => event.preventDefault()}>
      <button type="button" class="button" onClick={() => onPut({ month: monthsOn(month, -1) })}>
        {say(words.before)}
      </button>
      <button type="button" class="button" onClick={() => onPut({ month: monthsOn(month, 1) })}>
        {say(words.next)}
      </button>
      <label class="filter">
        <span>{say(words.month)}</span>
        <input class="input" type="month" value={month} onChange={(event) => onPut({ month: event.currentTarget.value || undefined })} />
      </label>
      {counties.length > 1 ? <Pick label={say(words.county)} value={county ?? ""} onPick={(value) => onPut({ county: value, township: undefined, school: undefined })} options={counties.map(({ code, name }) => [code, name] as const)} /> : null}
      {townships.length > 0 ? <Pick label={say(words.township)} value={township} onPick={(value) => onPut({ township: value || undefined, school: undefined })} options={[all, ...townships.filter((one) => county === undefined || one.county === county).map(({ code, name }) => [code, name] as const)]} /> : null}
      <Pick label={say(words.school)} value={query["school"] ?? ""} onPick={(value) => onPut({ school: value || undefined })} options={[all, ...near.map(({ id, name }) => [id, name] as const)]} />
      <Pick label={say(words.only)} value={query["only"] ?? ""} onPick={(value) => onPut({ only: value || undefined })} options={[all, ...LETTERS.map((letter) => [letter, say(words[letter])] as const)]} />
    </form>
  );
}
