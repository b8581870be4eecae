/** What helps to write a finding: by when it is to be mended, and by whom. */

import { headsOf } from "../../protocol/record.ts";
import { isText } from "../../protocol/values.ts";
import type { Value } from "../../protocol/wire.ts";
import { shortDay } from "../../ui/words/dates.ts";
import { form as words } from "../../ui/words/form.ts";
import { useWords } from "../../ui/words/language.ts";
import { textIn } from "../record/book.ts";
import { choiceLabel } from "../record/show.ts";
import { addDays } from "./days.ts";
import { useDesk } from "./desk.ts";
import { schoolIn } from "./places.ts";
import { DAYS_BY_SEVERITY } from "./proposals.ts";

/** The last day that a finding of the chosen severity may take. */
export function DeadlineOffer() {
  const say = useWords();
  const desk = useDesk();
  const severity = desk.form.single["severity"];
  const days = isText(severity) ? DAYS_BY_SEVERITY[severity] : undefined;
  if (days === undefined || !isText(severity) || desk.form.single["deadline"] !== undefined) {
    return null;
  }
  const deadline = addDays(desk.today, days);
  return (
    <button type="button" class="offer" onClick={() => desk.set("deadline", deadline)}>
      {say(words.deadlineOf, { severity: choiceLabel(desk.reader, "severity", severity), day: shortDay(deadline) })}
    </button>
  );
}

/** How many names are offered. */
const MOST = 5;

/** Who may answer for it: the school, the contractors of the project, who did before. */
export function ResponsibleOffers() {
  const desk = useDesk();
  const { book, form } = desk;
  const project = form.single["project"];
  if (form.single["responsible"] !== undefined) {
    return null;
  }
  const isHere = (name: string, id: Value | undefined) => (record: Parameters<typeof headsOf>[0]) =>
    isText(id) && headsOf(record, name).some((head) => head.value === id);
  const parties = book.all("contract").filter(isHere("projects", project)).map((contract) => textIn(contract, "party"));
  const before = book.all("finding").filter(isHere("project", project)).map((finding) => textIn(finding, "responsible"));
  const schoolName = book.nameOf(schoolIn(book, form));
  const names = [...new Set([...parties, ...before, schoolName].filter(isText))].slice(0, MOST);
  return names.length === 0 ? null : (
    <div class="chips">
      {names.map((name) => (
        <button key={name} type="button" class="chip" onClick={() => desk.set("responsible", name)}>
          {name}
        </button>
      ))}
    </div>
  );
}
