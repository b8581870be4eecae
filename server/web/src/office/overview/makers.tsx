/** The records that make a figure, the greatest first; each opens its page. */

import { labelOf } from "../../field/record/show.ts";
import type { Schema } from "../../protocol/schema.ts";
import type { Uuid } from "../../protocol/wire.ts";
import { ButtonLink } from "../../ui/widgets/button.tsx";
import { columnDay, day, month } from "../../ui/words/dates.ts";
import { language, useWords } from "../../ui/words/language.ts";
import { list } from "../../ui/words/list.ts";
import { overview as words } from "../../ui/words/overview.ts";
import { useAnswer } from "../answers.ts";
import { type Contents, fieldsOfAll, saidOf } from "../contents.ts";
import { useOffice } from "../house.ts";
import { MOVES, useKeys } from "../keys.ts";
import { AsOf, Known } from "../known.tsx";
import { type Names, useNames } from "../names.ts";
import { LISTED } from "../places.ts";
import { type Query, addressOf, paths, travel, useQuery } from "../roads.ts";
import { useSchema } from "../schema.ts";
import { pageIn } from "../list/query.ts";
import { amountOf, isShare, shareOf, unitOf } from "./amounts.ts";
import { type Figure, type Indicator, scopeIn } from "./answer.ts";
import { Bar } from "./bar.tsx";
import { OverWhole, Parts, Value } from "./shown.tsx";
import "../list/list.css";
import "./overview.css";

interface Maker {
  record: Uuid;
  kind?: string | null;
  school?: Uuid | null;
  project?: Uuid | null;
  day?: string;
  side: "numerator" | "denominator";
  amount: number;
}

/** What `GET /api/v1/indicators/{code}/records` answers. */
interface Makers {
  indicator: Indicator;
  figure: Figure;
  count: number;
  records: Maker[];
  contents?: Contents;
}

const PAGE = 100;
const SIDES = ["numerator", "denominator"] as const;

export function MakersPage({ code }: { code: string }) {
  const say = useWords();
  const [query] = useQuery();
  const names = useNames();
  const answer = useAnswer<Makers>(questionOf(code, query));
  const { indicator, figure } = answer.value ?? {};
  const where = whereIn(query, names).join(" · ");
  const back = addressOf(paths.to(["overview"]), scopeIn(query));
  useKeys({ ...MOVES, u: () => travel(back) });
  return (
    <>
      <div class="page-head">
        <h1>
          {indicator === undefined ? say(words.noFigure) : labelOf(indicator, language())}
          {indicator === undefined || figure === undefined ? null : (
            <>
              {" "}
              <Value indicator={indicator} figure={figure} />
            </>
          )}
        </h1>
        <AsOf answer={answer} />
      </div>
      {where === "" ? null : <p class="soft">{where}</p>}
      <Known answer={answer}>{(makers) => <List makers={makers} query={query} names={names} back={back} />}</Known>
    </>
  );
}

/** The question for the records of a figure, as the address asks for it. */
function questionOf(code: string, query: Query): string {
  const which = ["by", "group", "side"].flatMap((name): [string, string][] => (query[name] ? [[name, query[name]]] : []));
  const skip = pageIn(query) * PAGE;
  const parts = { ...scopeIn(query), ...Object.fromEntries(which), ...(skip > 0 && { skip: String(skip) }), limit: String(PAGE), fields: fieldsOfAll(LISTED) };
  return `/api/v1/indicators/${encodeURIComponent(code)}/records?${new URLSearchParams(parts).toString()}`;
}

/** Of what the figure is, as far as its address says it. */
function whereIn(query: Query, names: Names): string[] {
  const { townships, zones } = names.directory;
  const group = query["group"];
  const named = group && (names.school(group) ?? names.project(group) ?? names.county(group) ?? townships.find(({ code }) => code === group)?.name ?? zones.find(({ id }) => id === group)?.name ?? group);
  const at = query["at"] && day(query["at"]);
  return [names.county(query["county"]), named, query["sources"], at].filter((part) => part !== undefined && part !== "") as string[];
}

