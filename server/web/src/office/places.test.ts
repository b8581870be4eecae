import { expect, test } from "vitest";
import { type Place, grouped, placeAt, placesOf, readsRecords } from "./places.ts";

const at = (role: string) => [{ role, scope: "county:350823" }];
const addresses = (role: string) => placesOf(at(role)).map(({ route }) => route.join("/"));

test("the held box is for those who see it, complaints for offices", () => {
  expect(addresses("project_office")).toEqual(expect.arrayContaining(["", "held", "list/diary", "list/complaint", "bulletins"]));
  expect(addresses("principal")).toEqual(expect.arrayContaining(["", "list/diary", "bulletins"]));
  for (const [role, place] of [["principal", "held"], ["principal", "list/complaint"], ["finance", "held"]] as const) {
    expect(addresses(role)).not.toContain(place);
  }
  expect(addresses("inspector")).toContain("list/complaint");
});

test("who administrates the system and nothing else has no place among records", () => {
  expect(readsRecords(at("system_admin"))).toBe(false);
  expect(addresses("system_admin")).not.toContain("");
  expect(placesOf([...at("system_admin"), ...at("finance")])).toEqual(placesOf(at("finance")));
});

test("a page lies in the place that leads furthest towards it", () => {
  const places = placesOf(at("project_office"));
  const found = (...route: string[]) => placeAt(places, route)?.route.join("/");
  expect([found(), found("held", "7"), found("list", "diary")]).toEqual(["", "held", "list/diary"]);
  expect([found("record", "x"), found("list", "omen"), found("heldover")]).toEqual([undefined, undefined, undefined]);
  const nested: Place[] = [{ in: "help", route: ["guide"], name: "diary" }, { in: "help", route: ["guide", "team"], name: "finding" }];
  expect(placeAt(nested, ["guide", "team", "2"])?.name).toBe("finding");
});

test("groups without a place are left out", () => {
  expect(grouped(placesOf(at("principal"))).map(({ group }) => group)).toEqual(expect.arrayContaining(["work", "ledgers"]));
  expect(grouped([])).toEqual([]);
});
