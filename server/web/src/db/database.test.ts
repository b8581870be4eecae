/** The tables of the device: taken over from an older version, written little, opened again when the browser closed them. */

import { forceCloseDatabase } from "fake-indexeddb";
import "fake-indexeddb/auto";
import { openDB } from "idb";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ScopeDigest } from "../protocol/digest.ts";
import type { Change } from "../protocol/wire.ts";
import { newPhone } from "../sync/phone.ts";
import { id } from "../field/form/testing.ts";
import { Device, Hand } from "./device.ts";
import { isTooNew } from "./database.ts";
import { GENERATION, type Shot, VERSION } from "./tables.ts";

const NOW = "2026-03-02T17:45:10+08:00";
const owner = { user: id(0xb01), name: "演示 李老师", device: id(0xd01) };
const pages: Device[] = [];
let database = 0;

/** A page of the app: all pages of a test share one database. */
async function page(): Promise<Device> {
  const device = await Device.open(`database-${database}`);
  pages.push(device);
  return device;
}

function change(number: number): Change {
  const edits = [{ field: "remarks", value: `第${number}条`, replaces: [] }];
  return { id: id(number), record: id(0xff), kind: "diary", made_at: NOW, edits };
}

beforeEach(async () => {
  database += 1;
  const device = await Device.open(`database-${database}`);
  await device.enrol(owner, "token");
  device.close();
});

afterEach(() => {
  pages.splice(0).forEach((device) => device.close());
});

describe("the tables", () => {
  test("of the first version are taken over with all that stands in them, photos in the order of saving", async () => {
    database += 1;
    const [first, second] = ["fe".repeat(32), "01".repeat(32)];
    const photo = { length: 3, filename: "a.jpg", filetype: "image/jpeg", acknowledged: 1, atOffice: false, settled: false };
    const phone = { ...newPhone(owner), photos: { [first]: photo, [second]: { ...photo, upload: "/api/v1/uploads/7" } } };
    const before = await openDB(`database-${database}`, 1, {
      upgrade(db) {
        for (const name of ["device", "album", "papers", "leases"]) {
          db.createObjectStore(name);
        }
        db.createObjectStore("rows", { keyPath: "id" }).createIndex("kind", "kind");
        db.createObjectStore("roll", { keyPath: "sha256" });
        db.createObjectStore("drafts", { keyPath: "id" });
        db.createObjectStore("troubles", { autoIncrement: true });
      },
    });
    await before.put("device", { phone: { ...phone, outbox: { ...phone.outbox, waiting: [change(1)] } }, token: "old", digest: new ScopeDigest().wire() }, "it");
    await before.put("drafts", { id: "diary/1", kind: "diary", fields: { remarks: "半句" }, touchedAt: NOW });
    before.close();
    const device = await page();
    expect(await device.token()).toBe("old");
    expect((await device.phone())?.outbox.waiting).toEqual([change(1)]);
    expect(Object.entries((await device.phone())?.photos ?? {})).toEqual(Object.entries(phone.photos));
    const [draft] = await device.drafts.all();
    const hand = new Hand();
    hand.saw(draft);
    expect(await device.drafts.keep({ ...draft!, fields: { remarks: "一句" } }, hand)).toBe(true);
  });

  test("note the progress of a photo in a row of its own: neither the outbox is written again nor a book reopened", async () => {
    const device = await page();
    const hash = "ab".repeat(32);
    const shot: Shot = { sha256: hash, filename: "柱筋.jpg", shotAt: NOW, source: "camera", keepOriginal: false, drafts: [] };
    await device.album.shoot(shot, new Blob(["abc"], { type: "image/jpeg" }));
    await device.save({ ...change(1), edits: [{ field: "photos", value: { sha256: hash }, replaces: [] }] });
    const told: string[] = [];
    device.watch(({ tables }) => told.push(...tables));
    const put = vi.spyOn(IDBObjectStore.prototype, "put");
    await device.album.told(hash, (photo) => ({ ...photo, acknowledged: 2 }));
    const written = put.mock.contexts.map((table) => (table as IDBObjectStore).name);
    put.mockRestore();
    expect([written, told]).toEqual([["photos"], ["photos"]]);
    expect((await device.phone())?.photos[hash]?.acknowledged).toBe(2);
  });

  test("that the browser closed are opened again by whoever needs them next, and nothing is lost", async () => {
    const opening = vi.spyOn(indexedDB, "open");
    const device = await page();
    const connection = (opening.mock.results[0]?.value as IDBOpenDBRequest).result;
    opening.mockRestore();
    await device.save(change(1));
    const opened = vi.spyOn(indexedDB, "open");
    forceCloseDatabase(connection as never);
    await Promise.all([device.save(change(2)), device.drafts.keep({ id: "diary/1", kind: "diary", fields: {}, touchedAt: NOW }, new Hand())]);
    expect((await device.phone())?.outbox.waiting.map(({ id }) => id)).toEqual([id(1), id(2)]);
    expect(await device.drafts.all()).toHaveLength(1);
    expect(opened, "once for all who wait").toHaveBeenCalledTimes(1);
    opened.mockRestore();
    expect(device.db.state()).toBe("open");
  });

  test("that a newer version only added to are worked on as they are, also when that version was taken back", async () => {
    const before = await page();
    await before.save(change(1));
    const newer = await openDB(`database-${database}`, VERSION + 7, {
      upgrade: (db) => {
        db.createObjectStore("novelties").put("kept", "it");
      },
    });
    await before.save(change(2));
    expect(before.db.state()).toBe("open");
    const device = await page();
    await device.save(change(3));
    expect((await device.phone())?.outbox.waiting.map(({ id }) => id)).toEqual([id(1), id(2), id(3)]);
    expect(await newer.get("novelties", "it")).toBe("kept");
    newer.close();
  });

  test("of another generation are left alone, and it is told that this version is too old for them", async () => {
    const newer = await openDB(`database-${database}`, GENERATION);
    newer.close();
    const opening = page();
    await expect(opening).rejects.toSatisfy(isTooNew);
    const still = await openDB(`database-${database}`);
    expect([still.version, [...still.objectStoreNames].includes("device")]).toEqual([GENERATION, true]);
    still.close();
  });

  test("that a newer version of the app has changed are told, and so are those that cannot be opened", async () => {
    const device = await page();
    const told: string[] = [];
    device.db.watch(() => told.push(device.db.state()));
    const newer = await openDB(`database-${database}`, GENERATION + 1);
    await expect.poll(() => told).toEqual(["outdated"]);
    await expect(device.save(change(1))).rejects.toThrow();
    newer.close();
    const open = vi.spyOn(indexedDB, "open").mockImplementation(() => {
      throw new DOMException("no room", "UnknownError");
    });
    await expect(device.save(change(1))).rejects.toThrow();
    open.mockRestore();
    expect(device.db.state()).toBe("closed");
  });
});
