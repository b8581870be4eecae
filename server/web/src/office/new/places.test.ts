import { describe, expect, test } from "vitest";
import type { Kind } from "../../protocol/schema.ts";
import type { Directory } from "../names.ts";
import { asksOf, placesFor, saidOf } from "./places.ts";

const DIRECTORY: Directory = {
  counties: [{ code: "350823", name: "上杭县", position: 1, whole: true }],
  townships: [
    { code: "350823100", name: "临江镇", county: "350823" },
    { code: "350823101", name: "古田镇", county: "350823" },
  ],
  schools: [
    { id: "s1", name: "上杭县演示小学01", county: "350823", township: "350823100", code: "1000000001" },
    { id: "s2", name: "上杭县演示中学02", county: "350823", township: "350823101" },
  ],
  projects: [
    { id: "p1", name: "演示小学01教学楼", school: "s1", county: "350823", class: "building" },
    { id: "p2", name: "演示小学01课桌凳", school: "s1", county: "350823", class: "equipment" },
    { id: "p3", name: "演示中学02食堂", school: "s2", county: "350823", class: "building" },
  ],
  zones: [],
};

function kind(belongs: string, writers: string[]): Kind {
  return { name: "it", zh: "它", en: "it", identity: "free", belongs, audience: "everyone", append_only: false, writers, fields: [] };
}

const found = (of: Kind, role: string, words: string, scope = "county:350823") =>
  placesFor(of, [{ role, scope }], DIRECTORY, { words }).map(({ school, isOffered, projects }) => [school.id, isOffered, ...projects.map(({ id }) => id)]);

describe("a place is found", () => {
  const finding = kind("to_school", ["inspector"]);

  test("by parts of the names of its township, its school and itself, and by the code", () => {
    expect(found(finding, "inspector", "")).toEqual([["s1", true, "p1", "p2"], ["s2", true, "p3"]]);
    expect(found(finding, "inspector", "古田")).toEqual([["s2", true, "p3"]]);
    expect(found(finding, "inspector", "小学 教学楼")).toEqual([["s1", false, "p1"]]);
    expect(found(finding, "inspector", "1000000001")).toEqual([["s1", true, "p1", "p2"]]);
    expect(found(finding, "inspector", "没有的")).toEqual([]);
  });

  test("where the role may write", () => {
    const both = kind("to_project", ["project_office", "equipment_station"]);
    expect(found(both, "project_office", "")).toEqual([["s1", false, "p1"], ["s2", false, "p3"]]);
    expect(found(both, "equipment_station", "")).toEqual([["s1", false, "p2"]]);
    expect(found(kind("to_project", ["school_team"]), "school_team", "", "project:p3")).toEqual([["s2", false, "p3"]]);
  });
});

test("a record says where it belongs, and no more than its kind asks for", () => {
  expect(saidOf(kind("to_project", []), { school: "s1", project: "p1" })).toEqual({ project: "p1" });
  expect(saidOf(kind("to_school", []), { school: "s1", project: "p1" })).toEqual({ school: "s1", project: "p1" });
  expect(saidOf(kind("to_school_or_county", []), { county: "350823" })).toEqual({ county: "350823" });
  expect(saidOf(kind("is_school", []), { county: "350823", township: "350823100" })).toEqual({ county: "350823", township: "350823100" });
  expect(asksOf(kind("is_project", []))).toBe("school");
});
