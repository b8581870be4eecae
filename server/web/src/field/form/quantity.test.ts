/** ㎡, 元 and 万 as people write them. */

import fc from "fast-check";
import { expect, test } from "vitest";
import { readNumber, readQuantity, showQuantity, signOf, writeQuantity } from "./quantity.ts";

test.each([
  ["1234.5", "hundredth_square_metre", 123_450],
  ["54263㎡", "hundredth_square_metre", 5_426_300],
  ["22.14万㎡", "hundredth_square_metre", 22_140_000],
  ["０．２９", "fen", 29],
  ["0.29元", "fen", 29],
  ["¥12,345.67", "fen", 1_234_567],
  ["12，345．67 元", "fen", 1_234_567],
  ["5803万", "fen", 5_803_000_000],
  ["3.62亿元", "fen", 36_200_000_000],
  ["1.5万", "fen", 1_500_000],
  ["-3.5", "tenth_celsius", -35],
  ["−3℃", "tenth_celsius", -30],
  ["45%", "basis_point", 4500],
  ["66.63", "basis_point", 6663],
  ["6人", "people", 6],
  ["12", undefined, 12],
] as const)("%s in %s is %i", (text, unit, number) => {
  expect(readQuantity(text, unit)).toBe(number);
});

test.each([
  ["", "fen"],
  ["-", "fen"],
  ["abc", "fen"],
  ["29分", "fen"],
  ["1.234", "fen"],
  ["1.5", "people"],
  ["12.3.4", "fen"],
  ["99999999亿", "fen"],
] as const)("%s in %s is no amount: better asked again than guessed", (text, unit) => {
  expect(readQuantity(text, unit)).toBeUndefined();
});

test("what is written out reads back as it was", () => {
  const units = fc.constantFrom("fen", "hundredth_square_metre", "tenth_celsius", "basis_point", "people");
  fc.assert(
    fc.property(fc.maxSafeInteger(), units, (value, unit) => {
      expect(readQuantity(writeQuantity(value, unit), unit)).toBe(value === 0 ? 0 : value);
      expect(readQuantity(showQuantity(value, unit), unit)).toBe(value === 0 ? 0 : value);
    }),
  );
});

test.each([
  [22_140_000, "hundredth_square_metre", "22.14万㎡"],
  [5_426_300, "hundredth_square_metre", "5.4263万㎡"],
  [123_450, "hundredth_square_metre", "1,234.5㎡"],
  [1_105_021_000_000, "fen", "1,105,021万元"],
  [1_234_567, "fen", "12,345.67元"],
  [6_942_320, "fen", "69,423.20元"],
  [528_800, "fen", "5,288元"],
  [-35, "tenth_celsius", "-3.5℃"],
  [6, "people", "6人"],
] as const)("%i %s is shown as %s", (value, unit, text) => {
  expect(showQuantity(value, unit)).toBe(text);
});

test("a broken number is read, a word is not", () => {
  expect(readNumber("2.5")).toBe(2.5);
  expect(readNumber("两吨")).toBeUndefined();
});

test("in English there is no 万", () => {
  expect(showQuantity(22_140_000, "hundredth_square_metre", "en")).toBe("221,400 m²");
  expect(showQuantity(6, "people", "en")).toBe("6");
  expect(showQuantity(8_550, "hundredth_point", "en")).toBe("85.5 points");
  expect([signOf("fen", "en"), signOf("fen"), signOf("piece", "en")]).toEqual([" yuan", "元", ""]);
});
