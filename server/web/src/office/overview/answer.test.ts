import { expect, test } from "vitest";
import { byIn, monthBefore, questionOf, scopeIn } from "./answer.ts";

test("a page of figures asks for what its address says of the scope, and for nothing else", () => {
  const scope = scopeIn({ county: "350823", at: "2026-03-31", by: "school", evil: "1", plan: "" });
  expect(scope).toEqual({ county: "350823", at: "2026-03-31" });
  expect(questionOf(scope, { by: "township" })).toBe("/api/v1/indicators?county=350823&at=2026-03-31&by=township&limit=1000");
  expect(questionOf({}, { codes: ["started_rate", "completed_rate"] })).toBe("/api/v1/indicators?codes=started_rate%2Ccompleted_rate");
});

test("nonsense in an address tells figures apart as usual", () => {
  expect([byIn({ by: "zone" }, "township"), byIn({ by: "moon" }, "township"), byIn({}, "county")]).toEqual(["zone", "township", "county"]);
});

test("a month before is a day that there is", () => {
  expect(["2026-11-30", "2026-03-31", "2024-03-30", "2026-01-15"].map(monthBefore)).toEqual(["2026-10-30", "2026-02-28", "2024-02-29", "2025-12-15"]);
});
