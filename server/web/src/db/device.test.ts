/** What is on the device after pages were closed, opened twice, and torn down in between. */

import "fake-indexeddb/auto";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ScopeDigest } from "../protocol/digest.ts";
import type { Change, Outcome, Snapshot, SyncResponse, Uuid } from "../protocol/wire.ts";
import { type Photo, nextRequest } from "../sync/phone.ts";
import { Device, NotEnrolled } from "./device.ts";

const NOW = "2026-03-02T17:45:10+08:00";
const ALL = { changes: 100, bytes: 1 << 20, askAfterHeld: true };
const owner = { user: id(0xb01), name: "演示 李老师", device: id(0xd01) };
const pages: Device[] = [];
let database = 0;

function id(number: number): Uuid {
  return `0198c9a4-0000-7000-8000-${number.toString(16).padStart(12, "0")}`;
}

/** A page of the app: all pages of a test share one database. */
async function page(): Promise<Device> {
  const device = await Device.open(`test-${database}`);
  pages.push(device);
  return device;
}

function change(number: number): Change {
  const edits = [{ field: "remarks", value: `第${number}条`, replaces: [] }];
  return { id: id(number), record: id(0xff), kind: "diary", made_at: NOW, edits };
}

function row(record: number, seq: number): Snapshot {
  return { id: id(record), kind: "diary", seq, school: null, project: id(0xaa), fields: {} };
}

function digestOf(...rows: Snapshot[]) {
  const digest = new ScopeDigest();
  for (const row of rows) {
    digest.add(row.id, row.seq);
  }
  return digest.wire();
}

function answer(parts: Partial<SyncResponse>): SyncResponse {
  const nothing = { outcomes: [], records: [], gone: [], photos_missing: [], more: false, resync: false };
  return { protocol: 1, server_time: "", ...nothing, cursor: "c", settled: 0, ticket: "t", ...parts };
}

async function round(device: Device, parts: Partial<SyncResponse>) {
  const phone = await device.phone();
  const carries = phone === undefined ? new Set<Uuid>() : nextRequest(phone, NOW, ALL).carries;
  return device.receive(carries, answer(parts));
}

beforeEach(async () => {
  database += 1;
  await (await page()).enrol(owner, "token");
});

afterEach(() => {
  pages.splice(0).forEach((device) => device.close());
});

describe("the device", () => {
  test("remembers what was saved when the page is opened again", async () => {
    await (await page()).save(change(1));
    expect((await (await page()).phone())?.outbox.waiting).toEqual([change(1)]);
  });

  test("keeps what two pages save at once, and what one saves while the other receives", async () => {
    const [one, other] = [await page(), await page()];
    await Promise.all([one.save(change(1)), other.save(change(2)), one.save(change(3))]);
    const accepted: Outcome = { change: id(1), outcome: "accepted", seq: 1, conflicts: [] };
    await Promise.all([round(one, { outcomes: [accepted] }), other.save(change(4))]);
    const outbox = (await one.phone())?.outbox;
    expect(outbox?.kept.map((kept) => kept.change.id)).toEqual([id(1)]);
    expect(outbox?.waiting.map((change) => change.id).sort()).toEqual([id(2), id(3), id(4)]);
  });

  test("is nobody's before it is enrolled, and nobody else's after", async () => {
    database += 1;
    const device = await page();
    await expect(device.save(change(1))).rejects.toThrow(NotEnrolled);
    expect(await device.phone()).toBeUndefined();
    await device.enrol(owner, "token");
    await device.save(change(1));
    await expect(device.enrol({ ...owner, device: id(0xd02) }, "other")).rejects.toThrow();
    expect((await device.phone())?.outbox.waiting).toEqual([change(1)]);
    expect(await device.token()).toBe("token");
  });
});

describe("the replica", () => {
  test("has the digest that the server has of the same rows", async () => {
    const device = await page();
    const rows = [row(1, 5), row(2, 6)];
    expect((await round(device, { records: rows, digest: digestOf(...rows) })).differs).toBe(false);
    const moved = { records: [row(1, 9)], gone: [id(2)], digest: digestOf(row(1, 9)) };
    expect((await round(device, moved)).differs).toBe(false);
    expect((await round(device, { digest: digestOf(row(1, 9), row(3, 1)) })).differs).toBe(true);
    expect(await device.rowsOfProject(id(0xaa))).toEqual([row(1, 9)]);
  });

  test("is repaired by the index, then has what the server has", async () => {
    const device = await page();
    await round(device, { records: [row(1, 5), row(2, 6)] });
    await device.repair({ records: [[id(1), 7]], digest: digestOf(row(1, 7)) });
    expect(await device.rowsOfKind("diary")).toEqual([row(1, 5)]);
    const again = await round(device, { records: [row(1, 7)], digest: digestOf(row(1, 7)) });
    expect(again.differs).toBe(false);
  });

  test("after a resync has what was sent, and nothing else", async () => {
    const device = await page();
    await round(device, { records: [row(1, 5), row(2, 6)] });
    await round(device, { resync: true });
    expect(await device.rowsOfKind("diary")).toHaveLength(2);
    await round(device, { records: [row(3, 1)], more: true });
    const last = await round(device, { records: [row(1, 2)], digest: digestOf(row(1, 2), row(3, 1)) });
    expect(last.differs).toBe(false);
    expect(await device.row(id(2))).toBeUndefined();
  });
});

describe("photos and drafts", () => {
  const hash = "ab".repeat(32);
  const photo: Photo = {
    length: 3,
    filename: "柱筋.jpg",
    filetype: "image/jpeg",
    acknowledged: 0,
    atOffice: false,
    settled: false,
  };

  test("a photo stays until a backup has it", async () => {
    const device = await page();
    await device.keepPhoto(hash, new Blob(["abc"]), photo);
    expect(await device.makeRoom()).toBe(0);
    expect(await device.photoBytes(hash)).toBeDefined();
    const unsettled = { changes: [], photos: [] };
    expect(await device.receiveHave({ changes: [], photos: [], unsettled })).toBe(true);
    expect(await device.makeRoom()).toBe(1);
    expect(await device.photoBytes(hash)).toBeUndefined();
    expect((await device.phone())?.photos).toEqual({});
  });

  test("the same photo taken again is not begun anew", async () => {
    const device = await page();
    await device.keepPhoto(hash, new Blob(["abc"]), { ...photo, atOffice: true });
    await device.keepPhoto(hash, new Blob(["abc"]), photo);
    expect((await device.phone())?.photos[hash]?.atOffice).toBe(true);
  });

  test("a draft goes away with the change that was made of it, and with nothing else", async () => {
    const device = await page();
    const draft = { id: "diary/2026-03-02", kind: "diary", fields: { remarks: "半句" }, touchedAt: NOW };
    await device.keepDraft(draft);
    await device.save(change(1));
    expect(await (await page()).drafts()).toEqual([draft]);
    await device.save(change(2), draft.id);
    expect(await device.draft(draft.id)).toBeUndefined();
  });
});
