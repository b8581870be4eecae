/** What is carried by hand: nothing is left out, and a stranger's reader finds it whole. */

import "fake-indexeddb/auto";
import { readFileSync } from "node:fs";
import { unzipSync } from "fflate";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Device } from "../db/device.ts";
import { hashOf } from "../photos/hash.ts";
import type { Change, SyncResponse } from "../protocol/wire.ts";
import { json, portal, problem } from "../testing/office.ts";
import { World } from "../testing/outside.ts";
import { type Made, type Room, bundles, carry, isExported, noteExported, sealed } from "./bundle.ts";

const NOW = new Date("2026-03-02T09:45:10Z");
const SMALL: Room = { changes: 2, changeBytes: 1 << 20, photos: 1, photoBytes: 1 << 20 };
const text = (bytes: Uint8Array | undefined) => new TextDecoder().decode(bytes);
let database = 0;
let device: Device;

function id(number: number): string {
  return `0198c9a4-0000-7000-8000-${number.toString(16).padStart(12, "0")}`;
}

/** A diary with a photo in it. */
async function write(number: number): Promise<Change> {
  const picture = new Blob([`photo ${number}`], { type: "image/jpeg" });
  const sha256 = await hashOf(picture);
  const at = "2026-03-02T17:45:10+08:00";
  await device.album.shoot(
    { sha256, filename: "柱筋.jpg", shotAt: at, source: "camera", keepOriginal: false, drafts: [] },
    picture,
  );
  const edits = [{ field: "photos", value: { sha256, caption: "柱筋" }, replaces: [] }];
  const change = { id: id(number), record: id(0xff), kind: "diary", made_at: at, edits };
  await device.save(change);
  return change;
}

async function answered(changes: Change[], parts: Partial<SyncResponse>): Promise<void> {
  const nothing = { records: [], gone: [], photos_missing: [], more: false, resync: false };
  await device.receive(new Set(changes.map((change) => change.id)), {
    protocol: 1, server_time: "", ...nothing, outcomes: [], cursor: "here", settled: 0, ticket: null, ...parts,
  });
}

async function all(room?: Room): Promise<Made[]> {
  const made: Made[] = [];
  for await (const bundle of bundles(device, NOW, room)) {
    made.push(bundle);
  }
  return made;
}

async function opened({ file }: Made): Promise<Record<string, Uint8Array>> {
  return unzipSync(new Uint8Array(await file.arrayBuffer()));
}

beforeEach(async () => {
  database += 1;
  device = await Device.open(`bundle-${database}`);
  await device.enrol({ user: id(0xb01), name: "演示 李老师", device: id(0xd01) }, "token");
});

afterEach(() => device.close());

describe("a bundle", () => {
  test("is sealed as the protocol's golden file says", () => {
    const golden = JSON.parse(
      readFileSync(new URL("../../../../sync-protocol/vectors/bytes/bundle.json", import.meta.url), "utf8"),
    ) as { manifest: object; token: string; seal: string };
    expect(JSON.parse(sealed(golden.manifest, golden.token))).toEqual({ ...golden.manifest, seal: golden.seal });
  });

  test("holds all that is not safe, and nothing that is decided or in a backup", async () => {
    const [settled, kept, refused, held] = [await write(1), await write(2), await write(3), await write(4)];
    const why = { outcome: "held", code: "not_permitted", message: "没有权限" } as const;
    await answered([settled, kept, refused, held], {
      outcomes: [
        { change: settled.id, outcome: "accepted", seq: 1, conflicts: [] },
        { change: kept.id, outcome: "accepted", seq: 2, conflicts: [] },
        { change: refused.id, ...why, refused: "不属实" },
        { change: held.id, ...why },
      ],
      settled: 1,
    });
    const waiting = await write(5);
    const [there] = Object.keys((await device.phone())?.photos ?? {});
    await device.album.told(there ?? "", (photo) => ({ ...photo, atOffice: true }));
    const [made, ...more] = await all();
    expect(more).toEqual([]);
    const entries = await opened(made as Made);
    expect(Object.keys(entries).slice(0, 2)).toEqual(["manifest.json", "changes.ndjson"]);
    const lines = text(entries["changes.ndjson"]).trimEnd().split("\n").map((line) => JSON.parse(line) as Change);
    expect(lines).toEqual([kept, held, waiting]);
    const photos = Object.entries(entries).slice(2);
    expect(photos).toHaveLength(4);
    for (const [name, bytes] of photos) {
      expect(name).toBe(`photos/${await hashOf(new Blob([Uint8Array.from(bytes)]))}`);
      expect(name).not.toContain(there);
    }
    expect(JSON.parse(text(entries["manifest.json"]))).toMatchObject({ device: id(0xd01), cursor: "here", changes: { count: 3 } });
    expect(made?.name).toMatch(/^演示 李老师-\d{8}T\d{4}\.slbundle$/);
  });

  test("can be read from its beginning: each entry tells its lengths itself", async () => {
    await write(1);
    const [made] = await all();
    const bytes = new DataView((await made?.file.arrayBuffer()) ?? new ArrayBuffer(0));
    let [at, entries] = [0, 0];
    for (; bytes.getUint32(at) === 0x504b0304; entries += 1) {
      expect(bytes.getUint16(at + 6, true) & 8, "no lengths behind the data").toBe(0);
      at += 30 + bytes.getUint16(at + 26, true) + bytes.getUint16(at + 28, true) + bytes.getUint32(at + 18, true);
    }
    expect([entries, bytes.getUint32(at)]).toEqual([3, 0x504b0102]);
  });

  test("that would be too large is several, of which each stands for itself", async () => {
    for (const number of [1, 2, 3, 4, 5]) {
      await write(number);
    }
    const made = await all(SMALL);
    expect(made.map((bundle) => [bundle.changes.length, bundle.photos.length])).toEqual([
      [2, 1], [2, 1], [1, 1], [0, 1], [0, 1],
    ]);
    for (const bundle of made) {
      expect(Object.keys(await opened(bundle))).toHaveLength(2 + bundle.photos.length);
    }
  });

  test("that was handed over makes the device free to go, until something is written again", async () => {
    expect(await all()).toEqual([]);
    expect(await isExported(device)).toBe(true);
    await write(1);
    expect(await isExported(device)).toBe(false);
    const [made] = await all();
    await noteExported(device, made as Made);
    expect(await isExported(device)).toBe(true);
    await write(2);
    expect(await isExported(device)).toBe(false);
  });
});

describe("who carries a bundle", () => {
  test("is told what the office did with it, or why not", async () => {
    const world = new World();
    const carried = { protocol: 1, by_name: "演示 李老师", outcomes: [], photos: [], complete: true };
    world.answering = () => json(carried);
    expect(await carry(world, "token", new Blob(["PK"]))).toEqual(carried);
    world.answering = () => problem(422, "bundle_seal");
    await expect(carry(world, "token", new Blob(["PK"]))).rejects.toMatchObject({ came: { code: "bundle_seal" } });
    world.answering = portal;
    await expect(carry(world, "token", new Blob(["PK"]))).rejects.toMatchObject({ came: { kind: "stranger" } });
  });
});
