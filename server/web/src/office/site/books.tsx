/** The books of a project, as the server draws them. */

import { language, useWords } from "../../ui/words/language.ts";
import { month } from "../../ui/words/dates.ts";
import { site as words } from "../../ui/words/site.ts";
import { addressOf } from "../roads.ts";
import type { ProjectSheet } from "./answers.ts";
import { Section } from "./parts.tsx";

/** So many months of diaries are offered, the newest first. */
const MONTHS = 3;

/** The month of a day and those before it, but none before the works began. */
export function monthsUntil(day: string, from: string | undefined, most: number): string[] {
  const [year = 0, number = 1] = day.split("-").map(Number);
  return Array.from({ length: most }, (_, back) => {
    const months = year * 12 + number - 1 - back;
    return `${Math.floor(months / 12)}-${String((months % 12) + 1).padStart(2, "0")}`;
  }).filter((each) => from !== undefined && each >= from.slice(0, 7));
}

export function Books({ sheet }: { sheet: ProjectSheet }) {
  const say = useWords();
  const { id, at, schedule } = sheet;
  const lang = language();
  const of = (file: string, parts: Record<string, string> = {}) => addressOf(`/api/v1/reports/${file}`, { project: id, ...parts, lang });
  const months = monthsUntil(schedule.accepted_on ?? at, schedule.started_on, MONTHS);
  return (
    <Section id="books" title={say(words.books)}>
      <ul class="sheet-links">
        {months.map((each) => (
          <li key={each}>
            <a href={of("diary_book.html", { month: each })} target="_blank" rel="noopener">
              {say(words.diaryBook, { month: month(each) })}
            </a>
          </li>
        ))}
        <li>
          <a href={of("funds.html")} target="_blank" rel="noopener">
            {say(words.fundsLedger)}
          </a>
        </li>
        <li>
          <a href={of("rectification.html")} target="_blank" rel="noopener">
            {say(words.rectifications)}
          </a>
        </li>
        {sheet.class === "equipment" ? null : (
          <li>
            <a href={of("dossier.zip")} download>
              {say(words.dossier)}
            </a>
          </li>
        )}
        <li>
          <a href={`/public/projects/${id}`} target="_blank" rel="noopener">
            {say(words.publicPage)}
          </a>
        </li>
      </ul>
    </Section>
  );
}
