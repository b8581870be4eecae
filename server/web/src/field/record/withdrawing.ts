/** Who may withdraw a record on a phone, and what such a change says; and how it is taken back. Pure. */

import { newId } from "../../protocol/ids.ts";
import { type RecordState, headsOf } from "../../protocol/record.ts";
import { covered } from "../../protocol/signoff.ts";
import { stamp } from "../../protocol/stamp.ts";
import type { Change, Edit, Head } from "../../protocol/wire.ts";
import { WITHDRAWN, readWithdrawal } from "../../protocol/withdrawal.ts";
import { inspectsAt, mayWrite } from "../form/rights.ts";
import { isSigned } from "../form/submission.ts";
import { type Book, textIn } from "./book.ts";

/** The kinds by which a school is inspected: who is inspected does not withdraw them. */
const OF_INSPECTION: readonly string[] = ["inspection", "finding", "verification", "notice"];

/** A withdrawal that stands in a record: why, and who wrote it when. */
export interface Withdrawn {
  reason: string;
  head: Head;
}

export function withdrawalsIn(record: RecordState): Withdrawn[] {
  return headsOf(record, WITHDRAWN).flatMap((head) => {
    const withdrawal = readWithdrawal(head.value);
    return withdrawal === undefined ? [] : [{ reason: withdrawal.reason ?? textIn(record, "reason") ?? "", head }];
  });
}

/** Whether the person may withdraw the record, or take its withdrawal back. */
export function mayWithdraw(book: Book, record: RecordState): boolean {
  const kind = book.schema.kind(record.kind);
  const place = { school: book.schoolOf(record), project: book.projectOf(record) };
  if (kind === undefined || kind.append_only || record.fields.size === 0 || !mayWrite(kind, book.me.roles, place)) {
    return false;
  }
  return !OF_INSPECTION.includes(kind.name) || wroteAlone(book, record) || inspectsAt(book.me.roles, place);
}

function wroteAlone({ me, schema }: Book, record: RecordState): boolean {
  const content = [...record.fields].filter(([name]) => !schema.isTalk(record.kind, name));
  return content.every(([, { heads }]) => heads.every((head) => head.by === me.user.id));
}

/** Whether a withdrawal that is taken back has to say why: a signature stands under the record. */
export function mustSayWhy({ me }: Book, record: RecordState): boolean {
  return isSigned(record, me.user.id);
}

/** Withdraws what stands in the record as it is: what comes later, or was not seen, contests it. */
export function withdrawing(book: Book, record: RecordState, reason: string): Change {
  const covers = covered(record, book.schema);
  const value = { reason: reason.trim(), covers };
  // A `reason` that is content is why the works stopped, and nothing is added to that.
  const beside = book.schema.isTalk(record.kind, "reason") ? "reason" : undefined;
  return changing(book, record, { field: WITHDRAWN, value, replaces: standing(record) }, beside, reason);
}

/** Takes every withdrawal that stands in the record away: it counts again. */
export function takingBack(book: Book, record: RecordState, reason: string): Change {
  const beside = book.schema.isTalk(record.kind, "reason") ? "reason" : "remarks";
  return changing(book, record, { field: WITHDRAWN, replaces: standing(record) }, beside, reason);
}

function standing(record: RecordState) {
  return headsOf(record, WITHDRAWN).map(({ edit }) => edit);
}

/** `beside`: where a change under a signature says why, besides what it does. */
function changing(book: Book, record: RecordState, edit: Edit, beside: "reason" | "remarks" | undefined, reason: string): Change {
  const why: Edit[] = beside !== undefined && mustSayWhy(book, record) ? [{ field: beside, value: reason.trim(), replaces: [] }] : [];
  return { id: newId(), record: record.id, kind: record.kind, made_at: stamp(new Date()), edits: [edit, ...why] };
}
