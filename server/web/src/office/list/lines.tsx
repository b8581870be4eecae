/** The lines of a list, column by column, and the way to its other pages. */

import type { ComponentChildren } from "preact";
import { daysBetween } from "../../field/form/days.ts";
import type { Uuid } from "../../protocol/wire.ts";
import { columnDay } from "../../ui/words/dates.ts";
import { useWords } from "../../ui/words/language.ts";
import { list as words } from "../../ui/words/list.ts";
import { useOffice } from "../house.ts";
import { MOVES, useKeys } from "../keys.ts";
import type { Names } from "../names.ts";
import type { Listed } from "../places.ts";
import { type Query, addressOf, paths, travel } from "../roads.ts";
import type { Mark } from "../states.ts";
import { MarkTags, StateTag } from "../tags.tsx";
import type { Column } from "./columns.ts";
import { SIZES, pageIn, sizeIn, sortIn } from "./query.ts";

interface Stand {
  record: Uuid;
  school?: Uuid | null;
  project?: Uuid | null;
  state: string;
  day?: string | null;
  due?: string | null;
  marks: Mark[];
}

/** What `GET /api/v1/states/{kind}` answers. */
export interface States {
  at: string;
  to: string;
  count: number;
  records: Stand[];
  numbers?: Record<Uuid, string>;
}

interface LinesProps {
  kind: Listed;
  states: States;
  names: Names;
  /** What stands in the records, as far as that is known. */
  said: ReadonlyMap<Uuid, string>;
  columns: readonly Column[];
  nameOf: (column: Column) => string;
  query: Query;
  title: string;
  onSize: (size: string | undefined) => void;
}

/** By which column a list is sorted, and which way. */
const SORTED = { newest: ["day", "descending"], oldest: ["day", "ascending"], due: ["due", "ascending"], urgent: [undefined, "none"] } as const;

export function Lines({ kind, states, names, said, columns, nameOf, query, title, onSize }: LinesProps) {
  const say = useWords();
  const { queue } = useOffice();
  const { records, count, numbers = {}, at } = states;
  const [page, size] = [pageIn(query), sizeIn(query)];
  const to = (page: number) => addressOf(paths.to(["list", kind]), { ...query, page: page === 0 ? undefined : String(page + 1) });
  const [before, next] = [page > 0 ? to(page - 1) : undefined, (page + 1) * size < count ? to(page + 1) : undefined];
  useKeys({ ...MOVES, n: next === undefined ? undefined : () => travel(next), b: before === undefined ? undefined : () => travel(before) });
  const opens = records.filter(({ state }) => state !== "missing").map(({ record }) => paths.to(["record", record]));
  const begin = () => queue.begin({ from: `${location.pathname}${location.search}`, title, lines: opens });
  const [sorted, way] = SORTED[sortIn(query)];
  const part = say(words.shown, { from: page * size + 1, to: page * size + records.length });
  return (
    <>
      <p class="soft">
        {say(words.count, { count })}
        {count > records.length ? ` · ${part}` : null}
      </p>
      <div class="table-box">
        <table class="lines">
          <thead>
            <tr>
              {columns.map((column) => (
                <th key={column} scope="col" {...(column === "day" || column === "due" ? { class: "when" } : {})} {...(column === sorted ? { "aria-sort": way } : {})}>
                  {nameOf(column)}
                  {column === sorted ? (way === "descending" ? " ↓" : " ↑") : null}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {records.map((stand) => (
              <Line key={stand.record} kind={kind} stand={stand} number={numbers[stand.record] ?? ""} content={said.get(stand.record) ?? ""} columns={columns} at={at} names={names} onOpen={begin} />
            ))}
          </tbody>
        </table>
      </div>
      <nav class="pages no-print" aria-label={part}>
        {before === undefined ? null : (
          <a href={before}>
            {say(words.earlier)} <kbd>b</kbd>
          </a>
        )}
        {next === undefined ? null : (
          <a href={next}>
            {say(words.later)} <kbd>n</kbd>
          </a>
        )}
        {count > SIZES[0] ? (
          <label class="page-size">
            <span>{say(words.size)}</span>
            <select class="input" value={String(size)} onChange={({ currentTarget: { value } }) => onSize(value === String(SIZES[0]) ? undefined : value)}>
              {SIZES.map((one) => (
                <option key={one} value={String(one)}>
                  {one}
                </option>
              ))}
            </select>
          </label>
        ) : null}
      </nav>
    </>
  );
}

interface LineProps {
  kind: Listed;
  stand: Stand;
  number: string;
  content: string;
  columns: readonly Column[];
  at: string;
  names: Names;
  onOpen: () => void;
}

function Line({ kind, stand, number, content, columns, at, names, onOpen }: LineProps) {
  const { record, state, marks } = stand;
  const [day, due] = [stand.day ?? undefined, stand.due ?? undefined];
  const now = new Date();
  const overdueDays = due !== undefined && due < at ? daysBetween(due, at) : 0;
  // The line opens from what tells where it is; where that is left out, from its first column.
  const opener = columns.includes("place") ? "place" : columns[0];
  const said = (column: Column): ComponentChildren => {
    switch (column) {
      case "day":
        return day === undefined ? "—" : columnDay(day, now);
      case "number":
        return number;
      case "place":
        return whereOf(kind, stand, names);
      case "content":
        return content;
      case "state":
        return (
          <>
            <StateTag kind={kind} state={state} />
            <MarkTags marks={marks} overdueDays={overdueDays} />
          </>
        );
      case "due":
        return due === undefined ? "" : columnDay(due, now);
    }
  };
  return (
    <tr>
      {columns.map((column) => (
        <td key={column} class={CLASSES[column]}>
          {column === opener && state !== "missing" ? (
            <a href={paths.to(["record", record])} data-line onClick={onOpen}>
              {said(column) || "—"}
            </a>
          ) : (
            said(column)
          )}
        </td>
      ))}
    </tr>
  );
}

const CLASSES = { day: "when", due: "when", number: "nowrap", place: "", content: "soft", state: "tags" } as const;

/** The county where several are read, the school, the project. */
function whereOf(kind: Listed, { record, school, project }: Stand, names: Names): string {
  const its = { school: school ?? undefined, project: kind === "project" ? record : (project ?? undefined) };
  const place = names.place(its);
  const county = names.isWide ? names.county(names.countyOf(its.school)) : undefined;
  return [county, place.school, place.project].filter((name) => name !== undefined).join(" · ") || "—";
}
