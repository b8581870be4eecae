import { expect, test } from "vitest";
import { routeOf, to } from "./route.ts";

test("the link in an enrolment's QR code leads to joining with that code", () => {
  expect(routeOf("#/enrol/AB12-CD34")).toEqual(["enrol", "AB12-CD34"]);
});

test("an address holds whatever an id holds, and gives it back", () => {
  const route = ["write", "diary", "某 工程/2026-03-02"];
  expect(routeOf(to(...route))).toEqual(route);
});

test("the front page has no parts, and a link cut short is no error", () => {
  expect(routeOf("")).toEqual([]);
  expect(routeOf("#/")).toEqual([]);
  expect(routeOf("#/record/%E5%B")).toEqual(["record", "%E5%B"]);
});
