/** What the office reads: shown as it was last given, asked anew when it may be another, never dropped by a broken line. */

import "fake-indexeddb/auto";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Device } from "../db/device.ts";
import { World } from "../testing/outside.ts";
import { Answers } from "./answers.ts";

let device: Device;
let world: World;
let answers: Answers;
let number = 0;

beforeEach(async () => {
  number += 1;
  device = await Device.open(`answers-${number}`);
  world = new World();
  answers = new Answers(device, world);
});
afterEach(() => device.close());

const json = (value: unknown, init: ResponseInit = {}) => new Response(JSON.stringify(value), { headers: { "Content-Type": "application/json" }, ...init });
const problem = (status: number, code: string) => json({ type: `urn:siteledger:problem:${code}`, status, detail: "不行", code }, { status });

/** Until something is so. */
async function until(is: () => boolean | Promise<boolean>): Promise<void> {
  for (let times = 0; times < 500; times += 1) {
    if (await is()) {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  throw new Error(`it did not come to: ${is}`);
}

const PATH = "/api/v1/desk";

describe("an answer", () => {
  test("is asked for by the session's cookie alone, and comes with its time", async () => {
    const asked: RequestInit[] = [];
    world.answering = (_, init) => (asked.push(init), json({ groups: [] }));
    answers.watch(PATH, () => undefined);
    await until(() => answers.look(PATH).state === "fresh");
    expect(answers.look(PATH)).toEqual({ state: "fresh", value: { groups: [] }, at: world.time });
    expect(asked[0]?.credentials).toBe("same-origin");
    expect(asked[0]?.headers).not.toHaveProperty("Authorization");
  });

  test("that was given before is there at once, also without a line, with the time of that", async () => {
    const given = world.time;
    world.answering = () => json({ groups: [1] });
    const leave = answers.watch(PATH, () => undefined);
    await until(async () => (await device.db.get("papers", `answer ${PATH}`)) !== undefined);
    leave();
    world.pass(60_000);
    world.answering = () => Promise.reject(new TypeError("no line"));
    answers.watch(PATH, () => undefined);
    await until(() => answers.look(PATH).state === "no_line");
    expect(answers.look(PATH)).toEqual({ state: "no_line", value: { groups: [1] }, at: given });
  });

  test("is not replaced by a portal's page, nor by a server that is busy", async () => {
    world.answering = () => json({ groups: [] });
    answers.watch(PATH, () => undefined);
    await until(() => answers.look(PATH).state === "fresh");
    for (const answer of [() => new Response("<html>请登录</html>", { status: 200 }), () => problem(503, "busy"), () => problem(429, "too_many")]) {
      world.answering = answer;
      answers.again(PATH);
      await until(() => answers.look(PATH).state === "no_line");
      expect(answers.look(PATH).value).toEqual({ groups: [] });
      world.answering = () => json({ groups: [] });
      answers.again(PATH);
      await until(() => answers.look(PATH).state === "fresh");
    }
  });

  test("that is not one's own any more goes; while one is signed out it stays until one is back", async () => {
    world.answering = () => json({ groups: [] });
    answers.watch(PATH, () => undefined);
    await until(() => answers.look(PATH).state === "fresh");
    world.answering = () => problem(401, "signed_out");
    answers.again(PATH);
    await until(() => answers.isSignedOut());
    expect(answers.look(PATH)).toMatchObject({ state: "refused", value: { groups: [] } });
    world.answering = () => problem(404, "not_found");
    answers.signedIn();
    world.pass(2_000);
    await until(() => answers.look(PATH).problem?.status === 404);
    expect(answers.look(PATH).value).toBeUndefined();
    expect(answers.isSignedOut()).toBe(false);
  });

  test("is asked anew once for all news that come together", async () => {
    world.answering = () => json({ groups: [] });
    answers.watch(PATH, () => undefined);
    await until(() => answers.look(PATH).state === "fresh");
    world.asked.length = 0;
    answers.news();
    answers.news();
    world.sign("looked");
    expect(world.asked).toEqual([]);
    world.pass(2_000);
    await until(() => world.asked.length === 1 && world.underWay === 0);
    expect(world.asked).toEqual([`GET ${PATH}`]);
  });

  test("that nobody watches any more is not asked for", async () => {
    world.answering = () => json({ groups: [] });
    const leave = answers.watch(PATH, () => undefined);
    await until(() => answers.look(PATH).state === "fresh");
    leave();
    world.asked.length = 0;
    answers.news();
    world.pass(2_000);
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(world.asked).toEqual([]);
  });

  test("whose server says that it is the same does not travel again", async () => {
    const etags: (string | undefined)[] = [];
    world.answering = (_, init) => {
      etags.push((init.headers as Record<string, string>)["If-None-Match"]);
      return etags.length === 1 ? json({ schools: [] }, { headers: { ETag: 'W/"1"' } }) : new Response(null, { status: 304 });
    };
    answers.watch(PATH, () => undefined);
    await until(() => answers.look(PATH).state === "fresh");
    world.pass(1_000);
    answers.again(PATH);
    await until(() => answers.look(PATH).at === world.time);
    expect(answers.look(PATH)).toEqual({ state: "fresh", value: { schools: [] }, at: world.time });
    expect(etags).toEqual([undefined, 'W/"1"']);
  });

  test("is kept with two hundred others at most, the oldest going first", async () => {
    world.answering = (path) => json({ path });
    for (let place = 0; place <= 200; place += 1) {
      world.pass(1_000);
      const path = `/api/v1/records/${place}`;
      const leave = answers.watch(path, () => undefined);
      await until(async () => (await device.db.get("papers", `answer ${path}`)) !== undefined);
      leave();
    }
    await until(async () => (await device.db.get("papers", "answer /api/v1/records/0")) === undefined);
    expect(await device.db.get("papers", "answer /api/v1/records/200")).toBeDefined();
    expect(await device.db.get("papers", "answer /api/v1/records/150")).toBeDefined();
  });
});

describe("what is asked once", () => {
  test("comes with the server's own words where it says no", async () => {
    world.answering = () => problem(422, "reason_needed");
    expect(await answers.once({ method: "POST", path: "/api/v1/held/1/refuse", body: {} })).toMatchObject({ kind: "refused", problem: { status: 422, detail: "不行" } });
    world.answering = () => new Response(null, { status: 204 });
    expect(await answers.once({ method: "DELETE", path: "/api/v1/session" })).toEqual({ kind: "answer", value: {} });
    world.answering = () => new Response("<html>", { status: 200 });
    expect(await answers.once({ method: "GET", path: "/api/v1/me" })).toEqual({ kind: "no_line" });
  });
});
