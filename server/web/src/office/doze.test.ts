import { expect, test } from "vitest";
import { World } from "../testing/outside.ts";
import { DOZES_AFTER_MS, dozing } from "./doze.ts";

/** A desk in a world that is set by hand. */
function desk() {
  const world = new World();
  world.answering = () => new Response("{}");
  const page = new EventTarget();
  // As a browser gives it: parts, and no methods of something else.
  const outside = dozing(
    {
      fetch: (path, init) => world.fetch(path, init),
      now: () => world.now(),
      luck: () => world.luck(),
      after: (ms, run) => world.after(ms, run),
      turns: world.turns,
      isVisible: () => world.isVisible(),
      savesData: () => world.savesData(),
      language: () => world.language(),
      watch: (tell) => world.watch(tell),
    },
    page,
  );
  const signs: string[] = [];
  outside.watch((sign) => signs.push(sign));
  return { world, outside, signs, touch: () => page.dispatchEvent(new Event("keydown")) };
}

test("a desk that nobody touches asks nothing any more, and the first key wakes it", async () => {
  const { world, outside, signs, touch } = desk();
  world.pass(DOZES_AFTER_MS - 1);
  await expect(outside.fetch("/api/v1/desk", {})).resolves.toBeInstanceOf(Response);
  world.pass(1);
  await expect(outside.fetch("/api/v1/desk", {})).rejects.toThrow("nobody");
  expect([outside.isVisible(), signs]).toEqual([false, ["hidden"]]);
  touch();
  await expect(outside.fetch("/api/v1/desk", {})).resolves.toBeInstanceOf(Response);
  expect([outside.isVisible(), signs]).toEqual([true, ["hidden", "looked"]]);
});

test("a desk at which somebody works does not doze", async () => {
  const { world, outside, signs, touch } = desk();
  for (let minutes = 0; minutes < 120; minutes += 10) {
    world.pass(10 * 60_000);
    touch();
  }
  await expect(outside.fetch("/api/v1/desk", {})).resolves.toBeInstanceOf(Response);
  expect(signs).toEqual([]);
});

test("a desk that woke up dozes again", async () => {
  const { world, outside, touch } = desk();
  world.pass(DOZES_AFTER_MS);
  touch();
  world.pass(DOZES_AFTER_MS);
  await expect(outside.fetch("/api/v1/desk", {})).rejects.toThrow("nobody");
});
