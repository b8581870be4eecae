import { expect, test } from "vitest";
import { type RecordPlan, type Report, faults, inOrder, reportIn, written } from "./report.ts";

const plan = (action: RecordPlan["action"], row: number, issues = 0): RecordPlan => ({ rows: [row], action, name: "", ...(issues === 0 ? {} : { issues: Array.from({ length: issues }, () => ({ zh: "", en: "" })) }) });
const report: Report = {
  county: "350823",
  kind: "school",
  token: "t",
  counts: { new: 2, changed: 1, restored: 0, unchanged: 4, errors: 1, held: 0 },
  issues: [{ zh: "", en: "" }],
  warnings: [],
  records: [plan("new", 4), plan("unchanged", 5), plan("error", 6, 2), plan("error", 3), plan("changed", 7)],
};

test("all that is wrong is counted, cell by cell", () => {
  expect(faults(report)).toBe(4);
  expect(written(report)).toBe(3);
});

test("what is wrong stands first, then what changes", () => {
  expect(inOrder(report.records).map(({ rows }) => rows[0])).toEqual([3, 6, 7, 4, 5]);
});

test("a refusal brings what the table would change now, or nothing", () => {
  expect(reportIn({ code: "table_faulty", report })).toBe(report);
  for (const said of [undefined, null, "no", {}, { report: {} }]) {
    expect(reportIn(said)).toBeUndefined();
  }
});
