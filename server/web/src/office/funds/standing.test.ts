import { expect, test } from "vitest";
import { standingOf } from "./standing.ts";

const gap = { numerator: -30_000, denominator: 200_000 };
const paid = { numerator: 70_000 };

test("a payment that waits takes from what may still be paid; one that counts already does not", () => {
  expect(standingOf(gap, paid, 20_000, false)).toEqual({ contract: 200_000, certified: 100_000, paid: 70_000, left: 10_000 });
  expect(standingOf(gap, paid, 20_000, true)?.left).toBe(30_000);
  expect(standingOf(gap, paid, 40_000, false)?.left).toBe(-10_000);
});

test("without a contract there is nothing to compare with", () => {
  expect(standingOf({ numerator: 0, denominator: 0 }, paid, 1, false)).toBeUndefined();
  expect(standingOf(undefined, paid, 1, false)).toBeUndefined();
});
