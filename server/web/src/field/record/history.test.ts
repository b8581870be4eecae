/** What stood in a record before can be read. */

import { expect, test } from "vitest";
import { emptyRecord, recordOf } from "../../protocol/record.ts";
import type { Change, Edit } from "../../protocol/wire.ts";
import { id, li, wang } from "../form/testing.ts";
import { type Told, turnsOf } from "./history.ts";

const RECORD = id(0xff);

function change(number: number, ...edits: Edit[]): Change {
  return { id: id(number), record: RECORD, kind: "diary", made_at: `2026-03-0${number}T08:00:00+08:00`, edits };
}

function told(number: number, who: { name: string }, seq: number | undefined, ...edits: Edit[]): Told {
  return { change: change(number, ...edits), by_name: who.name, ...(seq === undefined ? {} : { seq }) };
}

const first = told(1, li, 5, { field: "image_progress", value: "基础", replaces: [] }, { field: "remarks", value: "好", replaces: [] });

test("each change tells what it put in the place of which value, the latest first", () => {
  const second = told(2, wang, 6, { field: "image_progress", value: "主体一层", replaces: [`${id(1)}.0`] });
  const third = told(3, li, 7, { field: "remarks", replaces: [`${id(1)}.1`] });
  const turns = turnsOf([first, second, third], emptyRecord(RECORD, "diary"));
  expect(turns.map(({ by_name, replaced }) => [by_name, replaced])).toEqual([
    [li.name, [{ field: "remarks", before: [{ value: "好", by_name: li.name, made_at: first.change.made_at }] }]],
    [wang.name, [{ field: "image_progress", before: [{ value: "基础", by_name: li.name, made_at: first.change.made_at }], after: "主体一层" }]],
  ]);
});

test("without a line it is told of what only the phone has, over the values that the office sent", () => {
  const head = { edit: `${id(1)}.0`, value: "基础", by: wang.user, by_name: wang.name, device: wang.device, made_at: "2026-03-01T08:00:00+08:00", seq: 5 };
  const row = { id: RECORD, kind: "diary", seq: 5, school: null, project: null, fields: { image_progress: [head] } };
  const unsent = told(2, li, undefined, { field: "image_progress", value: "砌体", replaces: [head.edit] });
  expect(turnsOf([unsent], recordOf(row))[0]?.replaced).toEqual([
    { field: "image_progress", before: [{ value: "基础", by_name: wang.name, made_at: head.made_at }], after: "砌体" },
  ]);
});

test("what was settled names both values; the same value again, and signatures, are no change", () => {
  const other = told(2, wang, 6, { field: "image_progress", value: "砌体", replaces: [] });
  const settles = told(3, li, 7, { field: "image_progress", value: "砌体", replaces: [`${id(1)}.0`, `${id(2)}.0`] });
  const signs = told(4, li, 8, { field: "signoffs", replaces: [`${id(1)}.1`] });
  const turns = turnsOf([first, other, settles, signs], emptyRecord(RECORD, "diary"));
  expect(turns).toHaveLength(1);
  expect(turns[0]?.replaced[0]?.before.map(({ value }) => value)).toEqual(["基础"]);
});
