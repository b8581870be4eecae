/** Searching all records that one may read, by words in them and by what is known of them. */

import { useEffect, useState } from "preact/hooks";
import { labelOf } from "../../field/record/show.ts";
import { isListed } from "../../db/listing.ts";
import { Schema, type WireSchema } from "../../protocol/schema.ts";
import { useHouse } from "../../ui/house.ts";
import { useLive } from "../../ui/live.ts";
import { Button } from "../../ui/widgets/button.tsx";
import { Empty } from "../../ui/widgets/notice.tsx";
import { columnDay, moment } from "../../ui/words/dates.ts";
import { desk } from "../../ui/words/desk.ts";
import { language, useWords } from "../../ui/words/language.ts";
import { search as words } from "../../ui/words/search.ts";
import { states } from "../../ui/words/states.ts";
import { useAnswer } from "../answers.ts";
import { useOffice } from "../house.ts";
import { MOVES, useKeys } from "../keys.ts";
import { AsOf, Known } from "../known.tsx";
import { useNames } from "../names.ts";
import { type Query, paths, useQuery } from "../roads.ts";
import { type Found, type FoundPage, questionOf, wordsOf } from "./query.ts";
import "../list/list.css";

export function SearchPage() {
  const say = useWords();
  const { device } = useHouse();
  const [query, put] = useQuery();
  const path = questionOf(query);
  const answer = useAnswer<FoundPage>(path);
  const wire = useLive(() => device.paper<WireSchema>("schema"), [], ["papers"]);
  useKeys(MOVES);
  return (
    <>
      <div class="page-head">
        <h1>{say(words.title)}</h1>
        {path === undefined ? null : <AsOf answer={answer} />}
      </div>
      <Conditions query={query} wire={wire} onChange={put} />
      {path === undefined ? null : <Known answer={answer}>{(page) => <Results key={path} page={page} query={query} wire={wire} />}</Known>}
    </>
  );
}

interface ConditionsProps {
  query: Query;
  wire: WireSchema | undefined;
  onChange: (parts: Readonly<Record<string, string | undefined>>) => void;
}

function Conditions({ query, wire, onChange }: ConditionsProps) {
  const say = useWords();
  const [q, setQ] = useState(query["q"] ?? "");
  // What is searched for may come from the box in the head.
  useEffect(() => setQ(query["q"] ?? ""), [query["q"]]);
  const kinds = wire?.kinds.filter(({ name }) => isListed(name)) ?? [];
  const put = (name: string, value: string) => onChange({ [name]: value === "" ? undefined : value });
  return (
    <form class="filters-bar no-print" role="search" onSubmit={(event) => (event.preventDefault(), put("q", q.trim()))}>
      <label class="filter">
        <span>{say(words.box)}</span>
        <input class="input" type="search" value={q} placeholder={say(words.hint)} onInput={(event) => setQ(event.currentTarget.value)} />
      </label>
      <label class="filter">
        <span>{say(words.kind)}</span>
        <select class="input" value={query["kind"] ?? ""} onChange={(event) => put("kind", event.currentTarget.value)}>
          <option value="">{say(words.all)}</option>
          {kinds.map((kind) => (
            <option key={kind.name} value={kind.name}>
              {labelOf(kind, language())}
            </option>
          ))}
        </select>
      </label>
      {(["from", "to"] as const).map((name) => (
        <label key={name} class="filter">
          <span>{say(words[name])}</span>
          <input class="input" type="date" value={query[name] ?? ""} onChange={(event) => put(name, event.currentTarget.value)} />
        </label>
      ))}
      <label class="tick">
        <input type="checkbox" checked={query["conflict"] === "true"} onChange={(event) => put("conflict", event.currentTarget.checked ? "true" : "")} />
        {say(words.conflict)}
      </label>
      <label class="tick">
        <input type="checkbox" checked={query["withdrawn"] === "any"} onChange={(event) => put("withdrawn", event.currentTarget.checked ? "any" : "")} />
        {say(words.withdrawn)}
      </label>
      <Button type="submit" weight="main">
        {say(words.go)}
      </Button>
    </form>
  );
}

function Results({ page, query, wire }: { page: FoundPage; query: Query; wire: WireSchema | undefined }) {
  const say = useWords();
  const { answers, queue } = useOffice();
  const names = useNames();
  const [more, setMore] = useState<FoundPage>();
  const schema = wire && new Schema(wire);
  const all = [...new Map([...page.records, ...(more?.records ?? [])].map((found) => [found.id, found])).values()];
  const next = more === undefined ? page.next : more.next;
  const readOn = async () => {
    const path = questionOf(query, next);
    const came = path === undefined ? undefined : await answers.once<FoundPage>({ method: "GET", path });
    if (came?.kind === "answer") {
      const { records, next } = came.value;
      setMore({ records: [...(more?.records ?? []), ...records], ...(next === undefined ? {} : { next }) });
    }
  };
  const begin = () => queue.begin({ from: `${location.pathname}${location.search}`, title: say(words.title), lines: all.map(({ id }) => paths.to(["record", id])) });
  if (all.length === 0) {
    return (
      <Empty title={say(words.none)}>
        <p>{say(page.behind === true ? words.behind : words.noneWhy)}</p>
      </Empty>
    );
  }
  return (
    <>
      {page.behind === true ? <p class="soft">{say(words.behind)}</p> : null}
      <div class="table-box">
        <table class="lines">
          <thead>
            <tr>
              <th scope="col" class="when">
                {say(words.day)}
              </th>
              <th scope="col">{say(desk.place)}</th>
              <th scope="col">{say(words.what)}</th>
              <th scope="col">{say(words.last)}</th>
            </tr>
          </thead>
          <tbody>
            {all.map((found) => (
              <tr key={found.id}>
                <td class="when">{found.day === undefined ? "—" : columnDay(found.day, new Date())}</td>
                <td>{placeOf(found)}</td>
                <td>
                  <a href={paths.to(["record", found.id])} data-line onClick={begin}>
                    {labelOfKind(found.kind)}
                  </a>{" "}
                  {found.number === undefined ? null : <span>{found.number} </span>}
                  <span class="soft">{wordsOf(found, query["q"] ?? "")}</span>{" "}
                  {found.conflicts.length === 0 ? null : <span class="tag bad">{say(states.disputed)}</span>}
                  {found.withdrawn === true ? <span class="tag plain">{say(words.isWithdrawn)}</span> : null}
                </td>
                <td class="soft">
                  {found.by_name} · {moment(found.received_at, new Date())}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {next === undefined ? null : <Button onClick={() => void readOn()}>{say(words.more)}</Button>}
    </>
  );

  function placeOf({ school, project, county }: Found): string {
    const place = names.place({ school, project });
    const named = [names.isWide ? names.county(county) : undefined, place.school, place.project].filter((name) => name !== undefined);
    return named.join(" · ") || (names.county(county) ?? "—");
  }

  function labelOfKind(name: string): string {
    const kind = schema?.kind(name);
    return kind === undefined ? name : labelOf(kind, language());
  }
}
