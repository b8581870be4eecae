import { expect, test } from "vitest";
import { isAt, placesOf } from "./places.ts";

const at = (role: string) => [{ role, scope: "county:350823" }];
const names = (role: string) => placesOf(at(role)).map(({ is }) => is);

test("the held box is for those who see it, complaints for offices", () => {
  expect(names("project_office")).toEqual(["desk", "held", "diary", "finding", "project", "equipment_item", "fund_event", "complaint", "bulletin"]);
  expect(names("principal")).toEqual(["desk", "diary", "finding", "project", "equipment_item", "fund_event", "bulletin"]);
  expect(names("finance")).not.toContain("held");
  expect(names("inspector")).toContain("complaint");
});

test("who administrates the system and nothing else has no place among records", () => {
  expect(names("system_admin")).toEqual([]);
  expect(placesOf([...at("system_admin"), ...at("finance")]).length).toBeGreaterThan(0);
});

test("a page lies in its place", () => {
  const [desk, held, diary] = placesOf(at("project_office"));
  expect([desk && isAt(desk, []), held && isAt(held, ["held", "7"]), diary && isAt(diary, ["list", "diary"])]).toEqual([true, true, true]);
  expect(diary && isAt(diary, ["list", "finding"])).toBe(false);
  expect(desk && isAt(desk, ["record", "x"])).toBe(false);
});
