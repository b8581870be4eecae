/** Pictures are shrunk one after the other, and one that never ends holds up no other. */

import { afterEach, expect, test, vi } from "vitest";
import { shrinkInTurn } from "./studio.ts";

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** A worker whose memory the phone took away: it takes the picture and says nothing any more. */
class Silent {
  static readonly all: Silent[] = [];
  isEnded = false;
  onmessage: unknown;
  onerror: unknown;

  constructor() {
    Silent.all.push(this);
  }

  postMessage(): void {}

  terminate(): void {
    this.isEnded = true;
  }
}

test("a worker that says nothing any more is given up, and the next picture has its turn", async () => {
  vi.useFakeTimers();
  vi.stubGlobal("Worker", Silent);
  vi.stubGlobal("OffscreenCanvas", class {});
  // Nothing here can read a picture, so the page gives up, too: what counts is that it comes to an end.
  const [first, second] = [shrinkInTurn(new Blob(["1"])), shrinkInTurn(new Blob(["2"]))];
  await vi.advanceTimersByTimeAsync(60_000);
  expect(await first).toBeUndefined();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(await second).toBeUndefined();
  expect(Silent.all.map(({ isEnded }) => isEnded)).toEqual([true, true]);
});
