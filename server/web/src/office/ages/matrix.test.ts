import { expect, test } from "vitest";
import { type OpenFinding, ageOf, grouped, groupsOf, isAsked, severityOf } from "./matrix.ts";

const AT = "2026-03-31";
const finding = (more: Partial<OpenFinding> & { is?: string[] }): OpenFinding => ({ record: "f", state: "issued", school: "s1", day: AT, ...more, marks: (more.is ?? []).map((mark) => ({ mark })) });
const directory = {
  schools: [{ id: "s1", name: "", county: "350823", township: "350823101" }, { id: "s2", name: "", county: "350823" }],
  zones: [
    { id: "z1", name: "", county: "350823", inspection: true, schools: ["s1"], inspectors: [] },
    { id: "z2", name: "", county: "350823", inspection: false, schools: ["s1"], inspectors: [] },
  ],
};

test("a finding is as old as the days since it was found, in the classes of the programme", () => {
  const of = (day: string | null) => ageOf(finding({ day }), AT);
  expect([of("2026-03-31"), of("2026-03-24"), of("2026-03-23"), of("2026-03-16"), of("2026-03-15"), of("2026-03-01"), of("2026-02-28"), of(null)]).toEqual(["0_7", "0_7", "8_15", "8_15", "16_30", "16_30", "over_30", "0_7"]);
  expect(of("2026-04-02")).toBe("0_7");
});

test("how bad it is follows from its marks", () => {
  expect([["grave", "overdue"], ["considerable"], []].map((is) => severityOf(finding({ is })))).toEqual(["grave", "considerable", "ordinary"]);
});

test("a finding belongs to its school, the township of that, and the zones by which inspectors are assigned", () => {
  expect(["school", "township", "zone"].map((by) => groupsOf(finding({}), by as "school", directory))).toEqual([["s1"], ["350823101"], ["z1"]]);
  expect(groupsOf(finding({ school: "s2" }), "township", directory)).toEqual([]);
  expect(groupsOf(finding({ school: null }), "school", directory)).toEqual([]);
});

test("a count opens those that it counted and no others", () => {
  const old = finding({ day: "2026-02-01", is: ["grave", "overdue", "next_bulletin"] });
  const asked = (query: Record<string, string>) => isAsked(old, query, AT, directory);
  expect([{}, { age: "over_30" }, { severity: "grave", step: "overdue" }, { zone: "z1" }, { school: "s1", township: "350823101" }].map(asked)).toEqual([true, true, true, true, true]);
  expect([{ age: "0_7" }, { severity: "ordinary" }, { step: "in_bulletin" }, { zone: "z2" }, { school: "s2" }].map(asked)).toEqual([false, false, false, false, false]);
});

test("groups are counted by class, the fullest first", () => {
  const all = [finding({ school: "s2" }), finding({ is: ["grave"] }), finding({})];
  const rows = grouped(all, (one) => groupsOf(one, "school", directory), severityOf);
  expect(rows.map(({ group, total }) => [group, total])).toEqual([["s1", 2], ["s2", 1]]);
  expect([...(rows[0]?.counts ?? [])]).toEqual([["grave", 1], ["ordinary", 1]]);
});
