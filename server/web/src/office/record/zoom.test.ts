import { expect, test } from "vitest";
import { WHOLE, larger, moved, pinched, smaller, swiped } from "./zoom.ts";

const box = { width: 800, height: 600 };

test("a picture that is seen whole is not moved, and never smaller than whole", () => {
  expect(moved(WHOLE, { x: 50, y: -50 }, box)).toEqual(WHOLE);
  expect(smaller(WHOLE, box)).toEqual(WHOLE);
});

test("what is moved stays within its edges, also when it gets smaller again", () => {
  const close = moved(larger(WHOLE, box), { x: 10_000, y: -10_000 }, box);
  expect(close.x).toBeCloseTo(160);
  expect(close.y).toBeCloseTo(-120);
  expect(smaller(close, box)).toEqual(WHOLE);
});

test("what stood in the middle stays there", () => {
  const close = moved(larger(larger(WHOLE, box), box), { x: 100, y: 0 }, box);
  expect(larger(close, box).x / larger(close, box).scale).toBeCloseTo(close.x / close.scale);
});

test("it gets eight times as large and no larger", () => {
  let zoom = WHOLE;
  for (let times = 0; times < 20; times += 1) {
    zoom = larger(zoom, box);
  }
  expect(zoom.scale).toBe(8);
});

test("two fingers make it larger and smaller, and never smaller than whole", () => {
  expect(pinched(WHOLE, 2, box).scale).toBe(2);
  expect(pinched({ scale: 2, x: 0, y: 0 }, 0.1, box)).toEqual(WHOLE);
});

test("a stroke across what is seen whole goes on or back; a short one, one downwards, and one from near do not", () => {
  expect([swiped(WHOLE, { x: -80, y: 10 }), swiped(WHOLE, { x: 80, y: 0 })]).toEqual([1, -1]);
  expect([swiped(WHOLE, { x: -20, y: 0 }), swiped(WHOLE, { x: -80, y: 70 }), swiped({ ...WHOLE, scale: 2 }, { x: -200, y: 0 })]).toEqual([0, 0, 0]);
});
