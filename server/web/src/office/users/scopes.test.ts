import { describe, expect, test } from "vitest";
import type { Directory } from "../names.ts";
import { Scopes, narrowed, nounsFor } from "./scopes.ts";

const ONE: Directory = {
  counties: [{ code: "350823", name: "上杭县", city: "350400", position: 1, whole: true }],
  townships: [{ code: "350823101", name: "临江镇", county: "350823" }],
  schools: [{ id: "s1", name: "上杭县临江中心小学", county: "350823" }],
  projects: [{ id: "p1", name: "上杭县临江中心小学教学楼", school: "s1", county: "350823" }],
  zones: [
    { id: "z1", name: "第一责任区", county: "350823", inspection: true, schools: ["s1"], inspectors: [] },
    { id: "z2", name: "结对区", county: "350823", inspection: false, schools: ["s1"], inspectors: [] },
  ],
};
const TWO: Directory = { ...ONE, counties: [...ONE.counties, { code: "350902", name: "蕉城区", position: 1, whole: true }] };

describe("a place", () => {
  test("goes by its name and not by its code", () => {
    const scopes = new Scopes(ONE);
    const named = ["county:350823", "township:350823101", "zone:z1", "school:s1", "project:p1"].map((scope) => scopes.nameOf(scope));
    expect(named).toEqual(["上杭县", "临江镇", "第一责任区", "上杭县临江中心小学", "临江中心小学 · 教学楼"]);
    expect(scopes.nameOf("zone:z9")).toBeUndefined();
  });

  test("says its county where there are several", () => {
    expect(new Scopes(TWO).nameOf("zone:z1")).toBe("上杭县 · 第一责任区");
  });

  test("is chosen among those of its kind; inspectors have no zones of twinned schools", () => {
    expect(new Scopes(ONE).places("zone", [])).toEqual([{ scope: "zone:z1", name: "第一责任区" }]);
    expect(new Scopes(ONE).places("city", ["city:350400"])).toEqual([{ scope: "city:350400", name: "350400" }]);
  });

  test("is found by some of its signs", () => {
    const places = new Scopes(ONE).places("project", []);
    expect(narrowed(places, "临江 教学").length).toBe(1);
    expect(narrowed(places, "食堂").length).toBe(0);
  });
});

test("a role is given at what it is held at, and for a city by who has the city", () => {
  expect(nounsFor("inspector", ["county:350823"])).toEqual(["zone", "county"]);
  expect(nounsFor("auditor", ["county:350823"])).toEqual(["county"]);
  expect(nounsFor("auditor", ["city:350400"])).toEqual(["county", "city"]);
  expect(nounsFor("city_office", ["county:350823"])).toEqual([]);
});
