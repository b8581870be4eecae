import { expect, test } from "vitest";
import type { Directory } from "../names.ts";
import { oddities } from "./checks.ts";

const school = (id: string, more: Partial<Directory["schools"][number]> = {}) => ({ id, name: id, county: "1", township: "t", code: `100000000${id}`, ...more });
const base: Directory = {
  counties: [{ code: "1", name: "县", position: 1, whole: true }],
  townships: [{ code: "t", name: "镇", county: "1" }],
  schools: [school("1"), school("2")],
  projects: [{ id: "p", name: "教学楼", school: "1", county: "1", class: "building", plan_year: 2026 }],
  zones: [{ id: "z", name: "一片区", county: "1", inspection: true, schools: ["1", "2"], inspectors: [{ name: "督学", user: "u" }] }],
};
const found = (directory: Directory, unplanned: string[] = []) => oddities(directory, unplanned).map(({ check, of }) => [check, ...of.map(({ id }) => id)]);

test("nothing is odd about registers that are whole", () => {
  expect(found(base)).toEqual([]);
});

test("a school is in one inspection zone; twinning zones do not count, and neither do counties without zones", () => {
  const twin = { ...base.zones[0]!, id: "w", inspection: false, schools: ["1"] };
  expect(found({ ...base, zones: [{ ...base.zones[0]!, schools: ["1"] }, twin] })).toEqual([["without_zone", "2"]]);
  expect(found({ ...base, zones: [base.zones[0]!, { ...base.zones[0]!, id: "y", schools: ["2"] }] })).toEqual([["in_two_zones", "2"]]);
  expect(found({ ...base, zones: [] })).toEqual([]);
});

test("codes and townships that nobody could have meant are told", () => {
  const schools = [school("1"), school("2", { code: "1000000001" }), school("3", { code: "12" }), school("4", { township: "elsewhere" })];
  expect(found({ ...base, schools, zones: [] })).toEqual([["without_township", "4"], ["odd_code", "3"], ["same_code", "1", "2"]]);
});

test("projects in no plan are those that the server names", () => {
  expect(found(base, ["p"])).toEqual([["without_plan", "p"]]);
});
