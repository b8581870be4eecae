/** What stood in a record before: which values were replaced or taken away, by whom and when. Pure. */

import { SIGNOFFS } from "../../protocol/signoff.ts";
import { type RecordState, baseOf, editId } from "../../protocol/record.ts";
import { equal } from "../../protocol/values.ts";
import type { Change, EditId, FieldName, Head, Value } from "../../protocol/wire.ts";

/** A change of a record, and who delivered it; without a number it was not sent yet. */
export interface Told {
  change: Change;
  by_name: string;
  seq?: number;
}

/** A value that stood there, and who wrote it when. */
export interface Earlier {
  value: Value;
  by_name: string;
  made_at: string;
}

/** One field in which a change put something in the place of what stood there, or took it away. */
export interface Replaced {
  field: FieldName;
  before: Earlier[];
  after?: Value;
}

/** What one change replaced. */
export interface Turn {
  id: string;
  by_name: string;
  made_at: string;
  replaced: Replaced[];
}

/** All that was ever replaced, the latest first. `stands`: heads that are known besides those changes. */
export function turnsOf(told: Told[], stands: RecordState): Turn[] {
  const known = new Map<EditId, Earlier>();
  const keep = (edit: EditId, value: Value, by_name: string, made_at: string) => known.set(edit, { value, by_name, made_at });
  [...stands.fields.values()].flatMap(({ heads }) => heads).forEach((head: Head) => keep(head.edit, head.value, head.by_name, head.made_at));
  for (const { change, by_name } of told) {
    change.edits.forEach(({ value }, line) => value !== undefined && keep(editId(change.id, line), value, by_name, change.made_at));
  }
  const turns = told.map(({ change, by_name }): Turn => ({
    id: change.id,
    by_name,
    made_at: change.made_at,
    replaced: change.edits.flatMap(({ field, value, replaces }): Replaced[] => {
      const before = replaces.flatMap((edit) => known.get(edit) ?? []).filter((earlier) => value === undefined || !equal(earlier.value, value));
      return before.length === 0 || baseOf(field) === SIGNOFFS ? [] : [{ field, before, ...(value === undefined ? {} : { after: value }) }];
    }),
  }));
  const order = new Map(told.map(({ change, seq }) => [change.id, seq ?? Infinity]));
  const place = (turn: Turn) => order.get(turn.id) ?? Infinity;
  // Those that were not sent have no number yet: they came last.
  return turns.filter(({ replaced }) => replaced.length > 0).sort((a, b) => (place(a) === place(b) ? (a.made_at < b.made_at ? 1 : -1) : place(b) - place(a)));
}
