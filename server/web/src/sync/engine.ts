/**
 * When a device syncs: a pure state machine. What happens comes in as an event with the time and a
 * draw of luck; what is to be done goes out as an effect. It never sleeps, fetches, or looks at a clock.
 */

import type { Came } from "./answer.ts";

/** The first pause after a failure, in milliseconds; each further failure doubles it. */
export const FIRST_PAUSE = 2_000;
/** The longest pause between two tries while the app is open, in milliseconds. */
export const LONGEST_PAUSE = 15 * 60_000;
/** How long after a sync that worked the next one comes by itself, in milliseconds. */
export const BETWEEN_SYNCS = 5 * 60_000;
/** The shortest time from one try to the next, however often somebody looks, in milliseconds. */
export const SHORTEST_PAUSE = 1_000;
/** The most changes in one request. */
export const MOST_CHANGES = 100;

/** Why nothing moves, in the words of the catalogue; nothing if all is well. */
export type Trouble =
  /** No line, or it broke. */
  | { why: "no_line" }
  /** The device could not store what came: it is full, or the browser took its storage away. */
  | { why: "storage"; detail: string }
  /** A captive portal, or something else that is not the server. */
  | { why: "stranger" }
  /** The server has no room for it now, or is stopped: it says so itself. */
  | { why: "busy"; detail: string }
  /** The device is not let in any more: everything stays on it. */
  | { why: "signed_out"; detail: string }
  /** The app is too old to receive. */
  | { why: "old_app"; detail: string }
  /** The server refuses the request as a whole. */
  | { why: "refused"; code: string; detail: string };

export interface Engine {
  /** A request is under way. */
  busy: boolean;
  /** Something came up meanwhile: another round follows at once. */
  again: boolean;
  /** Somebody looked meanwhile, or the line came back: if the request breaks, the next follows at once. */
  looked: boolean;
  /** Failures in a row. */
  failures: number;
  /** Not before that time, in milliseconds, but for what only a person can undo. */
  notBefore: number;
  /** How many changes the next request may carry. */
  batch: number;
  trouble?: Trouble;
  /** When a sync last worked, in milliseconds. */
  lastWorked?: number;
}

export type Event =
  /** The app opened, came to the front, was asked by its owner, or the line came back. */
  | { kind: "looked" }
  /** Somebody saved something, or the server says that there is news. */
  | { kind: "news" }
  /** The time that was asked for has come. */
  | { kind: "timer" }
  /** A request came to its end. `again`: there is more to do at once. */
  | { kind: "came"; came: Came<unknown>; again: boolean }
  /** A request broke: on the line, or on what is said to be in the way. */
  | { kind: "broke"; trouble?: Trouble };

export type Effect =
  | { kind: "sync"; batch: number }
  /** Tell me when this time has come, in milliseconds. Takes the place of what was asked before. */
  | { kind: "wake"; at: number };

export const start: Engine = { busy: false, again: false, looked: false, failures: 0, notBefore: 0, batch: MOST_CHANGES };

/** What happens next. `luck` is a number from 0 to 1, drawn anew for every event. */
export function step(engine: Engine, event: Event, now: number, luck: number): [Engine, Effect[]] {
  switch (event.kind) {
    case "looked":
      // Whoever looks does not wait for a pause to end, but for the one that the server asked for.
      return engine.trouble?.why === "busy" ? whenDue(engine, now) : begin({ ...engine, looked: engine.busy }, now);
    case "news":
    case "timer":
      return whenDue(engine, now);
    case "broke":
      return failed(engine, event.trouble ?? { why: "no_line" }, now, luck);
    case "came":
      return came(engine, event.came, event.again, now, luck);
  }
}

function whenDue(engine: Engine, now: number): [Engine, Effect[]] {
  if (isStopped(engine)) {
    return [engine, []];
  }
  if (!engine.busy && now < engine.notBefore) {
    return [engine, [{ kind: "wake", at: engine.notBefore }]];
  }
  return begin(engine, now);
}

/** Whether only a person can make it go on. */
function isStopped(engine: Engine): boolean {
  return engine.trouble?.why === "signed_out" || engine.trouble?.why === "old_app";
}

function begin(engine: Engine, now: number): [Engine, Effect[]] {
  if (engine.busy) {
    return [{ ...engine, again: true }, []];
  }
  const begun = { ...engine, busy: true, again: false, looked: false, notBefore: now + SHORTEST_PAUSE };
  return [begun, [{ kind: "sync", batch: engine.batch }]];
}

function came(
  engine: Engine,
  came: Came<unknown>,
  again: boolean,
  now: number,
  luck: number,
): [Engine, Effect[]] {
  switch (came.kind) {
    case "stranger":
      return failed(engine, { why: "stranger" }, now, luck);
    case "refused":
      return refused(engine, came, now, luck);
    case "answer": {
      const { trouble: _, ...well } = engine;
      const worked: Engine = {
        ...well,
        busy: false,
        looked: false,
        failures: 0,
        batch: Math.min(engine.batch * 2, MOST_CHANGES),
        lastWorked: now,
      };
      if (again || engine.again) {
        return begin(worked, now);
      }
      const next = now + BETWEEN_SYNCS * (0.8 + 0.4 * luck);
      return [worked, [{ kind: "wake", at: next }]];
    }
  }
}

function refused(
  engine: Engine,
  { status, code, detail, retryAfterMs }: Extract<Came<unknown>, { kind: "refused" }>,
  now: number,
  luck: number,
): [Engine, Effect[]] {
  switch (status) {
    case 401:
      return failed(engine, { why: "signed_out", detail }, now, luck);
    case 426:
      return failed(engine, { why: "old_app", detail }, now, luck);
    case 408:
    case 429:
    case 500:
    case 502:
    case 503:
    case 504:
    case 507:
      return failed(engine, { why: "busy", detail }, now, luck, retryAfterMs);
    default:
      return failed(engine, { why: "refused", code, detail }, now, luck, retryAfterMs);
  }
}

/**
 * Pauses, longer with each failure and never all phones at once, and sends less the next time. Somebody
 * who looked while it was under way does not wait, unless the server asked for quiet.
 */
function failed(
  engine: Engine,
  trouble: Trouble,
  now: number,
  luck: number,
  atLeast = 0,
): [Engine, Effect[]] {
  const longest = Math.min(FIRST_PAUSE * 2 ** engine.failures, LONGEST_PAUSE);
  const pause = engine.looked && trouble.why !== "busy" ? SHORTEST_PAUSE : longest * (0.5 + 0.5 * luck);
  const notBefore = now + atLeast + pause;
  const next: Engine = {
    ...engine,
    busy: false,
    again: false,
    looked: false,
    failures: engine.failures + 1,
    batch: Math.max(1, Math.floor(engine.batch / 2)),
    notBefore,
    trouble,
  };
  return [next, isStopped(next) ? [] : [{ kind: "wake", at: notBefore }]];
}
