import { expect, test } from "vitest";
import { type HeldChange, changeIn, rawOf } from "./box.ts";

const held = (change: unknown) => ({ change }) as HeldChange;

test("what was sent is read as a change where it is one", () => {
  const change = { id: "c", record: "r", kind: "diary", made_at: "", edits: [{ field: "remarks", value: "好", replaces: [] }] };
  expect(changeIn(held(change))).toEqual(change);
  expect(rawOf(held(change))).toContain("remarks");
});

test("what is no change is shown as it came and breaks nothing", () => {
  for (const odd of ["{\"id\": 1e999}", null, 7, {}, { record: "r", kind: "k", edits: [null] }, { record: "r", kind: "k", edits: [{ field: 3 }] }]) {
    expect(changeIn(held(odd))).toBeUndefined();
  }
  expect(rawOf(held("{half"))).toBe("{half");
});
