/** When a device tries, waits and stops. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Came, haveAnswer, paperAnswer, syncAnswer } from "./answer.ts";
import {
  BETWEEN_SYNCS,
  type Effect,
  type Engine,
  type Event,
  FIRST_PAUSE,
  LONGEST_PAUSE,
  MOST_CHANGES,
  SHORTEST_PAUSE,
  start,
  step,
} from "./engine.ts";

const ANSWER: Came<unknown> = { kind: "answer", answer: {} };

function refused(status: number, retryAfterMs?: number): Came<unknown> {
  const why = { kind: "refused", status, code: "unavailable", detail: "服务器正忙" } as const;
  return retryAfterMs === undefined ? why : { ...why, retryAfterMs };
}

/** Plays events, one a second, with the same luck. */
function play(engine: Engine, events: Event[], luck = 1): [Engine, Effect[], number] {
  let [now, effects]: [number, Effect[]] = [0, []];
  for (const event of events) {
    now += 1_000;
    [engine, effects] = step(engine, event, now, luck);
  }
  return [engine, effects, now];
}

const syncing: Event[] = [{ kind: "looked" }];
const worked: Event = { kind: "came", came: ANSWER, again: false };

describe("the engine", () => {
  test("syncs when somebody looks, and again by itself a while after", () => {
    expect(play(start, syncing)[1]).toEqual([{ kind: "sync", batch: MOST_CHANGES }]);
    const [engine, effects, now] = play(start, [...syncing, worked], 0.5);
    expect(effects).toEqual([{ kind: "wake", at: now + BETWEEN_SYNCS }]);
    expect(engine).toMatchObject({ busy: false, lastWorked: now });
  });

  test("has one request under way, and goes on at once if something was saved meanwhile", () => {
    const [during, none] = play(start, [...syncing, { kind: "news" }, { kind: "looked" }]);
    expect([during.busy, none]).toEqual([true, []]);
    expect(play(during, [worked])[1]).toEqual([{ kind: "sync", batch: MOST_CHANGES }]);
  });

  test("goes on at once while the server has more", () => {
    const more: Event = { kind: "came", came: ANSWER, again: true };
    expect(play(start, [...syncing, more])[1]).toEqual([{ kind: "sync", batch: MOST_CHANGES }]);
  });

  test("pauses longer with each failure, never all phones at once, and sends less", () => {
    const pauses = [0, 1, 2, 20].map((before) => {
      const engine = { ...start, busy: true, failures: before };
      return [0, 1].map((luck) => step(engine, { kind: "broke" }, 0, luck)[0].notBefore);
    });
    expect(pauses).toEqual([
      [FIRST_PAUSE / 2, FIRST_PAUSE],
      [FIRST_PAUSE, FIRST_PAUSE * 2],
      [FIRST_PAUSE * 2, FIRST_PAUSE * 4],
      [LONGEST_PAUSE / 2, LONGEST_PAUSE],
    ]);
    const [engine] = play(start, [...syncing, { kind: "broke" }]);
    expect(engine).toMatchObject({ batch: MOST_CHANGES / 2, trouble: { why: "no_line" } });
    expect(play(engine, [{ kind: "looked" }, worked])[0].trouble).toBeUndefined();
  });

  test("does not make somebody who looks wait, unless the server asked for it", () => {
    const broke = play(start, [...syncing, { kind: "broke" }])[0];
    expect(step({ ...broke, notBefore: 9e9 }, { kind: "looked" }, 5_000, 1)[1]).toMatchObject([
      { kind: "sync" },
    ]);
    const busy: Event = { kind: "came", came: refused(503, 30_000), again: false };
    const [engine, effects, now] = play(start, [...syncing, busy], 0);
    expect(effects).toEqual([{ kind: "wake", at: now + 30_000 + FIRST_PAUSE / 2 }]);
    expect(step(engine, { kind: "looked" }, now + 1_000, 1)[1]).toEqual(effects);
  });

  test("tries again at once what broke while somebody looked, but not what the server put off", () => {
    const looked = play(start, [...syncing, { kind: "looked" }])[0];
    const broke = step({ ...looked, failures: 9 }, { kind: "broke" }, 60_000, 1);
    expect(broke[1]).toEqual([{ kind: "wake", at: 60_000 + SHORTEST_PAUSE }]);
    expect(play({ ...broke[0], busy: true }, [{ kind: "broke" }])[0].notBefore, "once").toBeGreaterThan(LONGEST_PAUSE);
    const putOff: Event = { kind: "came", came: refused(503, 30_000), again: false };
    expect(play(looked, [putOff])[0].notBefore).toBeGreaterThan(30_000);
  });

  test("stops where only a person can help, and goes on when that person looks", () => {
    for (const [status, why] of [
      [401, "signed_out"],
      [426, "old_app"],
    ] as const) {
      const [engine, effects] = play(start, [...syncing, { kind: "came", came: refused(status), again: false }]);
      expect([engine.trouble?.why, effects]).toEqual([why, []]);
      expect(play(engine, [{ kind: "timer" }, { kind: "news" }])[1]).toEqual([]);
      expect(play(engine, syncing)[1]).toMatchObject([{ kind: "sync" }]);
    }
  });

  test("is never stuck: either a request is under way, or it is woken, or a person is asked", () => {
    const event = fc.constantFrom<Event>(
      { kind: "looked" },
      { kind: "news" },
      { kind: "timer" },
      { kind: "broke" },
      worked,
      { kind: "came", came: { kind: "stranger" }, again: false },
      { kind: "came", came: refused(503, 10_000), again: false },
      { kind: "came", came: refused(401), again: false },
      { kind: "came", came: refused(413), again: false },
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(event, fc.nat(600_000), fc.float({ min: 0, max: 1, noNaN: true }))), (events) => {
        let [engine, now, wake, underWay]: [Engine, number, number | undefined, number] = [start, 0, 0, 0];
        for (const [event, later, luck] of events) {
          const ends = event.kind === "came" || event.kind === "broke";
          if (ends !== underWay > 0 && (ends || event.kind === "timer")) {
            continue;
          }
          now += later;
          let effects: Effect[];
          [engine, effects] = step(engine, event, now, luck);
          underWay -= Number(ends);
          wake = event.kind === "timer" ? undefined : wake;
          for (const effect of effects) {
            if (effect.kind === "sync") {
              underWay += 1;
              expect(effect.batch).toBeGreaterThan(0);
            } else {
              wake = effect.at;
              expect(effect.at).toBeGreaterThanOrEqual(engine.notBefore - 1);
            }
          }
          expect(underWay).toBeLessThanOrEqual(1);
          expect(engine.busy).toBe(underWay === 1);
          const asksAPerson = engine.trouble?.why === "signed_out" || engine.trouble?.why === "old_app";
          expect(engine.busy || asksAPerson || wake !== undefined).toBe(true);
        }
      }),
    );
  });
});

