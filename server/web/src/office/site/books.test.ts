import { expect, test } from "vitest";
import { monthsUntil } from "./books.tsx";

test("the books of the last months are offered, over the turn of the year, and none from before the works", () => {
  expect(monthsUntil("2027-01-15", "2026-03-02", 3)).toEqual(["2027-01", "2026-12", "2026-11"]);
  expect(monthsUntil("2026-04-01", "2026-03-20", 3)).toEqual(["2026-04", "2026-03"]);
  expect(monthsUntil("2026-04-01", undefined, 3)).toEqual([]);
});
