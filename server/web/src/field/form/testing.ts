/** People, records and a schema for the tests of what is written and read. */

import wire from "../../../../../sync-protocol/schema.json" with { type: "json" };
import { type RecordState, apply, changeOf, emptyRecord } from "../../protocol/record.ts";
import { Schema, type WireSchema } from "../../protocol/schema.ts";
import type { Change, Edit, Uuid } from "../../protocol/wire.ts";

export const wireSchema = wire as unknown as WireSchema;
export const schema = new Schema(wireSchema);

export function id(number: number): Uuid {
  return `0198c9a4-0000-7000-8000-${number.toString(16).padStart(12, "0")}`;
}

export const li = { user: id(0xb01), name: "演示 李老师", device: id(0xd01) };
export const wang = { user: id(0xb02), name: "演示 王老师", device: id(0xd02) };
export const PROJECT = id(0xaa);

/** Folds a change into a record, as that person's; with a number if the office has it. */
export function fold(record: RecordState, change: Change, who = li, seq?: number): RecordState {
  const known = new Set([...record.fields.values()].flatMap(({ heads }) => heads.map((head) => changeOf(head.edit))));
  const origin = { by: who.user, by_name: who.name, device: who.device, ...(seq === undefined ? {} : { seq }) };
  apply(record, change, origin, (id) => known.has(id));
  return record;
}

/** A record that one change at the office made of these fields. */
export function written(
  kind: string,
  record: number,
  fields: Record<string, Edit["value"]>,
  { who = li, seq = 1, madeAt = "2026-03-02T17:41:08+08:00" } = {},
): RecordState {
  const edits = Object.entries(fields).flatMap(([field, value]): Edit[] =>
    value === undefined ? [] : [{ field, value, replaces: [] }],
  );
  const change = { id: id(0x9000 + seq), record: id(record), kind, made_at: madeAt, edits };
  return fold(emptyRecord(id(record), kind), change, who, seq);
}
