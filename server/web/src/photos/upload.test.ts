/** Photos over lines that break: what travels, how often, and what the phone knows meanwhile. */

import "fake-indexeddb/auto";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Device } from "../db/device.ts";
import type { Sha256 } from "../protocol/wire.ts";
import { Runner } from "../sync/runner.ts";
import { Unanswered } from "../sync/broken.ts";
import type { Photo } from "../sync/phone.ts";
import { Office } from "../testing/office.ts";
import { World } from "../testing/outside.ts";
import { TusOffice, refusalBody } from "../testing/tus.ts";
import { sentAgain } from "./fate.ts";
import { hashOf } from "./hash.ts";
import { LARGEST_PIECE, SMALLEST_PIECE, afterFailure, afterPiece } from "./pieces.ts";
import { type Sending, sendPhotos } from "./upload.ts";

const NOW = "2026-03-02T17:45:10+08:00";
const KIB = 1024;
let database = 0;
let world = new World();
let office = new TusOffice();
let device: Device;

/** A picture of so many bytes in a saved diary. */
async function saved(kib: number, seed = 1): Promise<Sha256> {
  const bytes = Uint8Array.from({ length: kib * KIB }, (_, place) => (place * seed) % 251);
  const picture = new Blob([bytes], { type: "image/jpeg" });
  const sha256 = await hashOf(picture);
  await device.album.shoot(
    { sha256, filename: "柱筋.jpg", shotAt: NOW, source: "camera", keepOriginal: false, drafts: [] },
    picture,
  );
  const edits = [{ field: "photos", value: { sha256 }, replaces: [] }];
  const id = `0198c9a4-0000-7000-8000-00000000000${seed}`;
  await device.save({ id, record: id, kind: "diary", made_at: NOW, edits });
  return sha256;
}

const sending: Sending = { quiet: () => Promise.resolve(), told: () => {}, isOver: () => false };

/** Sends; time passes only while nothing is under way. */
async function send(how: Partial<Sending> = {}) {
  const sent = sendPhotos(device, world, "token", { ...sending, ...how });
  let isOver = false;
  void sent.finally(() => (isOver = true));
  while (!isOver) {
    await new Promise((resolve) => setTimeout(resolve, 1));
    world.pass(office.underWay === 0 ? 1_000 : 0);
  }
  return sent;
}

async function photo(hash: Sha256): Promise<Photo | undefined> {
  return (await device.phone())?.photos[hash];
}

function patches(): string[] {
  return office.asked.filter((asked) => asked.startsWith("PATCH")).map((asked) => asked.split(" ")[2] ?? "");
}

beforeEach(async () => {
  database += 1;
  [world, office] = [new World(), new TusOffice()];
  world.photoLine = office;
  device = await Device.open(`upload-${database}`);
  await device.enrol({ user: "u", name: "演示 李老师", device: "d" }, "token");
});

afterEach(() => device.close());

describe("pieces", () => {
  test("grow on a quick line, stay on a slow one, and are halved when they were cut or took long", () => {
    expect([0, 3_000].map((took) => afterPiece(64 * KIB, took))).toEqual([128 * KIB, 128 * KIB]);
    expect(afterPiece(64 * KIB, 10_000)).toBe(64 * KIB);
    expect(afterPiece(64 * KIB, 20_000)).toBe(32 * KIB);
    expect(afterFailure(SMALLEST_PIECE)).toBe(SMALLEST_PIECE);
    expect(afterPiece(LARGEST_PIECE, 0)).toBe(LARGEST_PIECE);
  });
});

