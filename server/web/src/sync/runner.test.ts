/** A phone that syncs by itself: what it asks, when, and what it says meanwhile. */

import "fake-indexeddb/auto";
import { readFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Device } from "../db/device.ts";
import type { Change, Snapshot, Uuid } from "../protocol/wire.ts";
import { Office, SCHEMA, portal, problem } from "../testing/office.ts";
import { World } from "../testing/outside.ts";
import { start } from "./engine.ts";
import { Runner } from "./runner.ts";
import { LeaseTurns } from "./turns.ts";

const owner = { user: id(0xb01), name: "演示 李老师", device: id(0xd01) };
const HOUR = 3_600_000;
const stops: (() => void)[] = [];
let database = 0;
let [world, office] = [new World(), new Office(() => 0)];
let device: Device;

function id(number: number): Uuid {
  return `0198c9a4-0000-7000-8000-${number.toString(16).padStart(12, "0")}`;
}

function change(number: number): Change {
  const edits = [{ field: "remarks", value: "第".repeat(600), replaces: [] }];
  return { id: id(number), record: id(0xff), kind: "diary", made_at: "2026-03-02T17:45:10+08:00", edits };
}

function row(record: number, seq: number): Snapshot {
  return { id: id(record), kind: "diary", seq, school: null, project: id(0xaa), fields: {} };
}

async function page(): Promise<Device> {
  const page = await Device.open(`runner-${database}`);
  stops.push(() => page.close());
  return page;
}

function run(on = device, outside = world): Runner {
  const runner = new Runner(on, outside);
  stops.push(runner.start());
  return runner;
}

async function until(what: () => boolean): Promise<void> {
  await vi.waitFor(() => expect(what()).toBe(true), { timeout: 5_000, interval: 2 });
}

/** Until the runner has nothing to do but to wait. */
async function settled(runner: Runner): Promise<void> {
  await until(() => !runner.state().engine.busy && runner.state().engine.notBefore > 0);
  await new Promise((resolve) => setTimeout(resolve, 30));
}

function answered(path: string): number {
  return world.asked.filter((asked) => asked.endsWith(path)).length;
}

beforeEach(async () => {
  database += 1;
  world = new World();
  office = new Office(() => world.time);
  world.answering = (path, init) => office.answer(path, init);
  device = await page();
  await device.enrol(owner, "token");
});

afterEach(() => {
  stops.splice(0).reverse().forEach((stop) => stop());
});

describe("what was saved", () => {
  test("goes out by itself, once, and is proven to be at the office", async () => {
    const runner = run();
    await settled(runner);
    world.pass(2_000);
    await device.save(change(1));
    await until(() => office.ledger.length === 1);
    await until(() => runner.state().provenAt !== undefined);
    expect(runner.state()).toMatchObject({ waiting: 0, kept: 1, provenAt: world.time });
    expect(office.requests.flatMap((request) => request.changes)).toEqual([change(1)]);
    expect(await device.paper("schema")).toEqual(SCHEMA);
  });

  test("is proven no more once something new was saved, and goes out again if the office lost it", async () => {
    await device.save(change(1));
    const runner = run();
    await until(() => runner.state().provenAt !== undefined);
    office.ledger.splice(0);
    world.pass(2_000);
    expect(await runner.prove()).toBe(false);
    await until(() => office.ledger.length === 1 && !runner.state().engine.busy);
    world.answering = () => Promise.reject(new TypeError("no line"));
    await device.save(change(2));
    await until(() => runner.state().waiting === 1);
    expect(runner.state().provenAt).toBeUndefined();
  });

  test("stays through dead lines, strangers and refusals, and each is told as what it is", async () => {
    await device.save(change(1));
    world.answering = () => Promise.reject(new TypeError("no line"));
    const runner = run();
    await until(() => runner.state().engine.trouble?.why === "no_line");
    world.answering = portal;
    runner.look();
    await until(() => runner.state().engine.trouble?.why === "stranger");
    world.answering = () => problem(413, "too_large");
    runner.look();
    await until(() => runner.state().engine.trouble?.why === "refused");
    expect(runner.state().waiting).toBe(1);
    expect((await device.troubles()).map((trouble) => trouble.why)).toEqual(["refused", "stranger", "no_line"]);
    world.answering = (path, init) => office.answer(path, init);
    world.pass(HOUR);
    await until(() => runner.state().waiting === 0);
    expect(runner.state().engine.trouble).toBeUndefined();
  });

  test("is asked about no longer than something comes", async () => {
    await device.save(change(1));
    world.answering = () => new Promise(() => {});
    const runner = run();
    await until(() => answered("/sync") === 1);
    world.pass(60_000);
    await until(() => runner.state().engine.trouble?.why === "no_line");
    expect(runner.state().waiting).toBe(1);
  });
});

