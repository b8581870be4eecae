/**
 * A desk that somebody walked away from asks the server nothing any more: else the page would keep the session
 * alive by itself, and it ends only where nobody uses it. The first touch of a key or the mouse wakes it.
 */

import type { Outside, Sign } from "../sync/outside.ts";

/** After so long without a hand at it a desk dozes, in milliseconds. */
export const DOZES_AFTER_MS = 15 * 60_000;

/** What shows that somebody is there. */
const SIGNS_OF_LIFE = ["pointerdown", "pointermove", "keydown", "wheel", "touchstart"] as const;

/** The world as a desk sees it: without a line while it dozes. */
export function dozing(outside: Outside, page: Pick<EventTarget, "addEventListener">): Outside {
  const watchers = new Set<(sign: Sign) => void>();
  let touchedAt = outside.now();
  let isDozing = false;
  const fallAsleep = (): void => {
    const left = touchedAt + DOZES_AFTER_MS - outside.now();
    if (left > 0) {
      outside.after(left, fallAsleep);
      return;
    }
    isDozing = true;
    watchers.forEach((tell) => tell("hidden"));
  };
  const touched = () => {
    touchedAt = outside.now();
    if (isDozing) {
      isDozing = false;
      outside.after(DOZES_AFTER_MS, fallAsleep);
      watchers.forEach((tell) => tell("looked"));
    }
  };
  SIGNS_OF_LIFE.forEach((sign) => page.addEventListener(sign, touched, { passive: true, capture: true }));
  outside.after(DOZES_AFTER_MS, fallAsleep);
  return {
    ...outside,
    fetch: (path, init) => (isDozing ? Promise.reject(new TypeError("nobody is at the desk")) : outside.fetch(path, init)),
    isVisible: () => !isDozing && outside.isVisible(),
    watch: (tell) => {
      // Coming back to the window is being there.
      const ends = outside.watch((sign) => (sign === "looked" ? touched() : undefined, tell(sign)));
      watchers.add(tell);
      return () => {
        ends();
        watchers.delete(tell);
      };
    },
  };
}
