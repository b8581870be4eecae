/** A table row by row: what becomes of each, with what stood there before, and what is wrong in which cell. */

import { useState } from "preact/hooks";
import { imports as words } from "../../ui/words/imports.ts";
import { language, useWords } from "../../ui/words/language.ts";
import { paths } from "../roads.ts";
import { type Action, type RecordPlan, type Report, inOrder, wordsOf } from "./report.ts";

/** So many are listed at once: nobody reads thousands, and what is wrong stands first. */
const MOST = 300;
const TONES = { new: "good", changed: "told", restored: "told", unchanged: "plain", error: "bad" } as const satisfies Record<Action, string>;
const SHOWS = ["error", "changed", "restored", "new", "unchanged"] as const;

export function Rows({ report }: { report: Report }) {
  const say = useWords();
  const [shows, setShows] = useState<Action | "all">("all");
  const { counts } = report;
  const countOf = { new: counts.new, changed: counts.changed, restored: counts.restored, unchanged: counts.unchanged, error: counts.errors };
  const records = inOrder(report.records.filter(({ action }) => shows === "all" || action === shows));
  if (report.records.length === 0) {
    return null;
  }
  return (
    <>
      <div class="tabs" role="group" aria-label={say(words.what)}>
        <button type="button" class="chip" aria-pressed={shows === "all"} onClick={() => setShows("all")}>
          {say(words.all)} {report.records.length}
        </button>
        {SHOWS.filter((action) => countOf[action] > 0).map((action) => (
          <button key={action} type="button" class="chip" aria-pressed={shows === action} onClick={() => setShows(action)}>
            {say(words[action])} {countOf[action]}
          </button>
        ))}
      </div>
      <div class="table-box">
        <table class="lines import-rows">
          <thead>
            <tr>
              <th scope="col">{say(words.rows)}</th>
              <th scope="col">{say(words.what)}</th>
              <th scope="col">{say(words.name)}</th>
              <th scope="col">{say(words.details)}</th>
            </tr>
          </thead>
          <tbody>
            {records.slice(0, MOST).map((plan, place) => (
              <Row key={`${plan.record ?? ""}/${place}`} plan={plan} />
            ))}
          </tbody>
        </table>
      </div>
      {records.length > MOST ? <p class="soft">{say(words.more, { count: records.length - MOST })}</p> : null}
    </>
  );
}

function Row({ plan }: { plan: RecordPlan }) {
  const say = useWords();
  const { rows, action, record, name, fields = [], issues = [], held } = plan;
  const [first, last] = [rows[0], rows[rows.length - 1]];
  return (
    <tr>
      <td class="nowrap">{first === last ? first : `${first}–${last}`}</td>
      <td class="tags">
        <span class={`tag ${TONES[action]}`}>{say(words[action])}</span>
        {held === undefined ? null : <span class="tag care">{say(words.held)}</span>}
      </td>
      <td>{record === undefined || action === "new" || action === "error" ? name : <a href={paths.to(["record", record])}>{name}</a>}</td>
      <td>
        {issues.map((issue, place) => (
          <p key={place} class="wrong">
            {issue.cell === undefined ? wordsOf(issue, language()) : say(words.atCell, { cell: issue.cell, why: wordsOf(issue, language()) })}
          </p>
        ))}
        {held === undefined ? null : <p class="care-text">{wordsOf(held, language())}</p>}
        {fields.map(({ field, label, old, new: to }) => (
          <p key={field} class={old.length === 0 ? "soft" : ""}>
            {old.length === 0 ? say(words.fieldNew, { label, to }) : say(words.fieldChange, { label, from: old.join(" / "), to: to || say(words.empty) })}
          </p>
        ))}
      </td>
    </tr>
  );
}
