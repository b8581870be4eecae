import { expect, test } from "vitest";
import { fileOf, filtersIn, pageIn, questionOf } from "./query.ts";

test("a list asks for what stands in its address, and for nothing that it does not know", () => {
  expect(questionOf("diary", {})).toBe("/api/v1/states/diary?limit=50");
  expect(questionOf("diary", { project: "p", state: "missing", from: "", evil: "1", page: "3" })).toBe("/api/v1/states/diary?project=p&state=missing&skip=100&limit=50");
});

test("nonsense in an address is the first page", () => {
  expect([undefined, "", "0", "-4", "1.5", "x", "1", "2"].map((page) => pageIn(page === undefined ? {} : { page }))).toEqual([0, 0, 0, 0, 0, 0, 0, 1]);
});

test("a page further on is no filter, nor are columns and order", () => {
  expect(filtersIn({ page: "4", columns: "day", sort: "newest", size: "200" })).toBe(0);
  expect(filtersIn({ mark: "late", school: "s", from: "" })).toBe(2);
});

test("a page has as many lines as asked for, where such pages there are", () => {
  expect(questionOf("finding", { size: "200", page: "2", sort: "due" })).toBe("/api/v1/states/finding?sort=due&skip=200&limit=200");
  expect(questionOf("finding", { size: "100000", sort: "loud" })).toBe("/api/v1/states/finding?limit=50");
});

test("a file has the lines of all pages under the same filters in the same order", () => {
  expect(fileOf("finding", { mark: "overdue", page: "3", size: "200", sort: "due", columns: "x" }, "day,state,marks", "xlsx", "zh")).toBe("/api/v1/export/list/finding.xlsx?mark=overdue&sort=due&columns=day%2Cstate%2Cmarks&lang=zh");
});
