/** A list of what records of a kind have come to. Its filters, order and columns stand in the address. */

import { useMemo } from "preact/hooks";
import type { Me } from "../../field/record/book.ts";
import { labelOf } from "../../field/record/show.ts";
import { Schema, type WireSchema } from "../../protocol/schema.ts";
import type { Uuid } from "../../protocol/wire.ts";
import { useHouse, useWatched } from "../../ui/house.ts";
import { useLive } from "../../ui/live.ts";
import { ButtonLink } from "../../ui/widgets/button.tsx";
import { Empty } from "../../ui/widgets/notice.tsx";
import { day } from "../../ui/words/dates.ts";
import { language, useWords } from "../../ui/words/language.ts";
import { list as words } from "../../ui/words/list.ts";
import { useAnswer } from "../answers.ts";
import { useContents } from "../contents.ts";
import { lasting as storage } from "../folds.ts";
import { AsOf, Known } from "../known.tsx";
import { useNames } from "../names.ts";
import { LISTED, type Listed } from "../places.ts";
import { type Query, addressOf, paths, useQuery } from "../roads.ts";
import { type Column, allColumns, plainColumns, readColumns } from "./columns.ts";
import { Filters, filtersInWords } from "./filters.tsx";
import { Lines, type States } from "./lines.tsx";
import { filtersIn, questionOf } from "./query.ts";
import { Tools } from "./tools.tsx";
import { Views } from "./views.ts";
import "./list.css";

export function ListPage({ kind, me }: { kind: string; me: Me }) {
  const say = useWords();
  const known = LISTED.find((one) => one === kind);
  return known === undefined ? <Empty title={say(words.noList)} /> : <List kind={known} owner={me.user.id} />;
}

const NAMES = { day: words.day, number: words.number, place: words.place, content: words.content, state: words.state, due: words.due } as const;

function List({ kind, owner }: { kind: Listed; owner: Uuid }) {
  const say = useWords();
  const { device } = useHouse();
  const [query, put] = useQuery();
  const names = useNames();
  const wire = useLive(() => device.paper<WireSchema>("schema"), [], ["papers"]);
  const answer = useAnswer<States>(questionOf(kind, query));
  const schema = useMemo(() => wire && new Schema(wire), [wire]);
  const declared = schema?.kind(kind);
  const said = useContents(kind, query, schema);
  const views = useMemo(() => new Views(storage(), owner), [owner]);
  const remembered = useWatched(views, () => views.columns(kind));
  const title = declared === undefined ? kind : labelOf(declared, language());
  const all = allColumns(kind);
  const columns = readColumns(query["columns"], all) ?? readColumns(remembered, all) ?? plainColumns(kind);
  const nameOf = (column: Column) => say(NAMES[column]);
  const choose = (chosen: readonly Column[] | undefined) => {
    views.choose(kind, chosen?.join(","));
    put({ columns: chosen?.join(",") });
  };
  const filters = filtersInWords(say, kind, query, names);
  return (
    <>
      <div class="page-head">
        <h1>{title}</h1>
        <AsOf answer={answer} />
      </div>
      <Filters kind={kind} query={query} names={names} onFilter={put} />
      <Tools kind={kind} query={query} columns={columns} all={all} nameOf={nameOf} views={views} proposed={filters.join(" · ")} onColumns={choose} />
      {filters.length === 0 ? null : <p class="print-only">{say(words.filteredBy, { what: filters.join(" · ") })}</p>}
      <Known answer={answer}>
        {(states) =>
          states.records.length === 0 ? (
            <Nothing kind={kind} query={query} states={states} />
          ) : (
            <Lines kind={kind} states={states} names={names} said={said} columns={columns} nameOf={nameOf} query={query} title={title} onSize={(size) => put({ size, page: undefined })} />
          )
        }
      </Known>
    </>
  );
}

/** Nothing is listed: because of the filters, because a page lies beyond the end, or because there is nothing yet. */
function Nothing({ kind, query, states }: { kind: Listed; query: Query; states: States }) {
  const say = useWords();
  const bare = addressOf(paths.to(["list", kind]), {});
  return (
    <Empty title={say(states.count > 0 ? words.beyond : words.none)}>
      {states.count > 0 ? (
        <ButtonLink href={addressOf(paths.to(["list", kind]), { ...query, page: undefined })}>{say(words.toFirst)}</ButtonLink>
      ) : filtersIn(query) > 0 ? (
        <ButtonLink href={bare}>{say(words.clear)}</ButtonLink>
      ) : (
        <p>{kind === "diary" ? say(words.noneSince, { day: day(states.at) }) : say(words.noneYet)}</p>
      )}
    </Empty>
  );
}
