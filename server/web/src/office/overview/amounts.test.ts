import { expect, test } from "vitest";
import { amountOf, changeOf, isOverWhole, shareOf, unitOf } from "./amounts.ts";
import type { Indicator } from "./answer.ts";

const indicator = (code: string, as: Indicator["printed"]["as"], decimals?: number): Indicator => ({ code, zh: code, en: code, printed: { as, ...(decimals === undefined ? {} : { decimals }) } });
const STARTED = indicator("started_rate", "percent", 2);

test("a share says of what it is one, in the unit that people read", () => {
  expect(unitOf(STARTED)).toBe("area");
  expect([4_373_100, 5_426_300].map((number) => amountOf(number, "area"))).toEqual(["43731.00", "54263.00"]);
  expect(unitOf(indicator("equipment_rate", "percent", 2))).toBe("money");
  expect([32_900_000_00, 34_634_100_00].map((number) => amountOf(number, "money"))).toEqual(["3290.00", "3463.41"]);
  expect(amountOf(31, unitOf(indicator("diary_coverage", "percent", 2)))).toBe("31");
});

test("amounts are rounded once and half up, as the server prints them", () => {
  expect([5_000, 4_999, -4_999, -5_000, 0, 1_005_000].map((number) => amountOf(number, "money"))).toEqual(["0.01", "0.00", "0.00", "-0.01", "0.00", "1.01"]);
  expect([5, -5, 123].map((number) => amountOf(number, "area"))).toEqual(["0.05", "-0.05", "1.23"]);
});

test("a share of nothing has no bar, and one above the whole is told and not cut", () => {
  expect(shareOf({ numerator: 3, denominator: 0, printed: "—" })).toBeUndefined();
  expect(shareOf({ printed: "—" })).toBeUndefined();
  expect(isOverWhole(STARTED, { numerator: 1425, denominator: 1000, printed: "142.50%" })).toBe(true);
  expect(isOverWhole(STARTED, { numerator: 1000, denominator: 1000, printed: "100.00%" })).toBe(false);
  expect(isOverWhole(indicator("payment_gap", "percent", 1), { numerator: 2, denominator: 1, printed: "200.0%" })).toBe(false);
});

test("what moved is the difference of what is read", () => {
  const change = (now: string, before?: string) => changeOf({ printed: now }, before === undefined ? undefined : { printed: before });
  expect([change("80.59%", "78.46%"), change("80.59%", "80.59%"), change("9.00%", "10.50%")]).toEqual(["+2.13", "0", "−1.50"]);
  expect([change("7", "12"), change("54263.00", "54000.00"), change("-1.5%", "0.3%")]).toEqual(["−5", "+263.00", "−1.8"]);
  expect([change("—", "3"), change("3", "—"), change("3", undefined)]).toEqual([undefined, undefined, undefined]);
});
