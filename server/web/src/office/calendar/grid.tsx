/** The grid of days: a sign a day, each opens; the arrow keys go from day to day. */

import { useRef } from "preact/hooks";
import { calendar as words } from "../../ui/words/calendar.ts";
import { shortDay } from "../../ui/words/dates.ts";
import { useWords } from "../../ui/words/language.ts";
import { useKeys } from "../keys.ts";
import type { Names } from "../names.ts";
import { addressOf, paths } from "../roads.ts";
import { type Calendar, type CalendarRow, LETTERS, addressOfDay, countsOf, daysOf, letterAt } from "./days.ts";

const WEEKEND: readonly number[] = [0, 6];
/** The columns after the days. */
const TOTALS = ["asked", "missing", "late"] as const;

interface GridProps {
  calendar: Calendar;
  rows: readonly CalendarRow[];
  names: Names;
}

export function Grid({ calendar, rows, names }: GridProps) {
  const say = useWords();
  const box = useRef<HTMLDivElement>(null);
  const days = daysOf(calendar);
  useArrows(box);
  const all = countsOf(rows.flatMap((row) => days.map((_, place) => letterAt(row, place))));
  return (
    <>
      <ul class="legend" aria-label={say(words.legend)}>
        {LETTERS.map((letter) => (
          <li key={letter}>
            <span class={`day-sign ${letter}`} aria-hidden="true">
              {say(words[`sign_${letter}`])}
            </span>
            {say(words[letter])} <strong>{all[letter]}</strong>
          </li>
        ))}
      </ul>
      <p class="soft no-print">
        {say(words.projects, { count: rows.length })} · {say(words.how)}
      </p>
      <div class="table-box calendar-box" ref={box} tabIndex={-1}>
        <table class="calendar">
          <thead>
            <tr>
              <th scope="col">{say(words.place)}</th>
              {days.map((day) => (
                <th key={day} scope="col" class={isWeekend(day) ? "weekend" : ""}>
                  <span aria-hidden="true">{Number(day.slice(8))}</span>
                  <span class="spoken">{shortDay(day)}</span>
                </th>
              ))}
              {TOTALS.map((total) => (
                <th key={total} scope="col" class="number">
                  {say(words[total])}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row, at) => (
              <Row key={row.project} row={row} days={days} names={names} isFirst={at === 0} />
            ))}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row">{say(words.missingOfDay)}</th>
              {days.map((day, place) => (
                <MissingOf key={day} day={day} count={rows.filter((row) => letterAt(row, place) === "m").length} county={rows[0]?.county} />
              ))}
              <td class="number">{all.asked}</td>
              <td class="number">{all.m}</td>
              <td class="number">{all.l}</td>
            </tr>
          </tfoot>
        </table>
      </div>
    </>
  );
}

function Row({ row, days, names, isFirst }: { row: CalendarRow; days: readonly string[]; names: Names; isFirst: boolean }) {
  const say = useWords();
  const { school, project } = names.place({ school: row.school, project: row.project });
  const place = [school, project].filter((name) => name !== undefined).join(" · ");
  const counts = countsOf(row.days);
  const first = days.findIndex((_, place) => letterAt(row, place) !== undefined);
  return (
    <tr>
      <th scope="row">
        <a href={paths.to(["project", row.project])} tabIndex={-1}>
          {school}
          {project === undefined ? null : <span class="soft"> {project}</span>}
        </a>
      </th>
      {days.map((day, at) => {
        const letter = letterAt(row, at);
        if (letter === undefined) {
          return <td key={day} class={isWeekend(day) ? "weekend" : ""} />;
        }
        // One of them is reached by the tabulator, the others by arrows.
        return (
          <td key={day}>
            <a class={`day-sign ${letter}`} href={addressOfDay(row, day, letter)} tabIndex={isFirst && at === first ? 0 : -1} data-day={at} aria-label={say(words.day, { place, day: shortDay(day), what: say(words[letter]) })} title={`${shortDay(day)} ${say(words[letter])}`}>
              {say(words[`sign_${letter}`])}
            </a>
          </td>
        );
      })}
      <td class="number">{counts.asked}</td>
      <td class="number">{counts.m}</td>
      <td class="number">{counts.l}</td>
    </tr>
  );
}

/** How many diaries are missing on a day; which, in the list of that day. */
function MissingOf({ day, count, county }: { day: string; count: number; county: string | undefined }) {
  const say = useWords();
  return (
    <td>
      {count === 0 ? null : (
        <a href={addressOf(paths.to(["list", "diary"]), { county, state: "missing", from: day, to: day })} tabIndex={-1} aria-label={`${shortDay(day)} ${say(words.m)} ${count}`}>
          {count}
        </a>
      )}
    </td>
  );
}

function isWeekend(day: string): boolean {
  return WEEKEND.includes(new Date(`${day}T00:00:00Z`).getUTCDay());
}

/** The arrows go to the next day that has something to tell, over and across. */
function useArrows(box: { current: HTMLElement | null }): void {
  const go = (down: number, on: number) => () => {
    const rows = [...(box.current?.querySelectorAll<HTMLTableRowElement>("tbody tr") ?? [])].map((row) => [...row.querySelectorAll<HTMLElement>("[data-day]")]);
    const at = rows.findIndex((cells) => cells.some((cell) => cell === document.activeElement));
    const day = Number((document.activeElement as HTMLElement | null)?.dataset["day"] ?? 0);
    const next = at < 0 ? rows[0]?.[0] : down === 0 ? besideIn(rows[at] ?? [], day, on) : nearestIn(rows, at + down, down, day);
    next?.focus();
    next?.scrollIntoView({ block: "nearest", inline: "nearest" });
  };
  useKeys({ ArrowLeft: go(0, -1), ArrowRight: go(0, 1), ArrowUp: go(-1, 0), ArrowDown: go(1, 0), k: go(-1, 0), j: go(1, 0), u: () => history.back() });
}

function besideIn(cells: readonly HTMLElement[], day: number, by: number): HTMLElement | undefined {
  return cells[cells.findIndex((cell) => dayOf(cell) === day) + by];
}

/** The cell of the next row that has any which is nearest to that day. */
function nearestIn(rows: readonly (readonly HTMLElement[])[], from: number, by: number, day: number): HTMLElement | undefined {
  for (let at = from; at >= 0 && at < rows.length; at += by) {
    const nearest = [...(rows[at] ?? [])].sort((one, other) => Math.abs(dayOf(one) - day) - Math.abs(dayOf(other) - day))[0];
    if (nearest !== undefined) {
      return nearest;
    }
  }
  return undefined;
}

function dayOf(cell: HTMLElement): number {
  return Number(cell.dataset["day"]);
}