describe("what came back", () => {
  const portal = { status: 200, retryAfter: null, body: "<html>请登录</html>" };
  const whole = {
    protocol: 1,
    settled: 0,
    outcomes: [],
    records: [],
    gone: [],
    photos_missing: [],
    cursor: null,
    more: false,
    resync: false,
  };
  const json = (body: object, status = 200, retryAfter: string | null = null) => ({
    status,
    retryAfter,
    body: JSON.stringify(body),
  });

  test("of the server itself counts only with what every page reads in it", () => {
    const me = { user: { id: "1" }, roles: [] };
    expect(paperAnswer("me", json(me), 0)).toMatchObject({ kind: "answer" });
    for (const strange of [{}, [], { user: {} }, { ...me, roles: "all" }]) {
      expect(paperAnswer("me", json(strange), 0)).toEqual({ kind: "stranger" });
    }
    expect(paperAnswer("schema", json({ kinds: [] }), 0)).toEqual({ kind: "stranger" });
  });

  test("is an answer only in JSON of the right shape", () => {
    expect(syncAnswer(json(whole), 0)).toMatchObject({ kind: "answer" });
    const { protocol: _, ...without } = whole;
    for (const strange of [
      portal,
      { ...portal, status: 302, body: "" },
      { ...portal, status: 511 },
      json({}),
      json([]),
      json(without),
      json({ ...whole, records: "none" }),
      json({ ...whole, settled: undefined }),
      json({ error: "login" }, 401),
      { ...json(whole), body: `${JSON.stringify(whole)}<script>` },
      { ...json(whole), body: "" },
      { ...json(whole), body: "null" },
    ]) {
      expect(syncAnswer(strange, 0), JSON.stringify(strange)).toEqual({ kind: "stranger" });
    }
    expect(haveAnswer(json({ changes: [] }), 0)).toEqual({ kind: "stranger" });
  });

  test("is the server's refusal only in the server's words", () => {
    const problem = { type: "urn:siteledger:problem:unavailable", status: 503, detail: "请稍后", code: "unavailable" };
    const told = { kind: "refused", status: 503, code: "unavailable", detail: "请稍后" };
    expect(syncAnswer(json(problem, 503), 0)).toEqual(told);
    expect(syncAnswer(json(problem, 503, "7"), 0)).toEqual({ ...told, retryAfterMs: 7_000 });
    const date = "Tue, 24 Nov 2026 12:00:10 GMT";
    const now = Date.parse(date) - 10_000;
    expect(syncAnswer(json(problem, 503, date), now)).toEqual({ ...told, retryAfterMs: 10_000 });
    expect(syncAnswer(json(problem, 503, "soon"), 0)).toEqual(told);
  });
});
