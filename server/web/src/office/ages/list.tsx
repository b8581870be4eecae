/** The open findings that a count counted, most urgent first. */

import { daysBetween } from "../../field/form/days.ts";
import { ages as words } from "../../ui/words/ages.ts";
import { columnDay } from "../../ui/words/dates.ts";
import { useWords } from "../../ui/words/language.ts";
import { saidOf } from "../contents.ts";
import { useOffice } from "../house.ts";
import { MOVES, useKeys } from "../keys.ts";
import { AsOf, Known } from "../known.tsx";
import { type Names, useNames } from "../names.ts";
import { type Query, addressOf, paths, travel, useQuery } from "../roads.ts";
import { useSchema } from "../schema.ts";
import { MarkTags, StateTag } from "../tags.tsx";
import { type OpenFindings, nameOfGroup, useOpenFindings } from "./answer.ts";
import { AGES, GROUPINGS, SEVERITIES, STEPS, isAsked } from "./matrix.ts";

/** More are no list that somebody reads. */
const MOST = 200;

export function AgesListPage() {
  const say = useWords();
  const [query] = useQuery();
  const names = useNames();
  const answer = useOpenFindings(query, "contents");
  const back = addressOf(paths.to(["findings-by-age"]), { county: query["county"] });
  useKeys({ ...MOVES, u: () => travel(back) });
  return (
    <>
      <div class="page-head">
        <h1>{say(words.listTitle)}</h1>
        <AsOf answer={answer} />
      </div>
      <Which query={query} names={names} />
      <Known answer={answer}>{(findings) => <List findings={findings} query={query} names={names} />}</Known>
      <p class="no-print">
        <a href={back}>{say(words.back)}</a>
      </p>
    </>
  );
}

/** What was asked for, in words. */
function Which({ query, names }: { query: Query; names: Names }) {
  const say = useWords();
  const age = AGES.find(([age]) => age === query["age"])?.[0];
  const severity = SEVERITIES.find((severity) => severity === query["severity"]);
  const step = STEPS.find((step) => step === query["step"]);
  const groups = GROUPINGS.flatMap((by) => (query[by] ? [nameOfGroup(names, query[by])] : []));
  const said = [names.county(query["county"]), ...groups, age && say(words[`age_${age}`]), severity && say(words[severity]), step && say(words[step])].filter((part) => part !== undefined && part !== "");
  return <p>{said.length === 0 ? say(words.all) : said.join(" · ")}</p>;
}

function List({ findings, query, names }: { findings: OpenFindings; query: Query; names: Names }) {
  const say = useWords();
  const { queue } = useOffice();
  const schema = useSchema();
  const { at, numbers = {} } = findings;
  const all = findings.records.filter((finding) => isAsked(finding, query, at, names.directory));
  const shown = all.slice(0, MOST);
  const begin = () => queue.begin({ from: `${location.pathname}${location.search}`, title: say(words.title), lines: shown.map(({ record }) => paths.to(["record", record])) });
  if (all.length === 0) {
    return <p class="soft">{say(words.none)}</p>;
  }
  const now = new Date();
  return (
    <>
      <p class="soft">{say(words.count, { count: all.length })}</p>
      <div class="table-box">
        <table class="lines">
          <thead>
            <tr>
              <th scope="col" class="when">
                {say(words.found)}
              </th>
              <th scope="col">{say(words.place)}</th>
              <th scope="col">{say(words.content)}</th>
              <th scope="col">{say(words.state)}</th>
              <th scope="col" class="when">
                {say(words.due)}
              </th>
            </tr>
          </thead>
          <tbody>
            {shown.map(({ record, school, project, state, day, due, marks }) => {
              const place = names.place({ school: school ?? undefined, project: project ?? undefined });
              const where = [names.isWide ? names.county(names.countyOf(school ?? undefined)) : undefined, place.school, place.project].filter((name) => name !== undefined).join(" · ");
              return (
                <tr key={record}>
                  <td class="when">
                    {day == null ? "—" : columnDay(day, now)}
                    {day == null ? null : <div class="soft">{say(words.days, { days: Math.max(0, daysBetween(day, at)) })}</div>}
                  </td>
                  <td>
                    <a href={paths.to(["record", record])} data-line onClick={begin}>
                      {where || "—"}
                    </a>
                    {numbers[record] === undefined ? null : <div class="soft">{numbers[record]}</div>}
                  </td>
                  <td class="soft">{saidOf(findings.contents, schema, "finding", record)}</td>
                  <td class="tags">
                    <StateTag kind="finding" state={state} />
                    <MarkTags marks={marks} overdueDays={due != null && due < at ? daysBetween(due, at) : 0} />
                  </td>
                  <td class="when" data-label={say(words.due)}>
                    {due == null ? "—" : columnDay(due, now)}
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      {all.length > MOST ? <p class="soft">{say(words.more, { count: all.length - MOST })}</p> : null}
    </>
  );
}
