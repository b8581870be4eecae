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
  expect(addresses("system_admin")).toEqual(expect.arrayContaining(["", "users", "devices", "settings"]));
  expect(addresses("system_admin").filter((address) => address.startsWith("list/") || address === "held")).toEqual([]);
  const both = placesOf([...at("system_admin"), ...at("finance")]);
  expect(both).toEqual(expect.arrayContaining(placesOf(at("finance"))));
  expect(both.filter(({ route }) => route.length === 0).length).toBe(1);
  expect(placesOf([]).map(({ route }) => route.join("/"))).toEqual(["settings"]);
});

test("devices are for those who look after them, people for who administrates", () => {
  expect(addresses("inspection_office")).toContain("devices");
  expect(addresses("inspection_office")).not.toContain("users");
  expect(addresses("finance")).not.toContain("devices");
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
