import { describe, expect, test } from "vitest";
import { fold, id, li, wang } from "../../field/form/testing.ts";
import { type RecordState, emptyRecord } from "../../protocol/record.ts";
import type { Change, Edit } from "../../protocol/wire.ts";
import type { HistoryEntry } from "./answer.ts";
import { momentsOf, together } from "./timeline.ts";

const DIARY = id(1);

function entry(seq: number, edits: Edit[], { who = li, made = "2026-03-02T17:00:00+08:00", received = "2026-03-02T09:10:00.000Z" } = {}): HistoryEntry & { change: Change } {
  const change = { id: id(0x9000 + seq), record: DIARY, kind: "diary", made_at: made, edits };
  return { seq, change, by: who.user, by_name: who.name, device: who.device, received_at: received, digest: "" };
}

function standing(entries: (HistoryEntry & { change: Change })[]): RecordState {
  return entries.reduce((record, { change, seq, by }) => fold(record, change, by === li.user ? li : wang, seq), emptyRecord(DIARY, "diary"));
}

const written = entry(1, [
  { field: "project", value: id(2), replaces: [] },
  { field: "image_progress", value: "主体二层", replaces: [] },
  { field: "visitors", value: { name: "王" }, replaces: [] },
]);
const corrected = entry(
  5,
  [
    { field: "image_progress", value: "主体三层", replaces: [`${written.change.id}.1`] },
    { field: "visitors", replaces: [`${written.change.id}.2`] },
  ],
  { who: wang, received: "2026-03-06T08:00:00.000Z" },
);

describe("the history of a record", () => {
  const moments = momentsOf([written, corrected], standing([written, corrected]));

  test("begins with the latest, and tells what was put aside and who had said it", () => {
    expect(moments.map(({ seq }) => seq)).toEqual([5, 1]);
    expect(moments[0]?.said).toEqual([
      { field: "image_progress", after: "主体三层", before: [{ value: "主体二层", by_name: li.name }] },
      { field: "visitors", before: [{ value: { name: "王" }, by_name: li.name }] },
    ]);
  });

  test("says nothing of where the record belongs", () => {
    expect(moments[1]?.said.map(({ field }) => field)).toEqual(["image_progress", "visitors"]);
  });

  test("tells what was long under way, and not what a clock ahead makes of it", () => {
    expect(moments.map(({ daysUnderWay }) => daysUnderWay)).toEqual([3, 0]);
    const ahead = entry(2, [], { made: "2027-01-01T00:00:00+08:00" });
    expect(momentsOf([ahead], emptyRecord(DIARY, "diary"))[0]?.daysUnderWay).toBe(0);
  });

  test("knows what was put aside also where that is on another page", () => {
    const later = momentsOf([corrected], standing([written]));
    expect(later[0]?.said[0]?.before).toEqual([{ value: "主体二层", by_name: li.name }]);
  });

  test("has a place for what was lawfully erased", () => {
    const erased: HistoryEntry = { ...written, change: null };
    expect(momentsOf([erased], emptyRecord(DIARY, "diary"))).toMatchObject([{ isErased: true, said: [], id: "1" }]);
  });

  test("tells signatures as such", () => {
    const signed = entry(6, [{ field: "signoffs", value: { role: "principal", verdict: "confirmed", covers: [`${written.change.id}.1`] }, replaces: [] }]);
    expect(momentsOf([signed], emptyRecord(DIARY, "diary"))).toMatchObject([{ said: [], signoffs: [{ verdict: "confirmed" }] }]);
  });
});

test("pages of a history are one history", () => {
  expect(together([[corrected], [written, corrected]]).map(({ seq }) => seq)).toEqual([1, 5]);
});
