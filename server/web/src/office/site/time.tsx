/** How a project stands in time: the days that have gone against the works that are done; its contracts and months. */

import { daysBetween } from "../../field/form/days.ts";
import { showQuantity } from "../../field/form/quantity.ts";
import type { Schema } from "../../protocol/schema.ts";
import { columnDay, month } from "../../ui/words/dates.ts";
import { language, useWords } from "../../ui/words/language.ts";
import { site as words } from "../../ui/words/site.ts";
import { states } from "../../ui/words/states.ts";
import { Bar } from "../overview/bar.tsx";
import { paths } from "../roads.ts";
import { codeWord } from "../schema.ts";
import { TagShown } from "../tags.tsx";
import type { ContractLine, MonthReached, ProjectSheet } from "./answers.ts";
import { Facts, Section } from "./parts.tsx";
import { share } from "./share.ts";
import "../overview/overview.css";

export function Time({ sheet, schema }: { sheet: ProjectSheet; schema: Schema | undefined }) {
  const say = useWords();
  const { schedule, at, money, contracts, months, stood_still: stood } = sheet;
  const { start, end, lag, behind } = schedule;
  const now = new Date();
  const fen = (amount: number) => showQuantity(amount, "fen", language());
  const isBuilding = sheet.class !== "equipment";
  const gone = start === undefined || end === undefined ? undefined : { all: daysBetween(start, end) + 1, gone: Math.max(0, daysBetween(start, schedule.accepted_on ?? at) + 1) };
  return (
    <Section id="time" title={say(words.schedule)}>
      <Facts
        facts={[
          [say(words.startedOn), schedule.started_on && columnDay(schedule.started_on, now)],
          [say(words.acceptedOn), schedule.accepted_on && columnDay(schedule.accepted_on, now)],
          [say(words.term), start !== undefined && end !== undefined ? say(words.fromTo, { from: columnDay(start, now), to: columnDay(end, now) }) : undefined],
          [say(words.stoodStill), stood.length === 0 ? undefined : stood.map(({ record, from, to }) => <span key={record}><a href={paths.to(["record", record])}>{say(words.fromTo, { from: columnDay(from, now), to: to === undefined ? say(words.untilNow) : columnDay(to, now) })}</a> </span>)],
        ]}
      />
      {gone === undefined || !isBuilding ? null : (
        <div class="bars">
          <BarRow name={say(words.timeGone)} part={gone.gone} whole={gone.all} text={say(words.daysGone, gone)} />
          <BarRow name={say(words.worksDone)} part={schedule.earned} whole={money.contracted} text={say(words.doneOf, { done: fen(schedule.earned), all: fen(money.contracted) })} />
          {behind ? (
            <p>
              <TagShown tag={{ text: say(states.behind), tone: "bad" }} /> {say(words.lagsBy, { amount: fen(lag) })}
            </p>
          ) : null}
        </div>
      )}
      {contracts.length === 0 ? <p class="soft">{say(words.noContracts)}</p> : <Contracts contracts={contracts} schema={schema} />}
      {months.length === 0 ? null : <Months months={months} schema={schema} />}
    </Section>
  );
}

interface BarRowProps {
  name: string;
  part: number;
  whole: number;
  text: string;
}

/** A bar with its figure in words: it says nothing that the words do not. */
function BarRow({ name, part, whole, text }: BarRowProps) {
  return (
    <div class="bar-row">
      <span>{name}</span>
      <Bar share={whole <= 0 ? 0 : (part / whole) * 100} />
      <span>
        {share(part, whole)} <span class="soft">{text}</span>
      </span>
    </div>
  );
}

function Contracts({ contracts, schema }: { contracts: readonly ContractLine[]; schema: Schema | undefined }) {
  const say = useWords();
  const now = new Date();
  return (
    <div class="table-box">
      <table class="lines">
        <thead>
          <tr>
            <th scope="col">{say(words.contracts)}</th>
            <th scope="col">{say(words.party)}</th>
            <th scope="col" class="number">
              {say(words.amount)}
            </th>
            <th scope="col">{say(words.term)}</th>
          </tr>
        </thead>
        <tbody>
          {contracts.map(({ id, number, name, sort, party, amount, projects, start, end }) => (
            <tr key={id}>
              <td>
                <a href={paths.to(["record", id])} data-line>
                  {[sort === undefined ? undefined : codeWord(schema, "contract_kind", sort), number ?? name].filter((word) => word !== undefined).join(" · ")}
                </a>
                {projects > 1 ? <span class="soft"> {say(words.shared, { count: projects })}</span> : null}
              </td>
              <td data-label={say(words.party)}>{party ?? ""}</td>
              <td class="number nowrap" data-label={say(words.amount)}>{showQuantity(amount, "fen", language())}</td>
              <td class="nowrap" data-label={say(words.term)}>{start !== undefined && end !== undefined ? say(words.fromTo, { from: columnDay(start, now), to: columnDay(end, now) }) : ""}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** So many months are shown, the newest first. */
const MONTHS = 6;

function Months({ months, schema }: { months: readonly MonthReached[]; schema: Schema | undefined }) {
  const say = useWords();
  return (
    <div class="table-box">
      <table class="lines">
        <thead>
          <tr>
            <th scope="col" class="when">
              {say(words.months)}
            </th>
            <th scope="col">{say(words.progress)}</th>
            <th scope="col" class="number">
              {say(words.invested)}
            </th>
            <th scope="col" class="number">
              {say(words.areaDone)}
            </th>
            <th scope="col">{say(words.state)}</th>
          </tr>
        </thead>
        <tbody>
          {months.slice(-MONTHS).reverse().map(({ record, month: of, image_progress: image, invested, completed_area: area, certified, delay_reason: delay }) => (
            <tr key={record}>
              <td class="when">
                <a href={paths.to(["record", record])} data-line>
                  {month(of.slice(0, 7))}
                </a>
              </td>
              <td>
                {image === undefined ? "—" : codeWord(schema, "image_progress", image)}
                {delay === undefined ? null : <span class="soft"> {say(words.delay)}：{delay}</span>}
              </td>
              <td class="number nowrap" data-label={say(words.invested)}>{showQuantity(invested, "fen", language())}</td>
              <td class="number nowrap" data-label={say(words.areaDone)}>{showQuantity(area, "hundredth_square_metre", language())}</td>
              <td class="tags">
                <TagShown tag={certified ? { text: say(words.certified), tone: "good" } : { text: say(words.notCertified), tone: "care" }} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
