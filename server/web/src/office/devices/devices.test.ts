import { expect, test } from "vitest";
import { clockOf, questionOf } from "./devices.ts";

test("an address of the devices asks for what it says", () => {
  expect(questionOf({})).toBe("/api/v1/devices?limit=100");
  expect(questionOf({ q: "甲", state: "out", page: "2" })).toBe("/api/v1/devices?q=%E7%94%B2&state=out&skip=100&limit=100");
  expect(questionOf({ state: "nonsense", user: "u" })).toBe("/api/v1/devices?user=u&limit=100");
});

test("a clock is right until somebody would see that it is not", () => {
  expect(clockOf(undefined)).toEqual({ is: "unknown" });
  expect(clockOf(-29_000)).toEqual({ is: "right" });
  expect(clockOf(45_000)).toEqual({ is: "off", minutes: 0, seconds: 45 });
  expect(clockOf(-6 * 60_000)).toEqual({ is: "off", minutes: -6, seconds: -360 });
});
