import { expect, test } from "vitest";
import { Names } from "./names.ts";

const names = new Names({
  counties: [{ code: "350823", name: "上杭县", position: 7, whole: true }],
  townships: [],
  schools: [
    { id: "s", name: "演示一中", county: "350823" },
    { id: "t", name: "上杭县演示小学03", county: "350823" },
  ],
  projects: [
    { id: "p", name: "演示一中教学楼", school: "s", county: "350823" },
    { id: "q", name: "食堂改造", school: "s", county: "350823" },
    { id: "r", name: "演示一中", school: "s", county: "350823" },
    { id: "u", name: "上杭县演示校舍项目32", school: "t", county: "350823" },
  ],
  zones: [],
});

test("a project is named beside its school, and the school's name is not said twice", () => {
  expect(names.place({ school: "s", project: "p" })).toEqual({ school: "演示一中", project: "教学楼" });
  expect(names.place({ project: "q" })).toEqual({ school: "演示一中", project: "食堂改造" });
  expect(names.place({ project: "r" })).toEqual({ school: "演示一中", project: "演示一中" });
});

test("the county's name is not said with each school and each project of it", () => {
  expect(names.place({ project: "u" })).toEqual({ school: "演示小学03", project: "演示校舍项目32" });
});

test("what the directory does not have has no name", () => {
  expect(names.place({ school: "x" })).toEqual({});
  expect(names.county("350902")).toBeUndefined();
  expect(names.isWide).toBe(false);
});
