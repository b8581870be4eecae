import { expect, test } from "vitest";
import type { Group } from "./answer.ts";
import { inOrder, isToldApart, nextOrder, orderIn } from "./order.ts";

const group = (key: string, numerator?: number, denominator?: number): Group => ({
  key,
  name: key,
  figures: { rate: { printed: "", ...(numerator === undefined ? {} : { numerator }), ...(denominator === undefined ? {} : { denominator }) } },
});

test("groups stand in order of what they come to, those of which nothing is known last", () => {
  const groups = [group("none", 0, 0), group("half", 1, 2), group("third", 1, 3), group("over", 3, 2), group("unknown")];
  const keys = (text: string) => inOrder(groups, orderIn(text, ["rate"])).map(({ key }) => key);
  expect(keys("-rate")).toEqual(["over", "half", "third", "none", "unknown"]);
  expect(keys("rate")).toEqual(["third", "half", "over", "none", "unknown"]);
  expect(keys("moon")).toEqual(groups.map(({ key }) => key));
});

test("the head of a column turns from the greatest to the least and back to how it was", () => {
  const chosen = (text: string | undefined) => nextOrder(orderIn(text, ["rate"]), "rate");
  expect([chosen(undefined), chosen("-rate"), chosen("rate")]).toEqual(["-rate", "rate", undefined]);
  expect(nextOrder(orderIn("rate", ["rate", "count"]), "count")).toBe("-count");
});

test("what came for the whole county is not shown as nothing of each school", () => {
  const total = { rate: { numerator: 7, denominator: 9, printed: "" } };
  expect(isToldApart("rate", { total, groups: [group("a", 0, 5), group("b", 0, 4)] })).toBe(false);
  expect(isToldApart("rate", { total, groups: [group("a", 0, 5), group("b", 7, 4)] })).toBe(true);
  expect(isToldApart("rate", { total: { rate: { numerator: 0, denominator: 9, printed: "" } }, groups: [group("a", 0, 9)] })).toBe(true);
});
