/** The findings of a school or a project that are open. */

import { daysBetween } from "../../field/form/days.ts";
import type { Schema } from "../../protocol/schema.ts";
import type { Uuid } from "../../protocol/wire.ts";
import { columnDay } from "../../ui/words/dates.ts";
import { useWords } from "../../ui/words/language.ts";
import { site as words } from "../../ui/words/site.ts";
import { useAnswer } from "../answers.ts";
import { type Contents, fieldsOf, saidOf } from "../contents.ts";
import { useOffice } from "../house.ts";
import { addressOf, paths } from "../roads.ts";
import type { Mark } from "../states.ts";
import { MarkTags, StateTag } from "../tags.tsx";
import { Section } from "./parts.tsx";

/** The states of findings that are open, as lists are filtered by them. */
export const OPEN = "issued,acknowledged,claimed,rejected";
/** So many are shown; the others are in the list. */
const MOST = 12;

interface Found {
  at: string;
  count: number;
  records: { record: Uuid; state: string; day?: string | null; due?: string | null; marks: Mark[] }[];
  numbers?: Record<Uuid, string>;
  contents?: Contents;
}

/** Of a school, or of a project. */
export type Of = { school: Uuid } | { project: Uuid };

export function FindingsOf({ of, schema }: { of: Of; schema: Schema | undefined }) {
  const say = useWords();
  const { queue } = useOffice();
  const { value } = useAnswer<Found>(addressOf("/api/v1/states/finding", { ...of, state: OPEN, limit: String(MOST), fields: fieldsOf("finding") }));
  const all = addressOf(paths.to(["list", "finding"]), { ...of });
  const title = say(words.findings);
  const lines = value?.records.map(({ record }) => paths.to(["record", record])) ?? [];
  const begin = () => queue.begin({ from: location.pathname, title, lines });
  const now = new Date();
  return (
    <Section id="findings" title={value === undefined ? title : `${title} ${value.count}`} more={{ href: all, text: say(words.allFindings) }}>
      {value === undefined ? null : value.records.length === 0 ? (
        <p class="soft">{say(words.noFindings)}</p>
      ) : (
        <div class="table-box">
          <table class="lines">
            <thead>
              <tr>
                <th scope="col" class="when">
                  {say(words.found)}
                </th>
                <th scope="col">{say(words.what)}</th>
                <th scope="col">{say(words.state)}</th>
                <th scope="col" class="when">
                  {say(words.deadline)}
                </th>
              </tr>
            </thead>
            <tbody>
              {value.records.map(({ record, state, day, due, marks }) => (
                <tr key={record}>
                  <td class="when">{day == null ? "—" : columnDay(day, now)}</td>
                  <td>
                    <a href={paths.to(["record", record])} data-line onClick={begin}>
                      {[value.numbers?.[record], saidOf(value.contents, schema, "finding", record)].filter((word) => word !== undefined && word !== "").join(" · ") || title}
                    </a>
                  </td>
                  <td class="tags">
                    <StateTag kind="finding" state={state} />
                    <MarkTags marks={marks} overdueDays={due != null && due < value.at ? daysBetween(due, value.at) : 0} />
                  </td>
                  <td class="when" data-label={say(words.deadline)}>{due == null ? "" : columnDay(due, now)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Section>
  );
}
