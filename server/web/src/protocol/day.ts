/** The day that a record is of: lists stand in its order. */

import { type RecordState, headsOf } from "./record.ts";
import { isText } from "./values.ts";

/** The fields that say it, in that order. */
const SAYING = ["date", "found_on", "done_on", "month", "from", "issued_at", "signed_on"];

/** `YYYY-MM-DD`: by the record's own word, or else the day on which it was first written. Empty: it says nothing. */
export function dayOfRecord(record: RecordState): string {
  const own = SAYING.map((name) => headsOf(record, name)[0]?.value).find(isText);
  const written = [...record.fields.values()].flatMap(({ heads }) => heads.map((head) => head.made_at)).sort()[0];
  return (own ?? written ?? "").slice(0, 10);
}
