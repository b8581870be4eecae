/** What a signature covers, and whether it still does. */

import { isEditId } from "./change.ts";
import { type RecordState, headsOf, inConflict } from "./record.ts";
import type { Schema } from "./schema.ts";
import { compareText, isMap, isText } from "./values.ts";
import type { EditId, FieldName, Sha256, Value } from "./wire.ts";

/** The field that signoffs stand in. */
export const SIGNOFFS = "signoffs";

export type Verdict = "signed" | "confirmed" | "returned" | "approved";

export interface Signoff {
  role: string;
  verdict: Verdict;
  /** Why; a return needs one. */
  note?: string;
  /** The heads that the signer saw. */
  covers: EditId[];
  /** The name as the signer wrote it. */
  name?: string;
  /** The drawn signature, a picture by hash. */
  drawing?: Sha256;
}

/** Whether a signature still covers what stands: the fields that have what it does not cover. */
export type Standing = "current" | { changed_since: FieldName[] };

const PARTS = new Set(["role", "verdict", "note", "covers", "name", "drawing"]);
const VERDICTS: readonly Value[] = ["signed", "confirmed", "returned", "approved"];

/** Reads a signoff out of a field's value; nothing if it is none, or returns without a note. */
export function readSignoff(value: Value): Signoff | undefined {
  if (!isMap(value) || !Object.keys(value).every((name) => PARTS.has(name))) {
    return undefined;
  }
  const { role, verdict, note, covers, name, drawing } = value;
  const optional = [note, name, drawing].every((part) => part === undefined || isText(part));
  const isWhole =
    isText(role) &&
    isText(verdict) &&
    VERDICTS.includes(verdict) &&
    Array.isArray(covers) &&
    covers.every((edit) => isText(edit) && isEditId(edit)) &&
    optional;
  if (!isWhole || (verdict === "returned" && !(isText(note) && note.trim() !== ""))) {
    return undefined;
  }
  return value as unknown as Signoff;
}

/** The `one` field over whose visible conflict this signature would stand, if there is one. */
export function signsOverConflict(
  signoff: Signoff,
  record: RecordState,
  schema: Schema,
): FieldName | undefined {
  const covers = new Set(signoff.covers);
  for (const [name, state] of record.fields) {
    const covered = state.heads.filter((head) => covers.has(head.edit));
    if (schema.kind(record.kind) !== undefined && inConflict(schema.rule(record.kind, name), covered)) {
      return name;
    }
  }
  return undefined;
}

/** Whether the signature still covers what stands in the record. Talk does not count. */
export function standing(signoff: Signoff, record: RecordState, schema: Schema): Standing {
  const covers = new Set(signoff.covers);
  const stands = new Set<EditId>();
  const changed: FieldName[] = [];
  for (const [name, state] of record.fields) {
    for (const head of state.heads) {
      stands.add(head.edit);
    }
    if (!schema.isTalk(record.kind, name) && state.heads.some((head) => !covers.has(head.edit))) {
      changed.push(name);
    }
  }
  // A covered head that was only taken away leaves no trace in its field but its absence.
  const isWhole = signoff.covers.every((edit) => stands.has(edit));
  return changed.length === 0 && isWhole ? "current" : { changed_since: changed.sort(compareText) };
}

/** The heads that somebody who signs what is shown covers: all that stand, but for talk. */
export function covered(record: RecordState, schema: Schema): EditId[] {
  return [...record.fields.keys()]
    .filter((name) => !schema.isTalk(record.kind, name))
    .sort(compareText)
    .flatMap((name) => headsOf(record, name).map((head) => head.edit));
}