describe("a photo", () => {
  test("travels in pieces that grow, and is at the office when the server has all of it", async () => {
    const hash = await saved(200);
    expect(await send()).toEqual({ photos: 1, bytes: 200 * KIB });
    expect(patches()).toEqual(["0+32768", "32768+65536", "98304+106496"]);
    expect(office.photos.has(hash)).toBe(true);
    expect(await photo(hash)).toMatchObject({ atOffice: true, acknowledged: 200 * KIB });
  });

  test("that is cut goes on from what the server has, whatever the phone thinks, in smaller pieces", async () => {
    await saved(200);
    let cuts = 0;
    office.line = (method) => (method === "PATCH" && (cuts += 1) === 2 ? { after: 1_000 } : undefined);
    expect(await send()).toMatchObject({ photos: 1 });
    expect(office.asked.map((asked) => asked.split(" ")[0])).toEqual(["POST", "PATCH", "PATCH", "HEAD", "PATCH", "PATCH", "PATCH"]);
    expect(patches().slice(1, 3)).toEqual(["32768+65536", "33768+32768"]);
  });

  test("of which more came than was said goes on from there at once, in smaller pieces", async () => {
    await saved(200);
    let [pieces, questions] = [0, 0];
    office.line = (method) => {
      const [upload] = office.uploads.values();
      if (method === "HEAD" && upload !== undefined && (questions += 1) === 1) {
        // What was on a line that was cut comes in after the question.
        queueMicrotask(() => (upload.bytes = Uint8Array.from([...upload.bytes, ...original.subarray(upload.bytes.length, upload.bytes.length + 100)])));
      }
      return method === "PATCH" && (pieces += 1) === 2 ? { after: 1_000 } : undefined;
    };
    const [hash = ""] = Object.keys((await device.phone())?.photos ?? {});
    const original = new Uint8Array((await (await device.album.bytes(hash))?.arrayBuffer()) ?? new ArrayBuffer(0));
    expect(await send()).toMatchObject({ photos: 1 });
    expect(questions).toBe(2);
    expect(patches()).toEqual(["0+32768", "32768+65536", "33768+32768", "33868+32768", "66636+65536", "132172+72628"]);
  });

  test("goes on after the app was killed, by the upload that it had", async () => {
    const hash = await saved(200);
    let pieces = 0;
    await send({ isOver: () => (pieces += 1) > 1 });
    expect(await photo(hash)).toMatchObject({ upload: "/api/v1/uploads/1", atOffice: false });
    device.close();
    device = await Device.open(`upload-${database}`);
    await send();
    expect(office.uploads.size).toBe(1);
    expect(await photo(hash)).toMatchObject({ atOffice: true });
  });

  test("whose owner is signed out keeps its upload", async () => {
    const hash = await saved(200);
    let pieces = 0;
    await send({ isOver: () => (pieces += 1) > 1 });
    office.line = () => ({ status: 401 });
    const { broke } = await send();
    expect(broke instanceof Unanswered && broke.came).toMatchObject({ kind: "refused", status: 401 });
    expect((await photo(hash))?.upload).toBe("/api/v1/uploads/1");
    office.line = () => undefined;
    await send();
    expect(office.uploads.size).toBe(1);
  });

  test("whose upload the server forgot, or whose bytes were bent on the way, is begun anew", async () => {
    const hash = await saved(100);
    let pieces = 0;
    await send({ isOver: () => (pieces += 1) > 1 });
    office.uploads.clear();
    let bends = 0;
    office.line = (method) => (method === "PATCH" && (bends += 1) === 1 ? { status: 460, body: refusalBody(460, "hash_mismatch") } : undefined);
    expect(await send()).toMatchObject({ photos: 1 });
    expect(await photo(hash)).toMatchObject({ atOffice: true });
  });

  test("that the office will not have says why, and keeps no other waiting", async () => {
    const [first, second] = [await saved(40, 1), await saved(40, 2)];
    let began = 0;
    office.line = (method) =>
      method === "POST" && (began += 1) === 1 ? { status: 415, body: refusalBody(415, "not_a_photo") } : undefined;
    expect(await send()).toMatchObject({ photos: 1 });
    const states = [await photo(first), await photo(second)];
    expect(states.filter((state) => state?.refused === "不行：not_a_photo")).toHaveLength(1);
    expect(states.filter((state) => state?.atOffice)).toHaveLength(1);
  });

  test("that was damaged on the device says so after some tries, and not for ever", async () => {
    const hash = await saved(40);
    await device.db.put("album", { bytes: new ArrayBuffer(40 * KIB), type: "image/jpeg" }, hash);
    expect(await send()).toMatchObject({ photos: 0 });
    expect(await photo(hash)).toMatchObject({ fault: "damaged", atOffice: false });
  });

  test("that the office will not have goes out again when its owner says so, and not before", async () => {
    const hash = await saved(40);
    let refuses = true;
    office.line = () => (refuses ? { status: 415, body: refusalBody(415, "wrong_type") } : undefined);
    await send();
    refuses = false;
    expect(await send()).toMatchObject({ photos: 0 });
    expect(await photo(hash)).toMatchObject({ refused: "不行：wrong_type" });
    await device.album.told(hash, sentAgain);
    expect(await send()).toMatchObject({ photos: 1 });
    expect((await photo(hash))?.refused).toBeUndefined();
  });

  test("that the office has already costs no byte", async () => {
    const hash = await saved(200);
    office.photos.set(hash, new Uint8Array(200 * KIB));
    expect(await send()).toMatchObject({ photos: 1, bytes: 0 });
    expect(patches()).toEqual([]);
    expect(await photo(hash)).toMatchObject({ atOffice: true });
  });

  test("is no photo of a captive portal, which gives no word of the server", async () => {
    const hash = await saved(40);
    for (const line of [{ status: 200, body: "<html>" }, { status: 404, body: "<html>" }]) {
      office.line = () => line;
      const { broke } = await send();
      expect(broke instanceof Unanswered && broke.came).toEqual({ kind: "stranger" });
    }
    expect(await photo(hash)).toMatchObject({ atOffice: false, acknowledged: 0 });
  });

  test("on a line that went silent is given up by what moves, not by how long it takes", async () => {
    await saved(40);
    let silent = 0;
    office.line = (method) => (method === "PATCH" && (silent += 1) === 1 ? { after: 10_000, silent: true } : undefined);
    const began = world.time;
    expect(await send()).toMatchObject({ photos: 1 });
    expect(world.time - began).toBeGreaterThanOrEqual(60_000);
    expect(patches()[1]).toMatch(/^10000\+/);
  });
});

