/** What a record is called in a list: its day and place, or its first words. */

import { type RecordState, headsOf } from "../../protocol/record.ts";
import { isText } from "../../protocol/values.ts";
import { month, shortDay } from "../../ui/words/dates.ts";
import { textIn } from "./book.ts";
import { type Reader, choiceLabel, labelOf } from "./show.ts";

/** The fields whose words name a record best, in that order. */
const NAMING = ["name", "description", "measures", "note", "part", "subject", "text", "work_done", "seal_no", "stage"];

/** The title of a record: `3月2日 周一 日志`. */
export function titleOf(reader: Reader, record: RecordState): string {
  const { book, language } = reader;
  const kind = book.schema.kind(record.kind);
  const label = kind === undefined ? record.kind : labelOf(kind, language);
  switch (record.kind) {
    case "project":
    case "school":
      return textIn(record, "name") ?? label;
    case "diary": {
      const date = textIn(record, "date");
      return date === undefined ? label : `${shortDay(date, language)} ${label}`;
    }
    case "progress_report": {
      const date = textIn(record, "month");
      return date === undefined ? label : `${month(date, language)} ${label}`;
    }
    case "equipment_receipt": {
      const item = textIn(record, "item");
      const [goods, date] = [item === undefined ? undefined : reader.book.record(item), textIn(record, "date")];
      return [date === undefined ? "" : shortDay(date, language), goods === undefined ? "" : titleOf(reader, goods), label].filter(Boolean).join(" ");
    }
    case "inspection": {
      const theme = textIn(record, "theme");
      return theme === undefined ? label : `${choiceLabel(reader, "inspection_theme", theme)} ${label}`;
    }
    default: {
      const words = NAMING.map((name) => headsOf(record, name)[0]?.value).find(isText);
      return words === undefined ? label : shortened(words);
    }
  }
}

const MOST_CHARACTERS = 40;

function shortened(words: string): string {
  const all = Array.from(words.replace(/\s+/g, " ").trim());
  return all.length > MOST_CHARACTERS ? `${all.slice(0, MOST_CHARACTERS).join("")}…` : all.join("");
}
