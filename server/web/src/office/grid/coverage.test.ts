import { expect, test } from "vitest";
import type { SchoolLine } from "../site/answers.ts";
import { type Zone, beginOf, gridOf } from "./coverage.ts";

const school = (id: string, zones: string[], more: Partial<SchoolLine> = {}): SchoolLine => ({
  id,
  county: "350823",
  name: id,
  zones,
  projects: 0,
  under_way: 0,
  completed: 0,
  findings_open: 0,
  findings_overdue: 0,
  inspections: 0,
  ...more,
});
const zone = (id: string, inspection = true): Zone => ({ id, name: id, county: "350823", inspection, schools: [], inspectors: [] });

const ZONES = [zone("z1"), zone("z2"), zone("twins", false)];
const SCHOOLS = [
  school("a", ["z1"], { inspections: 2, last_inspection: { day: "2026-11-03", record: "r" } }),
  school("b", ["z1"], { last_inspection: { day: "2026-05-03", record: "r" } }),
  school("c", ["z1", "z2"]),
  school("d", []),
];

test("a zone tells how many of its schools were visited, and those first that nobody has been to for longest", () => {
  const { zones, counts } = gridOf(ZONES, SCHOOLS, "all");
  expect(zones.map(({ zone, schools, all, visited }) => [zone.id, schools.map(({ id }) => id).join(""), all, visited])).toEqual([
    ["z1", "cba", 3, 1],
    ["z2", "c", 1, 0],
  ]);
  expect(counts).toEqual({ schools: 4, visited: 1, none: 1, twice: 1 });
});

test("schools that were not visited, of no zone or of two are found", () => {
  const shown = (which: Parameters<typeof gridOf>[2]) => {
    const { zones, without } = gridOf(ZONES, SCHOOLS, which);
    return [...zones.map(({ schools }) => schools.map(({ id }) => id).join("")), without.map(({ id }) => id).join("")];
  };
  expect(shown("unvisited")).toEqual(["cb", "c", "d"]);
  expect(shown("none")).toEqual(["", "", "d"]);
  expect(shown("twice")).toEqual(["c", "c", ""]);
});

test("a school year begins in September", () => {
  expect(["2026-11-30", "2027-03-01"].map((day) => beginOf("year", day))).toEqual(["2026-09-01", "2026-09-01"]);
  expect(beginOf("month", "2026-11-30")).toBe("2026-11-01");
  expect(beginOf("term", "2026-11-30")).toBeUndefined();
});
