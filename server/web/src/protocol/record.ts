/**
 * A record: for every field its heads. Folding changes into it, and reading it.
 *
 * How a field merges never depends on anything but which edits name which; how it reads depends on
 * its rule alone.
 */

import { equal, total } from "./values.ts";
import type { Change, EditId, FieldName, Head, Rule, Snapshot, Uuid, Value } from "./wire.ts";

/** One field: what stands, and what was replaced before it arrived. */
export interface FieldState {
  /** In ledger order, unsynced ones last. */
  heads: Head[];
  /** Edits that were replaced although their change has not arrived yet. */
  awaited: Set<EditId>;
}

/** A record as far as it is known: a pure function of the set of its changes. */
export interface RecordState {
  readonly id: Uuid;
  readonly kind: string;
  /** The fields that have a head or a gap. */
  readonly fields: Map<FieldName, FieldState>;
}

/** Who delivered a change, and its place in the ledger once it has one. */
interface Origin {
  by: Uuid;
  by_name: string;
  device: Uuid;
  seq?: number;
}

export function emptyRecord(id: Uuid, kind: string): RecordState {
  return { id, kind, fields: new Map() };
}

/** The record in a snapshot, ready to have an outbox folded over it. */
export function recordOf(snapshot: Snapshot): RecordState {
  const record = emptyRecord(snapshot.id, snapshot.kind);
  for (const [name, heads] of Object.entries(snapshot.fields)) {
    fieldOf(record, name).heads = [...heads];
  }
  for (const [name, awaited] of Object.entries(snapshot.awaited ?? {})) {
    fieldOf(record, name).awaited = new Set(awaited);
  }
  return record;
}

function fieldOf(record: RecordState, name: FieldName): FieldState {
  let field = record.fields.get(name);
  if (field === undefined) {
    field = { heads: [], awaited: new Set() };
    record.fields.set(name, field);
  }
  return field;
}

export function editId(change: Uuid, index: number): EditId {
  return `${change}.${index}`;
}

/** The change that an edit belongs to. */
export function changeOf(edit: EditId): Uuid {
  return edit.slice(0, edit.indexOf("."));
}

/** The order of edit ids: by change, then by line. */
export function compareEdits(a: EditId, b: EditId): number {
  const [left, right] = [changeOf(a), changeOf(b)];
  if (left !== right) {
    return left < right ? -1 : 1;
  }
  return Number(a.slice(left.length + 1)) - Number(b.slice(right.length + 1));
}

/** Ledger order, unsynced ones last, then by edit. */
function compareHeads(a: Head, b: Head): number {
  const [left, right] = [a.seq ?? Infinity, b.seq ?? Infinity];
  return left === right ? compareEdits(a.edit, b.edit) : left - right;
}

/**
 * Folds one change into the record.
 *
 * `known` tells which changes of this record are folded in already; the change itself is skipped if
 * it is one of them. Order does not matter and repeats are harmless.
 */
export function apply(
  record: RecordState,
  change: Change,
  origin: Origin,
  known: (change: Uuid) => boolean,
): void {
  if (known(change.id)) {
    return;
  }
  change.edits.forEach((edit, index) => {
    if (edit.value === undefined) {
      return;
    }
    const id = editId(change.id, index);
    const field = fieldOf(record, edit.field);
    if (field.awaited.has(id)) {
      return;
    }
    field.heads.push({ edit: id, value: edit.value, ...origin, made_at: change.made_at });
    field.heads.sort(compareHeads);
  });
  for (const edit of change.edits) {
    if (edit.replaces.length === 0) {
      continue;
    }
    const field = fieldOf(record, edit.field);
    const replaced = new Set(edit.replaces);
    field.heads = field.heads.filter((head) => !replaced.has(head.edit));
    for (const id of replaced) {
      if (!known(changeOf(id))) {
        field.awaited.add(id);
      }
    }
  }
  // The gaps that waited for this change are closed now, whether or not it had such a line in such a
  // field; so are those of its own lines.
  for (const [name, field] of record.fields) {
    for (const awaited of field.awaited) {
      if (changeOf(awaited) === change.id) {
        field.awaited.delete(awaited);
      }
    }
    if (field.heads.length === 0 && field.awaited.size === 0) {
      record.fields.delete(name);
    }
  }
}

/** The heads of a field, none if it has none. */
export function headsOf(record: RecordState, name: FieldName): Head[] {
  return record.fields.get(name)?.heads ?? [];
}

/** The declared name of a field, without its key. */
export function baseOf(name: FieldName): string {
  const slash = name.indexOf("/");
  return slash < 0 ? name : name.slice(0, slash);
}

/** The key of a keyed field. */
export function keyOf(name: FieldName): string | undefined {
  const slash = name.indexOf("/");
  return slash < 0 ? undefined : name.slice(slash + 1);
}

/** What a field says to a reader. */
export type Reading =
  /** Nobody said anything, or it was all taken away. */
  | { shows: "empty" }
  /** One value: `one` without conflict, or `latest`. */
  | { shows: "single"; head: Head }
  /** Heads that differ, the incumbent first. All of them are shown. */
  | { shows: "conflict"; heads: Head[] }
  /** `many` or `log`: all heads in ledger order, unsynced last. */
  | { shows: "all"; heads: Head[] }
  /** `sum`: the sum of the heads' numbers. */
  | { shows: "total"; value: number; heads: Head[] };

/** Reads a field by its rule. `heads` are in ledger order. */
export function read(rule: Rule, heads: Head[]): Reading {
  const [first, last] = [heads[0], heads[heads.length - 1]];
  if (first === undefined || last === undefined) {
    return { shows: "empty" };
  }
  switch (rule) {
    case "one":
      return inConflict(rule, heads) ? { shows: "conflict", heads } : { shows: "single", head: first };
    case "latest":
      return { shows: "single", head: last };
    case "many":
    case "log":
      return { shows: "all", heads };
    case "sum":
      return { shows: "total", value: total(heads.map((head) => head.value)), heads };
  }
}

/** Whether readers must be shown more than one value: only `one` fields whose heads differ. */
export function inConflict(rule: Rule, heads: Head[]): boolean {
  const first = heads[0];
  return rule === "one" && first !== undefined && heads.some((head) => !equal(head.value, first.value));
}

/** The value of a plain field that is shown first: the incumbent's. */
export function incumbent(record: RecordState, name: FieldName): Value | undefined {
  return headsOf(record, name)[0]?.value;
}
