/** A list of what records of a kind have come to, with its filters in the address. */

import { useMemo } from "preact/hooks";
import { daysBetween } from "../../field/form/days.ts";
import { labelOf } from "../../field/record/show.ts";
import { Schema, type WireSchema } from "../../protocol/schema.ts";
import type { Uuid } from "../../protocol/wire.ts";
import { useHouse } from "../../ui/house.ts";
import { useLive } from "../../ui/live.ts";
import { Empty } from "../../ui/widgets/notice.tsx";
import { columnDay } from "../../ui/words/dates.ts";
import { language, useWords } from "../../ui/words/language.ts";
import { list as words } from "../../ui/words/list.ts";
import { useAnswer } from "../answers.ts";
import { type Contents, saidOf } from "../contents.ts";
import { useOffice } from "../house.ts";
import { MOVES, useKeys } from "../keys.ts";
import { AsOf, Known } from "../known.tsx";
import { type Names, useNames } from "../names.ts";
import { LISTED, type Listed } from "../places.ts";
import { addressOf, paths, travel, useQuery } from "../roads.ts";
import type { Mark } from "../states.ts";
import { MarkTags, StateTag } from "../tags.tsx";
import { Filters } from "./filters.tsx";
import { PAGE, pageIn, questionOf } from "./query.ts";
import "./list.css";

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
interface States {
  at: string;
  to: string;
  count: number;
  records: Stand[];
  numbers?: Record<Uuid, string>;
  contents?: Contents;
}

export function ListPage({ kind }: { kind: string }) {
  const say = useWords();
  const known = LISTED.find((one) => one === kind);
  return known === undefined ? <Empty title={say(words.noList)} /> : <List kind={known} />;
}

function List({ kind }: { kind: Listed }) {
  const { device } = useHouse();
  const [query, put] = useQuery();
  const names = useNames();
  const wire = useLive(() => device.paper<WireSchema>("schema"), [], ["papers"]);
  const answer = useAnswer<States>(questionOf(kind, query));
  const schema = useMemo(() => wire && new Schema(wire), [wire]);
  const declared = schema?.kind(kind);
  return (
    <>
      <div class="page-head">
        <h1>{declared === undefined ? kind : labelOf(declared, language())}</h1>
        <AsOf answer={answer} />
      </div>
      <Filters kind={kind} query={query} names={names} onFilter={put} />
      <Known answer={answer}>{(states) => <Lines kind={kind} states={states} names={names} schema={schema} page={pageIn(query)} query={query} title={declared === undefined ? kind : labelOf(declared, language())} />}</Known>
    </>
  );
}

interface LinesProps {
  kind: Listed;
  states: States;
  names: Names;
  schema: Schema | undefined;
  page: number;
  query: Readonly<Record<string, string>>;
  title: string;
}

function Lines({ kind, states, names, schema, page, query, title }: LinesProps) {
  const say = useWords();
  const { queue } = useOffice();
  const { records, count, numbers = {}, contents, at } = states;
  const to = (page: number) => addressOf(paths.to(["list", kind]), { ...query, page: page === 0 ? undefined : String(page + 1) });
  const [before, next] = [page > 0 ? to(page - 1) : undefined, (page + 1) * PAGE < count ? to(page + 1) : undefined];
  useKeys({ ...MOVES, n: next === undefined ? undefined : () => travel(next), b: before === undefined ? undefined : () => travel(before) });
  const opens = records.filter(({ state }) => state !== "missing").map(({ record }) => paths.to(["record", record]));
  const begin = () => queue.begin({ from: `${location.pathname}${location.search}`, title, lines: opens });
  if (records.length === 0) {
    return <p class="soft">{say(words.none)}</p>;
  }
  const hasNumbers = Object.keys(numbers).length > 0;
  const hasDue = records.some(({ due }) => due != null);
  return (
    <>
      <p class="soft">
        {say(words.count, { count })}
        {count > PAGE ? ` · ${say(words.shown, { from: page * PAGE + 1, to: page * PAGE + records.length })}` : null}
      </p>
      <div class="table-box">
        <table class="lines">
          <thead>
            <tr>
              <th scope="col" class="when">
                {say(words.day)}
              </th>
              {hasNumbers ? <th scope="col">{say(words.number)}</th> : null}
              <th scope="col">{say(words.place)}</th>
              {contents !== undefined ? <th scope="col">{say(words.content)}</th> : null}
              <th scope="col">{say(words.state)}</th>
              {hasDue ? <th scope="col">{say(words.due)}</th> : null}
            </tr>
          </thead>
          <tbody>
            {records.map((stand) => (
              <Line key={stand.record} kind={kind} stand={stand} number={hasNumbers ? (numbers[stand.record] ?? "") : undefined} content={contents && saidOf(contents, schema, kind, stand.record)} hasDue={hasDue} at={at} names={names} onOpen={begin} />
            ))}
          </tbody>
        </table>
      </div>
      <nav class="pages" aria-label={say(words.shown, { from: page * PAGE + 1, to: page * PAGE + records.length })}>
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
      </nav>
    </>
  );
}

interface LineProps {
  kind: Listed;
  stand: Stand;
  number: string | undefined;
  content: string | undefined;
  hasDue: boolean;
  at: string;
  names: Names;
  onOpen: () => void;
}

function Line({ kind, stand, number, content, hasDue, at, names, onOpen }: LineProps) {
  const { record, state, marks } = stand;
  const [day, due] = [stand.day ?? undefined, stand.due ?? undefined];
  const place = names.place(kind === "project" ? { school: stand.school ?? undefined, project: record } : { school: stand.school ?? undefined, project: stand.project ?? undefined });
  const now = new Date();
  const overdueDays = due !== undefined && due < at ? daysBetween(due, at) : 0;
  const county = names.isWide ? names.county(names.countyOf(stand.school ?? undefined)) : undefined;
  const where = [county, place.school, place.project].filter((name) => name !== undefined).join(" · ") || "—";
  return (
    <tr>
      <td class="when">{day === undefined ? "—" : columnDay(day, now)}</td>
      {number === undefined ? null : <td class="nowrap">{number}</td>}
      <td>
        {state === "missing" ? (
          where
        ) : (
          <a href={paths.to(["record", record])} data-line onClick={onOpen}>
            {where}
          </a>
        )}
      </td>
      {content === undefined ? null : <td class="soft">{content}</td>}
      <td class="tags">
        <StateTag kind={kind} state={state} />
        <MarkTags marks={marks} overdueDays={overdueDays} />
      </td>
      {hasDue ? <td class="when">{due === undefined ? "" : columnDay(due, now)}</td> : null}
    </tr>
  );
}
