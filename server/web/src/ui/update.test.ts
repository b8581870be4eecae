/** A new version comes while people work. */

import { describe, expect, test } from "vitest";
import { type Line, type Registration, Update, type Waiting } from "./update.ts";

function world() {
  const told: string[] = [];
  const watchers: (() => void)[] = [];
  const found: (() => void)[] = [];
  const installed: (() => void)[] = [];
  const it = { isBusy: false, now: 0, reopened: 0, asked: 0, told };
  const line: Line = { isBusy: () => it.isBusy, watch: (watcher) => (watchers.push(watcher), () => undefined) };
  const coming = {
    state: "installing",
    postMessage: (message: string) => void told.push(message),
    addEventListener: (_: string, listener: () => void) => void installed.push(listener),
  };
  const registration = {
    waiting: null as Waiting | null,
    installing: null as Waiting | null,
    update: async () => void (it.asked += 1),
    addEventListener: (_: string, listener: () => void) => void found.push(listener),
  };
  const update = new Update(line, () => void (it.reopened += 1), () => it.now);
  const arrives = () => {
    registration.installing = coming;
    found.forEach((listener) => listener());
    Object.assign(registration, { installing: null, waiting: coming });
    coming.state = "installed";
    installed.forEach((listener) => listener());
  };
  /** The one that waits is pushed aside by another. */
  const goes = () => {
    const another: Waiting = { ...coming, state: "installed", addEventListener: () => undefined };
    Object.assign(registration, { waiting: another });
    coming.state = "redundant";
    installed.splice(0).forEach((listener) => listener());
  };
  const syncEnds = () => {
    it.isBusy = false;
    watchers.forEach((watcher) => watcher());
  };
  return { it, update, registration: registration as Registration, arrives, goes, syncEnds };
}

describe("a new version", () => {
  test("is offered and not taken by itself", () => {
    const { it, update, registration, arrives } = world();
    update.registered(registration, false);
    expect(update.state()).toBe("none");
    arrives();
    expect(update.state()).toBe("ready");
    expect(it.told).toEqual([]);
  });

  test("is taken when its owner says so, and the page is opened anew when it is at work", () => {
    const { it, update, registration, arrives } = world();
    update.registered(registration, false);
    arrives();
    update.take();
    expect(it.told).toEqual(["take over"]);
    expect(it.reopened).toBe(0);
    update.tookOver();
    expect(it.reopened).toBe(1);
  });

  test("that is pushed aside by another while it is being taken lets that one be taken", () => {
    const { it, update, registration, arrives, goes } = world();
    update.registered(registration, false);
    arrives();
    update.take();
    goes();
    expect([update.state(), it.told]).toEqual(["taking", ["take over", "take over"]]);
    update.tookOver();
    expect(it.reopened).toBe(1);
  });

  test("waits for a sync that is under way", () => {
    const { it, update, registration, arrives, syncEnds } = world();
    update.registered(registration, false);
    arrives();
    it.isBusy = true;
    update.take();
    expect([update.state(), it.told]).toEqual(["awaits_sync", []]);
    syncEnds();
    expect([update.state(), it.told]).toEqual(["taking", ["take over"]]);
  });

  test("that another page took is told, and this page is not torn out of somebody's hands", () => {
    const { it, update, registration, arrives } = world();
    update.registered(registration, false);
    arrives();
    update.tookOver();
    expect([update.state(), it.reopened]).toEqual(["elsewhere", 0]);
    update.take();
    expect(it.reopened).toBe(1);
  });

  test("is no news where it is the first", () => {
    const { update, registration, arrives } = world();
    update.registered(registration, true);
    arrives();
    expect(update.state()).toBe("none");
  });

  test("is news after a first one that another page had begun to install, or had installed", () => {
    for (const first of ["installing", "active"]) {
      const { update, registration, arrives } = world();
      const states: (() => void)[] = [];
      const earlier = { state: "activated", postMessage: () => undefined, addEventListener: (_: string, listener: () => void) => void states.push(listener) };
      Object.assign(registration, { [first]: earlier });
      update.registered(registration, true);
      Object.assign(registration, { installing: null });
      states.forEach((listener) => listener());
      arrives();
      expect([first, update.state()]).toEqual([first, "ready"]);
    }
  });

  test("is asked for once an hour, however often somebody looks", () => {
    const { it, update, registration } = world();
    update.registered(registration, false);
    for (const minute of [1, 59, 60, 61, 119]) {
      it.now = minute * 60_000;
      update.look();
    }
    expect(it.asked).toBe(1);
  });
});