describe("when it comes again", () => {
  test("survives that the app is closed: a server that asked for quiet gets it", async () => {
    world.answering = () => problem(503, "unavailable", { "Retry-After": "600" });
    const before = run();
    await until(() => before.state().engine.trouble?.why === "busy");
    await settled(before);
    stops.pop()?.();
    const runner = run();
    await until(() => runner.state().engine.trouble?.why === "busy");
    expect(answered("/sync")).toBe(1);
    world.answering = (path, init) => office.answer(path, init);
    world.pass(HOUR);
    await until(() => runner.state().engine.lastWorked !== undefined);
  });

  test("is not years away because the clock was wrong for a while", async () => {
    world.time += 365 * 24 * HOUR;
    world.answering = () => problem(503, "unavailable");
    const runner = run();
    await until(() => runner.state().engine.trouble?.why === "busy");
    world.time -= 365 * 24 * HOUR;
    world.answering = (path, init) => office.answer(path, init);
    world.sign("looked");
    await until(() => runner.state().engine.lastWorked !== undefined);
  });

  test("is when the page comes to the front, or the server says that there is news", async () => {
    let tellNews = (_: string) => {};
    world.answering = (path, init) => {
      if (path !== "/api/v1/nudges") {
        return office.answer(path, init);
      }
      const stream = new ReadableStream<Uint8Array>({
        start(controller) {
          tellNews = (text) => controller.enqueue(new TextEncoder().encode(text));
        },
      });
      return new Response(stream, { headers: { "Content-Type": "text/event-stream" } });
    };
    const runner = run();
    await settled(runner);
    await until(() => answered("/nudges") === 1);
    await settled(runner);
    world.pass(2_000);
    // News that came before the stream was there reached nobody.
    await until(() => answered("/sync") === 2);
    await settled(runner);
    world.pass(2_000);
    tellNews(": keep-alive\n\neve");
    tellNews("nt: news\ndata: {}\n\n");
    await until(() => answered("/sync") === 3);
    await settled(runner);
    world.sign("hidden");
    world.sign("looked");
    await until(() => answered("/sync") === 4 && answered("/nudges") === 2);
  });

  test("is at once when somebody looked, or the line came back, while a request was dying", async () => {
    await device.keepPaper("line", { engine: { ...start, failures: 9 } });
    let breaks = () => {};
    world.answering = () => new Promise((_, reject) => (breaks = () => reject(new TypeError("no line"))));
    run();
    await until(() => answered("/sync") === 1);
    world.sign("looked");
    breaks();
    await new Promise((resolve) => setTimeout(resolve, 30));
    world.answering = (path, init) => office.answer(path, init);
    world.pass(1_000);
    await until(() => answered("/sync") === 2);
  });

  const signOut = async () => {
    const seen = await device.phone();
    expect(seen && (await device.forget(seen))).toBe(true);
  };

  test("is never while nobody is signed in, and at once when somebody is", async () => {
    await signOut();
    const runner = run();
    runner.look();
    world.pass(HOUR);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(world.asked).toEqual([]);
    await device.enrol(owner, "token");
    await until(() => answered("/sync") === 1);
    await settled(runner);
    await signOut();
    await until(() => runner.state().kept === 0);
    world.pass(HOUR);
    await settled(runner).catch(() => undefined);
    expect(answered("/sync")).toBe(1);
  });
});

describe("a device that is let in no more", () => {
  const anew = { ...owner, device: id(0xd02) };

  test("goes on at once when its owner enrolled it again, on every page, with all that was on it", async () => {
    await device.save(change(1));
    const shutOut = () => problem(401, "device_revoked");
    world.answering = shutOut;
    const [one, elsewhere] = [run(), new World()];
    elsewhere.answering = shutOut;
    const other = run(await page(), elsewhere);
    const areShutOut = () => [one, other].every((runner) => runner.state().engine.trouble?.why === "signed_out");
    await until(areShutOut);
    const said: (string | null)[] = [];
    for (const outside of [world, elsewhere]) {
      outside.answering = (path, init) => {
        said.push(new Headers(init.headers).get("Authorization"));
        return office.answer(path, init);
      };
    }
    await one.betweenSyncs(() => device.enrolAnew(anew, "another token"));
    await until(() => one.state().provenAt !== undefined && other.state().engine.trouble === undefined);
    expect(office.ledger).toEqual([change(1)]);
    expect(new Set(said)).toEqual(new Set(["Bearer another token"]));
  });
});

