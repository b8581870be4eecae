import { expect, test } from "vitest";
import { type Frozen, differenceOf, isSame, printed } from "./frozen.ts";
import { lastPeriod, periodName } from "./period.ts";

test("rates are rounded once from the exact figures, and never clamped", () => {
  const percent = { as: "percent", decimals: 2 };
  expect(printed([14_751_900, 22_140_000], percent)).toBe("66.63%");
  expect(printed([3_675_180, 5_426_300], percent)).toBe("67.73%");
  expect(printed([1425, 1000], percent)).toBe("142.50%");
  expect(printed([1, 0], percent)).toBe("—");
  expect(printed([-1, 3], { as: "percent", decimals: 1 })).toBe("-33.3%");
  expect(printed([7, 0], { as: "count" })).toBe("7");
  expect(printed([580_300_000, 0], { as: "money" })).toBe("580.30");
});

const WAS: Frozen = {
  from: "2026-09-01",
  at: "2026-10-31",
  by: "school",
  indicators: ["completed_rate", "findings_overdue"],
  total: [[1, 2], [3, 0]],
  rows: [{ key: "a", name: "甲", rank: 1, figures: [[1, 2], [3, 0]] }],
  behind: ["p"],
  findings: [],
  followed: { closed: 0, open: [] },
};

test("figures that came out otherwise are told by total, by row and by name", () => {
  expect(isSame(differenceOf(WAS, structuredClone(WAS)))).toBe(true);
  const now: Frozen = { ...WAS, total: [[1, 2], [4, 0]], rows: [{ ...WAS.rows[0]!, figures: [[1, 2], [4, 0]] }, { key: "b", name: "乙", rank: 2, figures: [] }], behind: ["q"] };
  expect(differenceOf(WAS, now)).toEqual({ totals: [1], rows: 2, named: 2 });
});

test("a bulletin is of the last two months that are over", () => {
  expect(lastPeriod("2026-11-30")).toEqual({ from: "2026-09-01", at: "2026-10-31" });
  expect(lastPeriod("2026-01-02")).toEqual({ from: "2025-11-01", at: "2025-12-31" });
  expect(lastPeriod("2028-03-01")).toEqual({ from: "2028-01-01", at: "2028-02-29" });
  expect(periodName(lastPeriod("2026-11-30"))).toBe("2026年9—10月");
  expect(periodName({ from: "2025-12-01", at: "2026-01-31" })).toBe("2025年12月—2026年1月");
});
