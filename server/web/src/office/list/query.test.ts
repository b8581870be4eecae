import { expect, test } from "vitest";
import { isFiltered, pageIn, questionOf } from "./query.ts";

test("a list asks for what stands in its address, and for nothing that it does not know", () => {
  expect(questionOf("project", {})).toBe("/api/v1/states/project?limit=50");
  expect(questionOf("diary", { project: "p", state: "missing", from: "", evil: "1", page: "3" })).toBe("/api/v1/states/diary?project=p&state=missing&skip=100&limit=50&fields=image_progress%2Cprogress_text");
});

test("nonsense in an address is the first page", () => {
  expect([undefined, "", "0", "-4", "1.5", "x", "1", "2"].map((page) => pageIn(page === undefined ? {} : { page }))).toEqual([0, 0, 0, 0, 0, 0, 0, 1]);
});

test("a page further on is no filter", () => {
  expect(isFiltered({ page: "4" })).toBe(false);
  expect(isFiltered({ mark: "late" })).toBe(true);
});