describe("the replica", () => {
  test("that differs is repaired by the index and pulled anew, without a word to anybody", async () => {
    office.records = [row(1, 5), row(2, 6)];
    office.hidden = new Set([id(2)]);
    const runner = run();
    await until(() => answered("/sync/index") === 1);
    office.hidden.clear();
    await until(() => office.requests.length >= 2 && !runner.state().engine.busy);
    await vi.waitFor(async () => expect(await device.rowsOfKind("diary")).toHaveLength(2));
    expect(runner.state().engine.trouble).toBeUndefined();
  });

  test("that cannot be repaired does not keep the phone busy for ever", async () => {
    office.records = [row(1, 5), row(2, 6)];
    office.hidden = new Set([id(2)]);
    const runner = run();
    await until(() => answered("/sync/index") === 3);
    await settled(runner);
    await until(() => !runner.state().engine.busy);
    expect(answered("/sync/index")).toBe(3);
    expect((await device.troubles())[0]).toMatchObject({ doing: "repair" });
  });
});

describe("the screen", () => {
  test("is told of a clock that is wrong, and when it is right again", async () => {
    office = new Office(() => world.time + HOUR);
    const runner = run();
    await until(() => runner.state().clockSkewMs !== undefined);
    expect(runner.state().clockSkewMs).toBe(HOUR);
    office = new Office(() => world.time);
    await settled(runner);
    runner.look();
    await until(() => runner.state().clockSkewMs === undefined);
  });

  test("knows after the app was opened again when the last sync worked", async () => {
    await device.save(change(1));
    const before = run();
    await until(() => before.state().provenAt !== undefined);
    await settled(before);
    const worked = before.state().engine.lastWorked;
    stops.pop()?.();
    world.answering = () => Promise.reject(new TypeError("no line"));
    world.pass(HOUR);
    const runner = run();
    await until(() => runner.state().engine.trouble !== undefined);
    expect(runner.state()).toMatchObject({ provenAt: before.state().provenAt, engine: { lastWorked: worked } });
  });

  test("is told that a full device could not store what came", async () => {
    const full = new DOMException("the disk is full", "QuotaExceededError");
    vi.spyOn(device, "receive").mockRejectedValueOnce(full);
    const runner = run();
    await until(() => runner.state().engine.trouble?.why === "storage");
    vi.restoreAllMocks();
    runner.look();
    await until(() => runner.state().engine.trouble === undefined && runner.state().engine.lastWorked !== undefined);
  });
});

describe("the ledger", () => {
  const golden = JSON.parse(readFileSync(new URL("fixtures/witness.json", import.meta.url), "utf8"));

  test("is witnessed: what was seen goes out with each request, and what does not follow is said", async () => {
    [office.checkpoint, office.key] = [golden.first, golden.key];
    const before = run();
    await settled(before);
    office.checkpoint = golden.grown;
    before.look();
    await until(() => office.requests.length === 2);
    await settled(before);
    expect(office.requests.map((request) => request.checkpoint)).toEqual([null, golden.first.note]);
    stops.pop()?.();

    const runner = run();
    await until(() => office.requests.length === 3);
    expect(office.requests[2]?.checkpoint).toBe(golden.grown.note);
    expect(runner.state().distrust).toBeUndefined();
    await settled(runner);
    office.checkpoint = { note: golden.further.note, consistency: [] };
    runner.look();
    await until(() => runner.state().distrust !== undefined);
    expect(runner.state().engine.trouble, "records go on").toBeUndefined();
    expect(await device.paper("witness")).toMatchObject({ note: golden.grown.note, against: golden.further.note });
  });
});

describe("two pages of one phone", () => {
  test("ask one after the other, and lose nothing that either saved", async () => {
    const other = await page();
    const worlds = ["one", "other"].map((holder, place) => {
      const on = place === 0 ? device : other;
      const outside = new World();
      outside.turns = new LeaseTurns(on.db, holder, () => Date.now(), (ms, run) => {
        const timer = setTimeout(run, Math.min(ms, 20));
        return () => clearTimeout(timer);
      });
      return outside;
    });
    let [underWay, most] = [0, 0];
    for (const outside of worlds) {
      outside.answering = async (path, init) => {
        if (path === "/api/v1/sync") {
          underWay += 1;
          most = Math.max(most, underWay);
          await new Promise((resolve) => setTimeout(resolve, 10));
          underWay -= 1;
        }
        return office.answer(path, init);
      };
    }
    const [one, two] = [run(device, worlds[0]), run(other, worlds[1])];
    await Promise.all([device.save(change(1)), other.save(change(2)), device.save(change(3))]);
    await until(() => office.ledger.length === 3);
    await until(() => one.state().waiting === 0 && two.state().waiting === 0);
    expect(most).toBe(1);
    expect(new Set(office.ledger.map((change) => change.id)).size).toBe(3);
  });
});

test("a large request is compressed", async () => {
  let encoding: string | null = null;
  world.answering = (path, init) => {
    encoding ??= path === "/api/v1/sync" ? new Headers(init.headers).get("Content-Encoding") : null;
    return office.answer(path, init);
  };
  await device.save(change(1));
  run();
  await until(() => office.ledger.length === 1);
  expect(encoding).toBe("gzip");
});
