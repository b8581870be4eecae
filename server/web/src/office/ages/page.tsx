/** Open findings by age, by severity, by place, and how far up the ladder they are; every count opens its list. */

import { Button } from "../../ui/widgets/button.tsx";
import { Notice } from "../../ui/widgets/notice.tsx";
import { ages as words } from "../../ui/words/ages.ts";
import { useWords } from "../../ui/words/language.ts";
import { MOVES, useKeys } from "../keys.ts";
import { AsOf, Known } from "../known.tsx";
import { type Names, useNames } from "../names.ts";
import { Bar } from "../overview/bar.tsx";
import { Pick } from "../overview/controls.tsx";
import { type Query, useQuery } from "../roads.ts";
import { type OpenFindings, addressOfList, nameOfGroup, useOpenFindings } from "./answer.ts";
import { AGES, type Age, GROUPINGS, type Grouping, type OpenFinding, SEVERITIES, STEPS, type Severity, ageOf, grouped, groupsOf, isOn, severityOf } from "./matrix.ts";
import "../list/list.css";
import "../overview/overview.css";

export function AgesPage() {
  const say = useWords();
  const [query, put] = useQuery();
  const names = useNames();
  const answer = useOpenFindings(query);
  const by = GROUPINGS.find((by) => by === query["by"]) ?? "school";
  useKeys(MOVES);
  return (
    <>
      <div class="page-head">
        <h1>
          {say(words.title)} {names.county(query["county"]) ?? ""}
        </h1>
        <AsOf answer={answer} />
      </div>
      <form class="filters-bar no-print" aria-label={say(words.filters)} onSubmit={(event) => event.preventDefault()}>
        {names.isWide ? <Pick label={say(words.county)} value={query["county"] ?? ""} onPick={(value) => put({ county: value || undefined })} options={[["", say(words.all)], ...names.directory.counties.map(({ code, name }) => [code, name] as const)]} /> : null}
        <Pick label={say(words.by)} value={by} onPick={(by) => put({ by })} options={GROUPINGS.map((by) => [by, say(words[`by_${by}`])] as const)} />
        <Button onClick={() => print()}>{say(words.print)}</Button>
      </form>
      <Known answer={answer}>{(findings) => <Counts findings={findings} names={names} by={by} query={query} />}</Known>
    </>
  );
}

function Counts({ findings, names, by, query }: { findings: OpenFindings; names: Names; by: Grouping; query: Query }) {
  const say = useWords();
  const { records, count, at } = findings;
  return (
    <>
      <p>{say(words.count, { count })}</p>
      {records.length < count ? <Notice tone="care" title={say(words.toomany, { shown: records.length, count })} /> : null}
      {count === 0 ? null : (
        <>
          <nav class="tiles" aria-label={say(words.ladder)}>
            {STEPS.map((step) => (
              <a key={step} class="tile" href={addressOfList(query, { step })} data-line>
                <span class="tile-count">{records.filter((finding) => isOn(finding, step)).length}</span>
                <span>{say(words[step])}</span>
              </a>
            ))}
          </nav>
          <section class="group" aria-label={say(words.bySeverity)}>
            <h2>{say(words.bySeverity)}</h2>
            <BySeverity records={records} at={at} query={query} />
          </section>
          <section class="group" aria-label={say(words.byGroup, { group: say(words[`by_${by}`]) })}>
            <h2>{say(words.byGroup, { group: say(words[`by_${by}`]) })}</h2>
            <ByGroup records={records} at={at} names={names} by={by} query={query} />
          </section>
        </>
      )}
    </>
  );
}

interface TableProps {
  records: readonly OpenFinding[];
  at: string;
  query: Query;
}

function BySeverity({ records, at, query }: TableProps) {
  const say = useWords();
  const rows = new Map(grouped(records, (finding) => [ageOf(finding, at)], severityOf).map((row) => [row.group, row]));
  const overdue = (age: Age) => records.filter((finding) => ageOf(finding, at) === age && isOn(finding, "overdue")).length;
  const most = Math.max(1, ...[...rows.values()].map(({ total }) => total));
  const ofAll = (severity: Severity) => records.filter((finding) => severityOf(finding) === severity).length;
  return (
    <div class="table-box">
      <table class="compared">
        <thead>
          <tr>
            <th scope="col">{say(words.age)}</th>
            {SEVERITIES.map((severity) => (
              <th key={severity} scope="col" class="number">
                {say(words[severity])}
              </th>
            ))}
            <th scope="col" class="number">
              {say(words.total)}
            </th>
            <th scope="col" class="number">
              {say(words.overdue)}
            </th>
          </tr>
        </thead>
        <tbody>
          {AGES.map(([age]) => (
            <tr key={age}>
              <th scope="row">{say(words[`age_${age}`])}</th>
              {SEVERITIES.map((severity) => (
                <Count key={severity} count={rows.get(age)?.counts.get(severity) ?? 0} href={addressOfList(query, { age, severity })} />
              ))}
              <Count count={rows.get(age)?.total ?? 0} href={addressOfList(query, { age })} most={most} />
              <Count count={overdue(age)} href={addressOfList(query, { age, step: "overdue" })} />
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">{say(words.total)}</th>
            {SEVERITIES.map((severity) => (
              <Count key={severity} count={ofAll(severity)} href={addressOfList(query, { severity })} />
            ))}
            <Count count={records.length} href={addressOfList(query, {})} />
            <Count count={records.filter((finding) => isOn(finding, "overdue")).length} href={addressOfList(query, { step: "overdue" })} />
          </tr>
        </tfoot>
      </table>
    </div>
  );
}

function ByGroup({ records, at, names, by, query }: TableProps & { names: Names; by: Grouping }) {
  const say = useWords();
  const rows = grouped(records, (finding) => groupsOf(finding, by, names.directory), (finding) => ageOf(finding, at));
  const most = Math.max(1, ...rows.map(({ total }) => total));
  return (
    <div class="table-box">
      <table class="compared">
        <thead>
          <tr>
            <th scope="col">{say(words[`by_${by}`])}</th>
            {AGES.map(([age]) => (
              <th key={age} scope="col" class="number">
                {say(words[`age_${age}`])}
              </th>
            ))}
            <th scope="col" class="number">
              {say(words.total)}
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ group, counts, total }) => (
            <tr key={group}>
              <th scope="row">{nameOfGroup(names, group)}</th>
              {AGES.map(([age]) => (
                <Count key={age} count={counts.get(age) ?? 0} href={addressOfList(query, { [by]: group, age })} />
              ))}
              <Count count={total} href={addressOfList(query, { [by]: group })} most={most} />
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** So many, which open as a list; with a bar where it stands beside others of its column. */
function Count({ count, href, most }: { count: number; href: string; most?: number }) {
  return (
    <td class="number">
      {count === 0 ? <span class="soft">0</span> : <a href={href}>{count}</a>}
      {most === undefined ? null : <Bar share={(count / most) * 100} />}
    </td>
  );
}
