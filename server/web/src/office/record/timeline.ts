/** The history of a record as a line of times: each change with what it said, what it put aside, and how it came. Pure. */

import { type RecordState, baseOf, editId } from "../../protocol/record.ts";
import { SIGNOFFS, type Signoff, readSignoff } from "../../protocol/signoff.ts";
import { equal } from "../../protocol/values.ts";
import type { EditId, FieldName, Uuid, Value } from "../../protocol/wire.ts";
import type { HistoryEntry } from "./answer.ts";

/** A field of which a change says something. */
export interface Said {
  field: FieldName;
  /** What it put in the place of what stood there; nothing: it only took that away. */
  after?: Value;
  /** What it put aside, with who had said so. */
  before: { value: Value; by_name: string }[];
}

/** One change of a record. */
export interface Moment {
  id: string;
  seq: number;
  by_name: string;
  /** By the device's own clock. */
  made_at?: string;
  received_at: string;
  /** How many whole days it was under way; 0: less than one. */
  daysUnderWay: number;
  /** Somebody else brought it in, or let it out of the held box. */
  isCarried: boolean;
  isReleased: boolean;
  /** It was lawfully erased: only that it was there is known. */
  isErased: boolean;
  signoffs: Signoff[];
  said: Said[];
}

const DAY_MS = 86_400_000;

/** Fields that say where a record belongs: said once, and never worth a line. */
const PLACES: readonly string[] = ["project", "school", "county"];

/** The latest first. `stands` knows values of changes that are on another page of the history. */
export function momentsOf(history: readonly HistoryEntry[], stands: RecordState): Moment[] {
  const known = new Map<EditId, { value: Value; by_name: string }>();
  for (const { heads } of stands.fields.values()) {
    heads.forEach(({ edit, value, by_name }) => known.set(edit, { value, by_name }));
  }
  for (const { change, by_name } of history) {
    change?.edits.forEach(({ value }, line) => value !== undefined && known.set(editId(change.id, line), { value, by_name }));
  }
  return history.map((entry) => momentOf(entry, known)).reverse();
}

function momentOf(entry: HistoryEntry, known: ReadonlyMap<EditId, { value: Value; by_name: string }>): Moment {
  const { change, seq, by_name, received_at, carried_by, released_by } = entry;
  const edits = change?.edits ?? [];
  const said = edits.flatMap(({ field, value, replaces }): Said[] => {
    if (baseOf(field) === SIGNOFFS || (PLACES.includes(field) && replaces.length === 0)) {
      return [];
    }
    const before = replaces.flatMap((edit) => known.get(edit) ?? []).filter((earlier) => value === undefined || !equal(earlier.value, value));
    return [{ field, before, ...(value === undefined ? {} : { after: value }) }];
  });
  const underWay = change == null ? 0 : Date.parse(received_at) - Date.parse(change.made_at);
  return {
    id: change?.id ?? String(seq),
    seq,
    by_name,
    ...(change == null ? {} : { made_at: change.made_at }),
    received_at,
    daysUnderWay: Number.isFinite(underWay) ? Math.max(0, Math.floor(underWay / DAY_MS)) : 0,
    isCarried: carried_by !== undefined,
    isReleased: released_by !== undefined,
    isErased: change == null,
    signoffs: edits.flatMap(({ field, value }) => (baseOf(field) === SIGNOFFS && value !== undefined ? (readSignoff(value) ?? []) : [])),
    said,
  };
}

/** The history that came page by page, each entry once. */
export function together(pages: readonly (readonly HistoryEntry[])[]): HistoryEntry[] {
  const bySeq = new Map<number, HistoryEntry>();
  pages.flat().forEach((entry) => bySeq.set(entry.seq, entry));
  return [...bySeq.values()].sort((a, b) => a.seq - b.seq);
}

/** Who a person is, by what the history says. */
export function namesIn(history: readonly HistoryEntry[]): ReadonlyMap<Uuid, string> {
  return new Map(history.map(({ by, by_name }) => [by, by_name]));
}
