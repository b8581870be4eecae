/** Settling the conflicts of a record: what is decided of each field, and the one change that says so. Pure. */

import { type Conflict, conflictsIn } from "../../field/record/settling.ts";
import type { Book } from "../../field/record/book.ts";
import { changeOfForm } from "../../field/form/edits.ts";
import { type Form, set } from "../../field/form/model.ts";
import { mayWriteField } from "../../field/form/rights.ts";
import { isSigned } from "../../field/form/submission.ts";
import { type RecordState, editId } from "../../protocol/record.ts";
import type { Kind } from "../../protocol/schema.ts";
import { equal, isText } from "../../protocol/values.ts";
import { WITHDRAWN } from "../../protocol/withdrawal.ts";
import type { Change, EditId, FieldName, Head, Stamp, Uuid, Value } from "../../protocol/wire.ts";
import type { HistoryEntry } from "../record/answer.ts";
import { combined } from "./combine.ts";

/** A field in conflict as the office sees it. */
export interface Contested extends Conflict {
  /** Whether this person may decide about it. */
  mayDecide: boolean;
  /** What stood there before both versions, where the history tells. */
  base?: Value;
  /** What could stand there: a proposal made of both texts. */
  proposal?: string;
}

/** The conflicts of a record; two withdrawals for two reasons are settled where they are told. */
export function contestedIn(book: Book, kind: Kind, record: RecordState, history: readonly HistoryEntry[]): Contested[] {
  const place = { school: book.schoolOf(record), project: book.projectOf(record) };
  return conflictsIn(book, kind, record)
    .filter(({ name }) => name !== WITHDRAWN)
    .map((conflict): Contested => {
      const mayDecide = conflict.unsent === 0 && mayWriteField(kind, conflict.field, book.me.roles, place);
      const base = baseOf(conflict, history);
      const proposal = proposalFor(conflict.heads, base);
      return { ...conflict, mayDecide, ...(base === undefined ? {} : { base }), ...(proposal === undefined ? {} : { proposal }) };
    });
}

/** The value that all versions took the place of. */
function baseOf({ name, heads }: Conflict, history: readonly HistoryEntry[]): Value | undefined {
  const values = new Map<EditId, Value>();
  const replaced = new Map<EditId, EditId[]>();
  for (const { change } of history) {
    change?.edits.forEach(({ field, value, replaces }, line) => {
      if (field === name && value !== undefined) {
        values.set(editId(change.id, line), value);
        replaced.set(editId(change.id, line), replaces);
      }
    });
  }
  const [first, ...others] = heads.map(({ edit }) => replaced.get(edit) ?? []);
  const shared = first?.find((edit) => others.every((replaces) => replaces.includes(edit)));
  return shared === undefined ? undefined : values.get(shared);
}

function proposalFor(heads: readonly Head[], base: Value | undefined): string | undefined {
  const different = heads.filter((head, place) => heads.findIndex((other) => equal(other.value, head.value)) === place);
  const [one, other] = different;
  const areTwoTexts = different.length === 2 && isText(one?.value) && isText(other?.value);
  return areTwoTexts && isText(base) ? combined(base, one.value as string, other.value as string) : undefined;
}

/** What is decided of a field, and the versions that were on the screen then. */
export interface Decision {
  value: Value;
  /** All that it puts aside. */
  seen: EditId[];
}

export type Decisions = Readonly<Record<FieldName, Decision>>;

/** Whether somebody has signed this: then a settlement says why. */
export function asksWhy(book: Book, kind: Kind, record: RecordState): boolean {
  return isSigned(record, book.me.user.id) && kind.fields.some(({ name, talk }) => name === "reason" && talk === true);
}

/** The fields about which something else was said since it was decided. */
export function overtaken(decisions: Decisions, record: RecordState): FieldName[] {
  return Object.entries(decisions)
    .filter(([name, { seen }]) => {
      const now = (record.fields.get(name)?.heads ?? []).map(({ edit }) => edit);
      return now.length !== seen.length || now.some((edit) => !seen.includes(edit));
    })
    .map(([name]) => name);
}

/** The one change that settles all that was decided; nothing where nothing was. */
export function settlement(book: Book, record: RecordState, decisions: Decisions, reason: string, id: Uuid, now: Stamp): Change | undefined {
  const names = Object.keys(decisions);
  if (names.length === 0) {
    return undefined;
  }
  const heads = (name: FieldName, seen: readonly EditId[]) => (record.fields.get(name)?.heads ?? []).filter(({ edit }) => seen.includes(edit));
  const opened: Form = {
    record: record.id,
    kind: record.kind,
    shown: Object.fromEntries(Object.entries(decisions).map(([name, { seen }]) => [name, heads(name, seen)])),
    single: {},
    sets: {},
    typed: {},
    settles: names,
  };
  const decided = Object.entries(decisions).reduce<Form>((form, [name, { value }]) => set(book.schema, form, name, value), opened);
  const form = reason.trim() === "" ? decided : set(book.schema, decided, "reason", reason);
  return changeOfForm(book.schema, form, id, now);
}