function List({ makers, query, names, back }: { makers: Makers; query: Query; names: Names; back: string }) {
  const say = useWords();
  const { queue } = useOffice();
  const schema = useSchema();
  const { indicator, figure, count, records, contents } = makers;
  const page = pageIn(query);
  const here = (parts: Query | Readonly<Record<string, string | undefined>>) => addressOf(location.pathname, { ...query, page: undefined, ...parts });
  const begin = () => queue.begin({ from: `${location.pathname}${location.search}`, title: labelOf(indicator, language()), lines: records.flatMap((maker) => addressOfMaker(indicator.code, maker) ?? []) });
  const share = isShare(indicator) ? shareOf(figure) : undefined;
  const isOfWhole = figure.denominator !== undefined;
  const columns = { day: records.some(({ day }) => day !== undefined), amount: records.some(({ amount }) => amount !== 1), side: isOfWhole && query["side"] === undefined };
  return (
    <>
      <div class="figure-made">
        {share === undefined ? null : <Bar share={share} />}
        <span class="parts">
          <Parts indicator={indicator} figure={figure} />
        </span>
        <OverWhole indicator={indicator} figure={figure} />
      </div>
      {isOfWhole ? (
        <nav class="tabs no-print" aria-label={say(words.side)}>
          {[undefined, ...SIDES].map((side) => (
            <a key={side ?? "all"} href={here({ side })} {...(query["side"] === side ? { "aria-current": "true" as const } : {})}>
              {side === undefined ? say(list.all) : say(words[side])}
            </a>
          ))}
        </nav>
      ) : null}
      {count === 0 ? <p>{say(words.noMakers)}</p> : <p class="soft">{say(words.makers, { count })}{count > PAGE ? ` · ${say(list.shown, { from: page * PAGE + 1, to: page * PAGE + records.length })}` : null}</p>}
      {records.length === 0 ? null : (
        <div class="table-box">
          <table class="lines">
            <thead>
              <tr>
                <th scope="col">{say(words.kind)}</th>
                {columns.day ? (
                  <th scope="col" class="when">
                    {say(list.day)}
                  </th>
                ) : null}
                <th scope="col">{say(list.place)}</th>
                {contents === undefined ? null : <th scope="col">{say(list.content)}</th>}
                {columns.side ? <th scope="col">{say(words.side)}</th> : null}
                {columns.amount ? (
                  <th scope="col" class="number">
                    {say(words.amount)}
                  </th>
                ) : null}
              </tr>
            </thead>
            <tbody>
              {records.map((maker, place) => (
                <Line key={`${maker.record} ${maker.side} ${place}`} maker={maker} indicator={indicator} schema={schema} names={names} content={contents && saidOf(contents, schema, maker.kind ?? undefined, maker.record)} columns={columns} onOpen={begin} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      <nav class="pages no-print" aria-label={say(words.makers, { count })}>
        {page > 0 ? <a href={here({ page: page === 1 ? undefined : String(page) })}>{say(list.earlier)}</a> : null}
        {(page + 1) * PAGE < count ? <a href={here({ page: String(page + 2) })}>{say(list.later)}</a> : null}
      </nav>
      <p class="no-print">
        <ButtonLink href={back}>{say(words.backToOverview)}</ButtonLink>
      </p>
    </>
  );
}

interface LineProps {
  maker: Maker;
  indicator: Indicator;
  schema: Schema | undefined;
  names: Names;
  content: string | undefined;
  columns: { day: boolean; amount: boolean; side: boolean };
  onOpen: () => void;
}

function Line({ maker, indicator, schema, names, content, columns, onOpen }: LineProps) {
  const say = useWords();
  const { side, amount } = maker;
  const kind = maker.kind == null ? undefined : schema?.kind(maker.kind);
  const address = addressOfMaker(indicator.code, maker);
  const label = kind === undefined ? say(words.kind) : labelOf(kind, language());
  const place = names.place({ school: maker.school ?? undefined, project: maker.project ?? undefined });
  const county = names.isWide ? names.county(names.countyOf(maker.school ?? undefined)) : undefined;
  const unit = indicator.printed.as === "mean" && side === "denominator" ? "count" : unitOf(indicator);
  return (
    <tr>
      <td>
        {address === undefined ? (
          label
        ) : (
          <a href={address} data-line onClick={onOpen}>
            {label}
          </a>
        )}
      </td>
      {columns.day ? <td class="when">{maker.day === undefined ? "" : maker.kind === "progress_report" ? month(maker.day) : columnDay(maker.day, new Date())}</td> : null}
      <td>{[county, place.school, place.project].filter((name) => name !== undefined).join(" · ") || "—"}</td>
      {content === undefined ? null : <td class="soft">{content}</td>}
      {columns.side ? <td data-label={say(words.side)}>{say(words[side])}</td> : null}
      {columns.amount ? (
        <td class="number" data-label={say(words.amount)}>
          {amountOf(amount, unit)}
          {unit === "area" || unit === "money" ? ` ${say(words[unit])}` : ""}
        </td>
      ) : null}
    </tr>
  );
}

/** Where a record that makes a figure is read: days without a diary stand in the list of diaries. */
function addressOfMaker(code: string, { record, kind, project }: Maker): string | undefined {
  if (code === "diaries_missing") {
    return addressOf(paths.to(["list", "diary"]), { project: project ?? record, state: "missing" });
  }
  return kind == null ? undefined : paths.to(["record", record]);
}
