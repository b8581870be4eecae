import { expect, test } from "vitest";
import { degreesText, linesBetween, stepFor } from "./graticule.ts";

test("some five lines cross the map, at degrees that people read", () => {
  for (const across of [0.02, 0.1, 0.5, 1, 3, 8]) {
    const lines = linesBetween(116.03, 116.03 + across, stepFor(across));
    expect(lines.length, `${across} degrees`).toBeGreaterThanOrEqual(2);
    expect(lines.length, `${across} degrees`).toBeLessThanOrEqual(6);
  }
  expect(linesBetween(116.01, 116.99, 30)).toEqual([116.5]);
});

test("degrees are written as atlases write them", () => {
  expect([116.5, 25.0417, 116, -0.5].map(degreesText)).toEqual(["116°30′", "25°02′30″", "116°00′", "-0°30′"]);
});
