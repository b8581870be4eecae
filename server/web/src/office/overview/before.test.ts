import { expect, test } from "vitest";
import type { Head, Snapshot, Value } from "../../protocol/wire.ts";
import { frozenIn, sinceIn } from "./before.ts";

const bulletin = (fields: Record<string, Value[]>) => {
  const heads = Object.entries(fields).map(([name, values]) => [name, values.map((value) => ({ value }) as Head)]);
  return { record: { fields: Object.fromEntries(heads) } as Snapshot };
};

test("a bulletin tells where its figures were taken, unless people differ about that", () => {
  const said = { "cutoff/350823": [4711], figures: [{ at: "2026-02-28" }], number: ["2026年第1期"] };
  expect(frozenIn(bulletin(said))).toEqual({ at: "2026-02-28", asOf: "350823:4711", number: "2026年第1期" });
  expect(frozenIn(bulletin({ ...said, "cutoff/350823": [4711, 4712] }))).toBeUndefined();
  expect(frozenIn(bulletin({ ...said, figures: ["in a form of its own"] }))).toBeUndefined();
});

test("a bulletin of several counties is compared with none of them", () => {
  expect(frozenIn(bulletin({ "cutoff/350823": [1], "cutoff/350902": [2], figures: [{ at: "2026-02-28" }] }))).toBeUndefined();
});

test("nobody says with what: a month before", () => {
  expect([sinceIn({}), sinceIn({ since: "none" }), sinceIn({ since: "yesterday" })]).toEqual(["month", "none", "month"]);
});