describe("between records and photos", () => {
  test("records go first, and photos wait where data is to be saved until the owner says so", async () => {
    const records = new Office(() => world.time);
    records.photos = office.photos;
    world.answering = (path, init) => records.answer(path, init);
    world.saving = true;
    await saved(200);
    const runner = new Runner(device, world);
    const stop = runner.start();
    await vi.waitFor(() => expect(runner.state()).toMatchObject({ waiting: 0, kept: 1, saveData: true }));
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(office.asked).toEqual([]);
    runner.sendPhotos();
    await vi.waitFor(() => expect(runner.state().photos).toMatchObject({ total: 1, atOffice: 1, bytesSent: 200 * KIB }));
    await vi.waitFor(() => expect(runner.state().provenAt).toBeDefined());
    expect(runner.state().saveData).toBe(false);
    stop();
  });

  test("a photo that fails comes again by itself, after a sync that shows that there is a line", { timeout: 10_000 }, async () => {
    const records = new Office(() => world.time);
    records.photos = office.photos;
    world.answering = (path, init) => records.answer(path, init);
    await saved(200);
    let isDead = true;
    office.line = () => (isDead ? { after: 0 } : undefined);
    const runner = new Runner(device, world);
    const stop = runner.start();
    runner.watch(() => {
      // As soon as the screen says that there is no line, there is one.
      isDead &&= runner.state().engine.trouble?.why !== "no_line";
    });
    const passing = setInterval(() => world.pass(world.underWay + office.underWay === 0 ? 500 : 0), 2);
    await vi.waitFor(() => expect(isDead).toBe(false), 4_000);
    await vi.waitFor(() => expect(runner.state().photos.atOffice).toBe(1), 4_000);
    clearInterval(passing);
    stop();
  });
});
