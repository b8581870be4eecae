/**
 * 作废: a record is never deleted, it is withdrawn with a reason.
 *
 * What its author had not seen contests a withdrawal: the record then stays in view until a person
 * decides.
 */

import { isEditId } from "./change.ts";
import { type RecordState, changeOf, headsOf } from "./record.ts";
import type { Schema } from "./schema.ts";
import { compareText, isMap, isText } from "./values.ts";
import type { EditId, FieldName, Head, Value } from "./wire.ts";

/** The field that withdrawals stand in. */
export const WITHDRAWN = "withdrawn";

interface Withdrawal {
  /** Why; nothing where it stands in the change's own `reason`. */
  reason?: string;
  /** The heads that the author saw. Without it: whatever the ledger had before. */
  covers?: EditId[];
}

/** Whether a record is in force, withdrawn, or withdrawn over something unseen in these fields. */
type Force = "in_force" | "withdrawn" | { contested: FieldName[] };

/** Reads a withdrawal out of a field's value; nothing if it is none, or has an empty reason. */
export function readWithdrawal(value: Value): Withdrawal | undefined {
  if (value === true) {
    return {};
  }
  const reason = isMap(value) ? (value["reason"] ?? value) : value;
  const covers = isMap(value) ? value["covers"] : undefined;
  const coversFit =
    covers === undefined || (Array.isArray(covers) && covers.every((edit) => isText(edit) && isEditId(edit)));
  if (!isText(reason) || reason.trim() === "" || !coversFit) {
    return undefined;
  }
  return covers === undefined ? { reason } : { reason, covers: covers as EditId[] };
}

/** Whether the author of a withdrawal saw that head. */
function hasSeen(own: Head, withdrawal: Withdrawal, head: Head): boolean {
  if (changeOf(head.edit) === changeOf(own.edit)) {
    return true;
  }
  if (withdrawal.covers !== undefined) {
    return withdrawal.covers.includes(head.edit);
  }
  return head.seq !== undefined && (own.seq === undefined || head.seq < own.seq);
}

/** Whether a record is in force. Talk about a withdrawn record does not contest it. */
export function forceOf(record: RecordState, schema: Schema): Force {
  const withdrawals = headsOf(record, WITHDRAWN).flatMap((head) => {
    const withdrawal = readWithdrawal(head.value);
    return withdrawal === undefined ? [] : [{ head, withdrawal }];
  });
  if (withdrawals.length === 0) {
    return "in_force";
  }
  const isUnseen = (head: Head) =>
    !withdrawals.some((own) => hasSeen(own.head, own.withdrawal, head));
  const contested = [...record.fields]
    .filter(([name, state]) => {
      const isContent = name !== WITHDRAWN && !schema.isTalk(record.kind, name);
      return isContent && state.heads.some(isUnseen);
    })
    .map(([name]) => name);
  return contested.length === 0 ? "withdrawn" : { contested: contested.sort(compareText) };
}
