/** The grid: zones, their inspectors, and which schools they have been to. Printed, it is the office's table. */

import type { ComponentChildren } from "preact";
import { daysBetween } from "../../field/form/days.ts";
import { Button } from "../../ui/widgets/button.tsx";
import { Empty } from "../../ui/widgets/notice.tsx";
import { columnDay, day } from "../../ui/words/dates.ts";
import { grid as words } from "../../ui/words/grid.ts";
import { language, useWords } from "../../ui/words/language.ts";
import { useAnswer } from "../answers.ts";
import { MOVES, useKeys } from "../keys.ts";
import { AsOf, Known } from "../known.tsx";
import { Choice } from "../list/filters.tsx";
import { type Names, useNames } from "../names.ts";
import { addressOf, paths, useQuery } from "../roads.ts";
import { codeWord, useSchema } from "../schema.ts";
import type { SchoolLine, Schools } from "../site/answers.ts";
import { share } from "../site/share.ts";
import { TagShown } from "../tags.tsx";
import { PERIODS, SHOWN, type Grid, type OfZone, type Shown, beginOf, gridOf, townshipNames } from "./coverage.ts";
import "../list/list.css";
import "./grid.css";

export function GridPage() {
  const say = useWords();
  const [query, put] = useQuery();
  const names = useNames();
  const period = PERIODS.find((one) => one === query["time"]) ?? "term";
  const shown = SHOWN.find((one) => one === query["show"]) ?? "all";
  const { counties } = names.directory;
  const county = query["county"] ?? "";
  const today = new Date().toLocaleDateString("sv", { timeZone: "Asia/Shanghai" });
  const from = beginOf(period, today);
  const answer = useAnswer<Schools>(addressOf("/api/v1/schools", { county, from }));
  useKeys({ ...MOVES, p: () => print() });
  return (
    <>
      <div class="page-head">
        <h1 class="no-print">{say(words.title)}</h1>
        <AsOf answer={answer} />
      </div>
      <form class="filters-bar no-print" onSubmit={(event) => event.preventDefault()}>
        {counties.length > 1 ? <Choice label={say(words.county)} value={county} options={counties.map(({ code, name }) => [code, name])} onChoose={(value) => put({ county: value })} /> : null}
        <Choice label={say(words.show)} value={shown === "all" ? "" : shown} options={SHOWN.filter((one) => one !== "all").map((one) => [one, say(words[one])])} onChoose={(value) => put({ show: value })} />
        <nav class="tabs" aria-label={say(words.period)}>
          {PERIODS.map((one) => (
            <a key={one} href={addressOf(paths.to(["grid"]), { ...query, time: one === "term" ? undefined : one })} {...(one === period ? { "aria-current": "true" as const } : {})}>
              {say(words[one])}
            </a>
          ))}
        </nav>
        <Button onClick={() => print()}>
          {say(words.print)} <kbd>p</kbd>
        </Button>
      </form>
      <Known answer={answer}>{(schools) => <Drawn schools={schools} names={names} shown={shown} county={county} />}</Known>
    </>
  );
}

interface DrawnProps {
  schools: Schools;
  names: Names;
  shown: Shown;
  county: string;
}

function Drawn({ schools: { at, from, schools }, names, shown, county }: DrawnProps) {
  const say = useWords();
  const zones = names.directory.zones.filter((zone) => county === "" || zone.county === county);
  const grid = gridOf(zones, schools, shown);
  const to = (show: Shown) => addressOf(paths.to(["grid"]), { ...Object.fromEntries(new URLSearchParams(location.search)), show: show === "all" ? undefined : show });
  const where = county === "" ? (names.isWide ? "" : (names.directory.counties[0]?.name ?? "")) : (names.county(county) ?? "");
  const { counts } = grid;
  return (
    <>
      <p class="paper-only paper-title">{say(words.paperTitle, { county: where })}</p>
      <p class="soft">{say(words.since, { from: day(from), to: day(at) })}</p>
      <nav class="tiles" aria-label={say(words.show)}>
        <Tile href={to("all")} count={String(counts.schools)} text={say(words.schools)} />
        <Tile href={to("all")} count={share(counts.visited, counts.schools)} text={say(words.coverage)} />
        <Tile href={to("unvisited")} count={String(counts.schools - counts.visited)} text={say(words.notVisited)} />
        <Tile href={to("none")} count={String(counts.none)} text={say(words.withoutZone)} />
        <Tile href={to("twice")} count={String(counts.twice)} text={say(words.withTwo)} />
      </nav>
      {grid.zones.length === 0 ? (
        <Empty title={say(words.noZones)}>
          <p>{say(words.noZonesWhy)}</p>
        </Empty>
      ) : (
        <Zones grid={grid} at={at} names={names} shown={shown} />
      )}
      <p class="paper-only paper-signed">{say(words.signed)}</p>
    </>
  );
}

