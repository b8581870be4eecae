/** What a record is called in a list: its day and place, or its first words. */

import { type RecordState, headsOf } from "../../protocol/record.ts";
import { isText } from "../../protocol/values.ts";
import { month, shortDay } from "../../ui/words/dates.ts";
import { showQuantity } from "../form/quantity.ts";
import { textIn } from "./book.ts";
import { type Reader, choiceLabel, labelOf } from "./show.ts";

/** The fields whose words name a record best, in that order. */
const NAMING = ["name", "list", "description", "measures", "part", "subject", "unit", "text", "work_done", "seal_no", "item", "period", "content", "note"];

/** The title of a record: `3月2日 周一 监管工作日志`, or its first words. */
export function titleOf(reader: Reader, record: RecordState): string {
  const { book, language } = reader;
  const kind = book.schema.kind(record.kind);
  const label = kind === undefined ? record.kind : labelOf(kind, language);
  const date = ["date", "found_on", "done_on", "from"].map((name) => textIn(record, name)).find((date) => date !== undefined);
  const day = date === undefined ? undefined : shortDay(date, language);
  const of = (...words: (string | undefined)[]) => words.filter((word) => word !== undefined && word !== "").join(" ");
  switch (record.kind) {
    case "diary":
      return of(day, label);
    case "progress_report": {
      const ofMonth = textIn(record, "month");
      return of(ofMonth === undefined ? undefined : month(ofMonth, language), label);
    }
    case "equipment_receipt":
    case "service_visit": {
      const item = textIn(record, "item");
      const goods = item === undefined ? undefined : book.record(item);
      return of(day, goods === undefined ? undefined : titleOf(reader, goods), label);
    }
    case "inspection":
      return of(day, chosenIn(reader, record, "theme", "inspection_theme"), label);
    case "bulletin":
      return of(textIn(record, "number") ?? textIn(record, "period"), label);
    case "stage_event":
      return chosenIn(reader, record, "stage", "stage") ?? of(day, label);
    case "verification":
      return of(day, label, chosenIn(reader, record, "result", "verification_result"));
    case "fund_event":
      return of(day, chosenIn(reader, record, "type", "fund_event_type"), amountIn(reader, record)) || label;
    default: {
      const words = NAMING.map((name) => headsOf(record, name)[0]?.value).find(isText) ?? ownReason(reader, record);
      return words === undefined ? of(day, label) : shortened(words);
    }
  }
}

/** The order of names as people count: 第2标段 before 第11标段. */
export function byName(a: RecordState, b: RecordState): number {
  return (textIn(a, "name") ?? "").localeCompare(textIn(b, "name") ?? "", "zh-CN", { numeric: true });
}

/** What kind of record it is, where its title does not say it. */
export function kindBeside(reader: Reader, record: RecordState): string | undefined {
  const kind = reader.book.schema.kind(record.kind);
  const label = kind && labelOf(kind, reader.language);
  return label === undefined || titleOf(reader, record).includes(label) ? undefined : label;
}

function chosenIn(reader: Reader, record: RecordState, name: string, list: string): string | undefined {
  const code = textIn(record, name);
  return code === undefined ? undefined : choiceLabel(reader, list, code);
}

function amountIn({ language }: Reader, record: RecordState): string | undefined {
  const amount = headsOf(record, "amount")[0]?.value;
  return typeof amount === "number" ? showQuantity(amount, "fen", language) : undefined;
}

/** Why it came to the record, where that is what it says and not why it was corrected. */
function ownReason({ book }: Reader, record: RecordState): string | undefined {
  return book.schema.isTalk(record.kind, "reason") ? undefined : textIn(record, "reason");
}

const MOST_CHARACTERS = 40;

function shortened(words: string): string {
  const all = Array.from(words.replace(/\s+/g, " ").trim());
  return all.length > MOST_CHARACTERS ? `${all.slice(0, MOST_CHARACTERS).join("")}…` : all.join("");
}
