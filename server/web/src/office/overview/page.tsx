/** The dashboard of a county: what the programme has come to, and every figure opens its records. */

import { labelOf } from "../../field/record/show.ts";
import { Notice } from "../../ui/widgets/notice.tsx";
import { day } from "../../ui/words/dates.ts";
import { language, useWords } from "../../ui/words/language.ts";
import { overview as words } from "../../ui/words/overview.ts";
import { places } from "../../ui/words/places.ts";
import { useAnswer } from "../answers.ts";
import { MOVES, useKeys } from "../keys.ts";
import { AsOf, Known } from "../known.tsx";
import { useNames } from "../names.ts";
import { type Query, addressOf, paths, useQuery } from "../roads.ts";
import { isShare, shareOf } from "./amounts.ts";
import { BYS, type By, type Figures, type Group, type Indicator, byIn, questionOf, scopeIn } from "./answer.ts";
import { Bar } from "./bar.tsx";
import { type Before, sinceIn, useBefore } from "./before.ts";
import { Comparison } from "./comparison.tsx";
import { Controls, Pick, Scope } from "./controls.tsx";
import { addressOfFigure } from "./road.ts";
import { COMPARED, HEADLINES, SECTIONS } from "./sections.ts";
import { OverWhole, Parts, Value } from "./shown.tsx";
import { Sources } from "./sources.tsx";
import { FigureTable } from "./table.tsx";
import { Warnings } from "./warnings.tsx";
import "../list/list.css";
import "./overview.css";

export function OverviewPage() {
  const say = useWords();
  const [query, put] = useQuery();
  const names = useNames();
  const scope = scopeIn(query);
  const isWide = names.isWide && scope["county"] === undefined;
  const by = byIn(query, isWide ? "county" : "township");
  const answer = useAnswer<Figures>(questionOf(scope, { by }));
  const since = sinceIn(query);
  const before = useBefore(since, scope, answer.value);
  useKeys(MOVES);
  const counties = answer.value?.counties ?? [];
  const where = counties.length > 1 ? say(words.counties, { count: counties.length }) : (counties[0]?.name ?? "");
  return (
    <>
      <div class="page-head">
        <h1>{say(words.titleOf, { where })}</h1>
        <AsOf answer={answer} />
      </div>
      <Controls query={query} names={names} at={answer.value?.at} onPut={put} />
      <Known answer={answer}>{(figures) => <Dashboard figures={figures} before={before} since={since} scope={scope} query={query} by={by} isWide={isWide} onBy={(by) => put({ by })} />}</Known>
    </>
  );
}

interface DashboardProps {
  figures: Figures;
  before: Before;
  since: string;
  scope: Query;
  query: Query;
  by: By;
  isWide: boolean;
  onBy: (by: string) => void;
}

function Dashboard({ figures, before, since, scope, query, by, isWide, onBy }: DashboardProps) {
  const say = useWords();
  const indicators = new Map(figures.indicators.map((indicator) => [indicator.code, indicator]));
  const only = figures.counties.length === 1 ? figures.counties[0] : undefined;
  const compared = before.at === undefined || since === "none" ? undefined : since === "bulletin" ? say(words.comparedWithBulletin, { number: before.number ?? say(words.bulletin), day: day(before.at) }) : say(words.comparedWith, { day: day(before.at) });
  const of = since === "none" ? undefined : before.figures;
  const county = { county: scope["county"] };
  const more: Readonly<Record<string, { href: string; name: string }>> = {
    findings: { href: addressOf(paths.to(["findings-by-age"]), county), name: say(places.ages) },
    diaries: { href: addressOf(paths.to(["calendar"]), county), name: say(places.calendar) },
  };
  const bys = BYS.filter((by) => by !== "county" || isWide);
  return (
    <>
      <Scope at={figures.at} plan={only?.plan ?? undefined} position={only?.position} compared={compared} />
      {scope["as_of"] === undefined || only === undefined ? null : <Notice tone="told" title={say(words.asOfPosition, { position: only.position })} />}
      {before.isNone ? <Notice tone="told" title={say(words.noBulletin)} /> : null}
      <Headlines figures={figures} indicators={indicators} scope={scope} />
      <Warnings counties={figures.counties} indicators={indicators} />
      <div class="figure-sections">
        {SECTIONS.map((section) => (
          <FigureTable key={section.is} title={say(words[section.is])} more={more[section.is]} codes={section.of} indicators={indicators} figures={figures.total} before={of} scope={scope} />
        ))}
        {scope["sources"] === undefined ? <Sources scope={scope} /> : null}
      </div>
      <section class="group" aria-labelledby="groups-title">
        <div class="group-head">
          <h2 id="groups-title">
            {say(words.groups)}
            <span class="print-only">（{say(words[`by_${by}`])}）</span>
          </h2>
          <div class="filters-bar no-print">
            <Pick label={say(words.by)} value={by} onPick={onBy} options={bys.map((by) => [by, say(words[`by_${by}`])] as const)} />
          </div>
        </div>
        {figures.groups.length === 0 ? <p class="soft">{say(words.noGroups)}</p> : <Comparison figures={figures} codes={COMPARED} head={say(words[`by_${by}`])} scope={scope} query={query} nameOf={(group) => <GroupName group={group} by={by} />} />}
      </section>
    </>
  );
}

/** A group by its name, which leads to its page where it has one. */
function GroupName({ group, by }: { group: Group; by: By }) {
  switch (by) {
    case "county":
      return <a href={addressOf(paths.to(["overview"]), { county: group.key })}>{group.name}</a>;
    case "school":
    case "project":
      return <a href={paths.to([by, group.key])}>{group.name}</a>;
    case "zone":
      return <a href={paths.to(["record", group.key])}>{group.name}</a>;
    default:
      return <>{group.name}</>;
  }
}

/** The figures that are asked for first, large. */
function Headlines({ figures, indicators, scope }: { figures: Figures; indicators: ReadonlyMap<string, Indicator>; scope: Query }) {
  const say = useWords();
  return (
    <ul class="headlines" aria-label={say(words.headlines)}>
      {HEADLINES.flatMap((code) => {
        const [indicator, figure] = [indicators.get(code), figures.total[code]];
        if (indicator === undefined || figure === undefined) {
          return [];
        }
        const share = isShare(indicator) ? shareOf(figure) : undefined;
        return [
          <li key={code}>
            <a class="headline" href={addressOfFigure(code, scope)} data-line>
              <span>{labelOf(indicator, language())}</span>
              <strong>
                <Value indicator={indicator} figure={figure} />
              </strong>
              {share === undefined ? null : <Bar share={share} />}
              <span class="parts soft">
                <Parts indicator={indicator} figure={figure} />
              </span>
              <OverWhole indicator={indicator} figure={figure} />
            </a>
          </li>,
        ];
      })}
    </ul>
  );
}
