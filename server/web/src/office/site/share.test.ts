import { expect, test } from "vitest";
import { share } from "./share.ts";

test("shares are printed as reports print them", () => {
  const of = [
    [14_751_900, 22_140_000, "66.63%"],
    [16_410_000, 22_140_000, "74.12%"],
    [1, 8, "12.50%"],
    [1, 0, "—"],
    [1035, 1000, "103.50%"],
    [-1, 3, "-33.33%"],
    [0, 5, "0.00%"],
  ] as const;
  expect(of.map(([part, whole]) => share(part, whole))).toEqual(of.map(([, , printed]) => printed));
});
