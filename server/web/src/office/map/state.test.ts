import { expect, test } from "vitest";
import type { SchoolLine } from "../site/answers.ts";
import { SHAPES, countsOf, inOrder, stateOf } from "./state.ts";

const school = (name: string, more: Partial<SchoolLine>): SchoolLine => ({
  id: name,
  county: "350823",
  name,
  zones: [],
  projects: 0,
  under_way: 0,
  completed: 0,
  findings_open: 0,
  findings_overdue: 0,
  inspections: 0,
  ...more,
});

const SCHOOLS = [
  school("第11小学", {}),
  school("第2小学", { completed: 1 }),
  school("第3小学", { completed: 1, under_way: 1 }),
  school("第4小学", { under_way: 1, silent: { projects: 1, days: 5 } }),
  school("第5小学", { under_way: 1, silent: { projects: 1 }, findings_open: 2, findings_overdue: 1 }),
  school("第6小学", { findings_open: 2 }),
];

test("a school is what needs somebody first, and the list begins with it", () => {
  expect(inOrder(SCHOOLS).map((each) => [each.name, stateOf(each)])).toEqual([
    ["第5小学", "overdue"],
    ["第4小学", "silent"],
    ["第3小学", "works"],
    ["第2小学", "done"],
    ["第6小学", "quiet"],
    ["第11小学", "quiet"],
  ]);
  expect(countsOf(SCHOOLS)).toEqual({ overdue: 1, silent: 1, works: 1, done: 1, quiet: 2 });
});

test("no two states have one shape", () => {
  const shapes = Object.values(SHAPES).map(({ path }) => path);
  expect(new Set(shapes).size).toBe(shapes.length);
});