function Tile({ href, count, text }: { href: string; count: string; text: string }) {
  return (
    <a class="tile" href={href}>
      <span class="tile-count">{count}</span>
      <span>{text}</span>
    </a>
  );
}

interface ZonesProps {
  grid: Grid;
  at: string;
  names: Names;
  shown: Shown;
}

function Zones({ grid, at, names, shown }: ZonesProps) {
  const say = useWords();
  const townships = townshipNames(names.directory);
  const all = [...grid.zones.flatMap(({ schools }) => schools), ...grid.without];
  const rows = (schools: readonly SchoolLine[]) => schools.map((school) => <Row key={school.id} school={school} at={at} names={names} townships={townships} />);
  const isNone = all.length === 0;
  return (
    <>
      {isNone ? <p class="soft">{say(words.allFine)}</p> : null}
      {grid.zones.map((ofZone) =>
        shown !== "all" && ofZone.schools.length === 0 ? null : (
          <section key={ofZone.zone.id} class="group" aria-labelledby={`zone-${ofZone.zone.id}`}>
            <ZoneHead of={ofZone} names={names} />
            {ofZone.schools.length === 0 ? null : <Table label={ofZone.zone.name}>{rows(ofZone.schools)}</Table>}
          </section>
        ),
      )}
      {grid.without.length === 0 ? null : (
        <section class="group" aria-labelledby="without-zone">
          <h2 id="without-zone">
            {say(words.withoutZone)} <span class="count">{grid.without.length}</span>
          </h2>
          <Table label={say(words.withoutZone)}>{rows(grid.without)}</Table>
        </section>
      )}
    </>
  );
}

function ZoneHead({ of: { zone, all, visited }, names }: { of: OfZone; names: Names }) {
  const say = useWords();
  const inspectors = zone.inspectors.map(({ name }) => name).join(language() === "zh" ? "、" : ", ");
  return (
    <div class="zone-head">
      <h2 id={`zone-${zone.id}`}>
        <a href={paths.to(["record", zone.id])}>
          {names.isWide ? `${names.county(zone.county) ?? ""} ` : ""}
          {zone.name}
        </a>
      </h2>
      <span>{say(words.ofZone, { schools: all, visited, share: share(visited, all) })}</span>
      <span class="soft">{inspectors === "" ? say(words.noInspectors) : say(words.inspectorsOf, { names: inspectors })}</span>
    </div>
  );
}

function Table({ label, children }: { label: string; children: ComponentChildren }) {
  const say = useWords();
  return (
    <div class="table-box">
      <table class="lines grid-lines" aria-label={label}>
        <thead>
          <tr>
            <th scope="col">{say(words.school)}</th>
            <th scope="col">{say(words.township)}</th>
            <th scope="col">{say(words.category)}</th>
            <th scope="col" class="number">
              {say(words.works)}
            </th>
            <th scope="col" class="number">
              {say(words.times)}
            </th>
            <th scope="col" class="when">
              {say(words.last)}
            </th>
            <th scope="col" class="number">
              {say(words.ago)}
            </th>
            <th scope="col" class="number">
              {say(words.open)}
            </th>
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}

interface RowProps {
  school: SchoolLine;
  at: string;
  names: Names;
  townships: ReadonlyMap<string, string>;
}

function Row({ school, at, names, townships }: RowProps) {
  const say = useWords();
  const schema = useSchema();
  const { last_inspection: last, inspections } = school;
  return (
    <tr>
      <td>
        <a href={paths.to(["school", school.id])} data-line>
          {names.place({ school: school.id }).school ?? school.name}
        </a>{" "}
        {school.zones.length > 1 ? <TagShown tag={{ text: say(words.withTwo), tone: "care" }} /> : null}
      </td>
      <td>{townships.get(school.township ?? "") ?? ""}</td>
      <td>{school.category === undefined ? "" : codeWord(schema, "school_category", school.category)}</td>
      <td class="number" data-label={say(words.works)}>{school.under_way === 0 ? "" : school.under_way}</td>
      <td class="number" data-label={say(words.times)}>{inspections === 0 ? <TagShown tag={{ text: say(words.notVisited), tone: "care" }} /> : say(words.timesOf, { count: inspections })}</td>
      <td class="when" data-label={say(words.last)}>{last === undefined ? say(words.never) : <a href={paths.to(["record", last.record])}>{columnDay(last.day, new Date())}</a>}</td>
      <td class="number nowrap" data-label={say(words.ago)}>{last === undefined ? "" : say(words.days, { days: daysBetween(last.day, at) })}</td>
      <td class="number" data-label={say(words.open)}>
        {school.findings_open === 0 ? null : <a href={addressOf(paths.to(["list", "finding"]), { school: school.id })}>{say(words.openOf, { open: school.findings_open, overdue: school.findings_overdue })}</a>}
      </td>
    </tr>
  );
}
