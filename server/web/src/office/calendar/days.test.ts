import { expect, test } from "vitest";
import { addressOfDay, countsOf, daysOfMonth, letterAt, monthIn, monthsOn } from "./days.ts";

const row = { project: "a55bb87e-770b-5266-86e2-14c9de461985", school: "s", county: "350823", days: ".mxc?" };

test("a month is all of its days, and nonsense in an address is this month", () => {
  expect([daysOfMonth("2026-11"), daysOfMonth("2024-02")]).toEqual([["2026-11-01", "2026-11-30"], ["2024-02-01", "2024-02-29"]]);
  expect(["2026-03", "2026-13", "nonsense", undefined].map((text) => monthIn(text, "2026-11-30"))).toEqual(["2026-03", "2026-11", "2026-11", "2026-11"]);
  expect([monthsOn("2026-01", -1), monthsOn("2026-12", 1)]).toEqual(["2025-12", "2027-01"]);
});

test("a letter that only a newer server knows, and a day for which nothing is asked, say nothing", () => {
  expect([0, 1, 2, 3, 4, 9].map((place) => letterAt(row, place))).toEqual([undefined, "m", "x", "c", undefined, undefined]);
  expect(countsOf(row.days)).toMatchObject({ m: 1, x: 1, c: 1, l: 0, asked: 3 });
});

test("a day opens its diary, and one without a diary the list of that day", () => {
  expect(addressOfDay(row, "2026-11-02", "c")).toMatch(/^\/office\/record\/[0-9a-f-]{36}$/);
  expect(addressOfDay(row, "2026-11-02", "m")).toBe(`/office/list/diary?project=${row.project}&from=2026-11-02&to=2026-11-02`);
});
