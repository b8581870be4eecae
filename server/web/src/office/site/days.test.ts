import { expect, test } from "vitest";
import { weeksOf } from "./days.ts";

test("weeks begin on Mondays", () => {
  // The first of March 2026 is a Sunday.
  const weeks = weeksOf(["2026-03-01", "2026-03-02", "2026-03-03", "2026-03-04"]);
  expect(weeks.map((week) => week.map((day) => day?.slice(-2) ?? ""))).toEqual([
    ["", "", "", "", "", "", "01"],
    ["02", "03", "04", "", "", "", ""],
  ]);
  expect(weeksOf([])).toEqual([]);
});
