/** The days of projects: a line for each, or one project's weeks; each opens its diary. */

import type { Uuid } from "../../protocol/wire.ts";
import { calendar as signs } from "../../ui/words/calendar.ts";
import { shortDay } from "../../ui/words/dates.ts";
import { useWords } from "../../ui/words/language.ts";
import { site as words } from "../../ui/words/site.ts";
import { useAnswer } from "../answers.ts";
import { type Calendar, type CalendarRow, LETTERS, type Letter, addressOfDay, daysOf, letterAt } from "../calendar/days.ts";
import { paths } from "../roads.ts";
import { weeksOf } from "./days.ts";
import "../calendar/calendar.css";

/** What stands on a school's page: the last month of each project. */
export function SchoolDays({ school, nameOf }: { school: Uuid; nameOf: (project: Uuid) => string }) {
  const say = useWords();
  const { value } = useAnswer<Calendar>(`/api/v1/calendar?school=${school}`);
  if (value === undefined) {
    return null;
  }
  if (value.projects.length === 0) {
    return <p class="soft">{say(words.noDiaries)}</p>;
  }
  return (
    <>
      <ul class="day-rows">
        {value.projects.map((row) => (
          <li key={row.project}>
            <a href={paths.to(["project", row.project])}>{nameOf(row.project)}</a>
            <ul class="day-strip">
              {daysOf(value).map((day, place) => (
                <li key={day}>
                  <DayCell row={row} day={day} letter={letterAt(row, place)} />
                </li>
              ))}
            </ul>
          </li>
        ))}
      </ul>
      <Legend />
    </>
  );
}

/** The weeks of one project. */
export function ProjectDays({ project, from, to }: { project: Uuid; from: string; to: string }) {
  const say = useWords();
  const { value } = useAnswer<Calendar>(`/api/v1/calendar?project=${project}&from=${from}&to=${to}`);
  if (value === undefined) {
    return null;
  }
  const row = value.projects[0];
  if (row === undefined) {
    return <p class="soft">{say(words.noDiaries)}</p>;
  }
  const days = daysOf(value);
  return (
    <>
      <ol class="day-weeks">
        {weeksOf(days).map((week) => {
          const first = week.find((day) => day !== undefined);
          return (
            <li key={first}>
              <span class="day-week" aria-hidden="true">
                {first?.slice(5)}
              </span>
              {week.map((day, place) => (day === undefined ? <span key={place} class="day-sign" /> : <DayCell key={day} row={row} day={day} letter={letterAt(row, days.indexOf(day))} />))}
            </li>
          );
        })}
      </ol>
      <Legend />
    </>
  );
}

function DayCell({ row, day, letter }: { row: CalendarRow; day: string; letter: Letter | undefined }) {
  const say = useWords();
  if (letter === undefined) {
    return <span class="day-sign none" title={shortDay(day)} />;
  }
  const text = `${shortDay(day)} ${say(signs[letter])}`;
  return (
    <a class={`day-sign ${letter}`} href={addressOfDay(row, day, letter)} title={text} aria-label={text}>
      {say(signs[`sign_${letter}`])}
    </a>
  );
}

function Legend() {
  const say = useWords();
  return (
    <ul class="legend soft" aria-label={say(signs.legend)}>
      {LETTERS.map((letter) => (
        <li key={letter}>
          <span class={`day-sign ${letter}`} aria-hidden="true">
            {say(signs[`sign_${letter}`])}
          </span>
          {say(signs[letter])}
        </li>
      ))}
    </ul>
  );
}
