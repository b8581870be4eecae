/** What is on the device after pages were closed, opened twice, and torn down in between. */

import "fake-indexeddb/auto";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ScopeDigest } from "../protocol/digest.ts";
import type { Change, Outcome, Snapshot, SyncResponse, Uuid } from "../protocol/wire.ts";
import { nextRequest } from "../sync/phone.ts";
import { Device, type From, Hand, NotEnrolled, PicturesLost, WrittenElsewhere } from "./device.ts";
import type { Shot } from "./tables.ts";

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

describe("the device that its owner enrols anew", () => {
  const anew = { ...owner, device: id(0xd02) };

  test("keeps all that is on it, and says all of it again to the server", async () => {
    const device = await page();
    await device.save(change(1));
    const accepted: Outcome = { change: id(1), outcome: "accepted", seq: 7, conflicts: [] };
    await round(device, { outcomes: [accepted], records: [row(1, 5), row(2, 6)] });
    await device.save(change(2));
    await device.drafts.keep({ id: "diary/1", kind: "diary", fields: { remarks: "半句" }, touchedAt: NOW }, new Hand());
    await device.enrolAnew(anew, "another token");
    expect(await device.token()).toBe("another token");
    const phone = await device.phone();
    expect(phone).toMatchObject({ owner: anew, cursor: null, ticket: null, settled: 0 });
    expect(phone?.outbox).toEqual({ waiting: [change(1), change(2)], kept: [], held: [] });
    expect(await device.rowsOfKind("diary")).toHaveLength(2);
    expect(await device.drafts.all()).toHaveLength(1);
    const last = await round(device, { records: [row(1, 5)], digest: digestOf(row(1, 5)) });
    expect(last.differs, "what is not theirs any more is dropped").toBe(false);
  });

  test("is never enrolled for anybody else, nor for nobody", async () => {
    const device = await page();
    await device.save(change(1));
    await expect(device.enrolAnew({ ...anew, user: id(0xb02) }, "theirs")).rejects.toThrow();
    expect(await device.token()).toBe("token");
    expect((await device.phone())?.outbox.waiting).toEqual([change(1)]);
    database += 1;
    await expect((await page()).enrolAnew(anew, "another token")).rejects.toThrow();
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
    expect(await device.rowsOfKind("diary")).toMatchObject([row(1, 9)]);
  });

  test("is repaired by the index, then has what the server has", async () => {
    const device = await page();
    await round(device, { records: [row(1, 5), row(2, 6)] });
    await device.repair({ records: [[id(1), 7]], digest: digestOf(row(1, 7)) });
    expect(await device.rowsOfKind("diary")).toMatchObject([row(1, 5)]);
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
  const other = "cd".repeat(32);
  const draft = { id: "diary/2026-03-02", kind: "diary", fields: { remarks: "半句" }, touchedAt: NOW };
  const jpeg = new Blob(["abc"], { type: "image/jpeg" });

  function shot(sha256: string, ...drafts: string[]): Shot {
    return { sha256, filename: "柱筋.jpg", shotAt: NOW, source: "camera", keepOriginal: false, drafts };
  }

  /** A change out of a draft that was only pictures. */
  function from(draft: string): From {
    return { draft, hand: new Hand() };
  }

  /** A change that speaks of a photo. */
  function showing(number: number, sha256: string): Change {
    const photo = { sha256, category: "形象进度", caption: "柱筋" };
    return { ...change(number), edits: [{ field: "photos", value: photo, replaces: [] }] };
  }

  test("a picture is sent with the change that speaks of it, and not before", async () => {
    const device = await page();
    await device.album.shoot(shot(hash, draft.id), jpeg);
    const taken = { sha256: other, width: 1, height: 1, origin: "album" } as const;
    await device.album.shoot({ ...shot(other, draft.id), taken }, jpeg);
    expect((await device.phone())?.photos).toEqual({});
    await device.save(showing(1, hash), from(draft.id));
    const photo = { length: 3, filename: "柱筋.jpg", filetype: "image/jpeg", acknowledged: 0 };
    const of = { record: id(0xff), kind: "diary", edits: [`${id(1)}.0`] };
    const unsent = { ...photo, atOffice: false, settled: false, of };
    expect((await device.phone())?.photos).toEqual({ [hash]: unsent });
    expect(await device.album.shots()).toEqual([]);
    expect(await (await device.album.bytes(hash))?.text()).toBe("abc");
    expect(await device.album.bytes(other)).toBeUndefined();
  });

  test("a picture that the office refused asks its owner no more once another is in its place", async () => {
    const device = await page();
    await device.album.shoot(shot(hash, draft.id), jpeg);
    await device.save(showing(1, hash), from(draft.id));
    await device.album.shoot(shot(other, draft.id), jpeg);
    await device.album.told(hash, (photo) => ({ ...photo, refused: "太大" }));
    const replacing = showing(2, other);
    await device.save({ ...replacing, edits: replacing.edits.map((edit) => ({ ...edit, replaces: [`${id(1)}.0`] })) });
    expect((await device.phone())?.photos[hash]).toMatchObject({ refused: "太大", isLeft: true });
    expect(await device.album.holds(hash)).toBe(true);
  });

  test("a picture is gone when no draft shows it, and stays while one does or a record has it", async () => {
    const device = await page();
    await device.album.shoot(shot(hash, draft.id), jpeg);
    await device.album.shoot(shot(hash, "finding/1"), jpeg);
    await device.drafts.drop(draft.id, new Hand());
    expect(await device.album.shots("finding/1")).toHaveLength(1);
    await device.save(showing(1, hash), from("finding/1"));
    await device.album.shoot(shot(hash, "finding/2"), jpeg);
    await device.album.discard(hash, "finding/2");
    expect(await device.album.bytes(hash)).toBeDefined();
    await device.album.shoot(shot(other, "finding/3"), jpeg);
    await device.drafts.drop("finding/3", new Hand());
    expect(await device.album.bytes(other)).toBeUndefined();
  });

  test("a picture that is still being developed outlives the record that is saved without it", async () => {
    const device = await page();
    const taken = { sha256: other, width: 1, height: 1, origin: "album" } as const;
    await device.album.shoot(shot(hash, draft.id), jpeg);
    await device.album.shoot({ ...shot(other, draft.id), taken }, jpeg);
    await device.save(change(1), from(draft.id));
    expect((await device.album.shots(draft.id)).map((shot) => shot.sha256)).toEqual([hash]);
    expect(await device.album.bytes(hash)).toBeDefined();
    expect(await device.album.bytes(other), "it was taken out of the form").toBeUndefined();
  });

  test("a picture that two drafts show stays when one of them is thrown away", async () => {
    const device = await page();
    await device.album.shoot(shot(hash, "inspection/1"), jpeg);
    await device.album.showIn("finding/1", [hash]);
    await device.drafts.drop("inspection/1", new Hand());
    expect(await device.album.bytes(hash)).toBeDefined();
    await device.drafts.drop("finding/1", new Hand());
    expect(await device.album.bytes(hash)).toBeUndefined();
  });

  test("a copy takes the place of the picture as it came in", async () => {
    const device = await page();
    await device.album.shoot(shot(hash, draft.id), jpeg);
    const taken = { sha256: other, width: 2048, height: 1536, origin: "camera_reencoded" } as const;
    await device.album.develop(hash, { ...shot(other, draft.id), taken }, jpeg);
    expect((await device.album.shots(draft.id)).map((shot) => shot.sha256)).toEqual([other]);
    expect(await device.album.bytes(hash)).toBeUndefined();
  });

  test("a photo stays until a backup has it", async () => {
    const device = await page();
    await device.album.shoot(shot(hash), jpeg);
    await device.save(showing(1, hash));
    expect(await device.album.makeRoom()).toBe(0);
    expect(await device.album.bytes(hash)).toBeDefined();
    const unsettled = { changes: [], photos: [] };
    await device.receiveHave({ changes: [], photos: [hash] }, { changes: [], photos: [], unsettled });
    await device.album.shoot(shot(hash, "finding/1"), jpeg);
    expect(await device.album.makeRoom()).toBe(1);
    expect(await device.album.bytes(hash), "a draft shows it").toBeDefined();
    expect((await device.phone())?.photos).toEqual({});
  });

  test("the same photo saved again is not begun anew", async () => {
    const device = await page();
    await device.album.shoot(shot(hash), jpeg);
    await device.save(showing(1, hash));
    await device.album.told(hash, (photo) => ({ ...photo, atOffice: true }));
    await device.album.shoot(shot(hash), jpeg);
    await device.save(showing(2, hash));
    expect((await device.phone())?.photos[hash]?.atOffice).toBe(true);
  });

  test("a draft goes away with the change that was made of it, and with nothing else", async () => {
    const device = await page();
    const hand = new Hand();
    await device.drafts.keep(draft, hand);
    await device.save(change(1));
    expect(await (await page()).drafts.all()).toMatchObject([draft]);
    await device.save(change(2), { draft: draft.id, hand });
    expect(await device.drafts.of(draft.id)).toBeUndefined();
  });

  test("a hand writes over what it saw and what it wrote, and over nothing else", async () => {
    const [one, other] = [await page(), await page()];
    const [left, right] = [new Hand(), new Hand()];
    const said = (remarks: string) => ({ ...draft, fields: { remarks } });
    const stands = async () => (await one.drafts.of(draft.id))?.fields;
    expect(await one.drafts.keep(said("左"), left)).toBe(true);
    expect(await other.drafts.keep(said("右"), right), "it saw no draft").toBe(false);
    right.saw(await other.drafts.of(draft.id));
    // Keystrokes do not wait for each other.
    expect(await Promise.all(["右", "右边"].map((text) => other.drafts.keep(said(text), right)))).toEqual([true, true]);
    expect(await one.drafts.keep(said("左边"), left)).toBe(false);
    expect(await one.drafts.drop(draft.id, left)).toBe(false);
    await expect(one.save(change(1), { draft: draft.id, hand: left })).rejects.toThrow(WrittenElsewhere);
    expect((await one.phone())?.outbox.waiting).toEqual([]);
    expect(await stands()).toEqual({ remarks: "右边" });
    expect(await other.drafts.drop(draft.id, right)).toBe(true);
    expect(await other.drafts.keep(said("左"), left), "it was thrown away elsewhere").toBe(false);
    expect(await stands()).toBeUndefined();
  });

  test("what is left undecided stays a draft when the rest is saved", async () => {
    const device = await page();
    const hand = new Hand();
    await device.drafts.keep(draft, hand);
    const rest = { ...draft, fields: { beside: "旧表格里的话" } };
    await device.save(change(1), { draft: draft.id, hand, rest });
    expect(await device.drafts.of(draft.id)).toMatchObject(rest);
  });

  test("a picture without bytes that no record knows is told and nothing is saved; one of the office's needs none", async () => {
    const device = await page();
    await device.album.shoot(shot(hash, draft.id), jpeg);
    await device.album.discard(hash, draft.id);
    const failed = await device.save(showing(1, hash), from(draft.id)).catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(PicturesLost);
    expect((failed as PicturesLost).hashes).toEqual([hash]);
    expect((await device.phone())?.outbox.waiting).toEqual([]);
    const head = { edit: `${id(5)}.0`, value: { sha256: hash }, by: id(1), by_name: "", device: id(2), made_at: NOW };
    await round(device, { records: [{ ...row(1, 5), fields: { photos: [head] } }] });
    await device.save(showing(1, hash), from(draft.id));
    expect((await device.phone())?.outbox.waiting).toHaveLength(1);
  });
});

describe("what is written while its owner signs out", () => {
  test("stays, and the device with it", async () => {
    const device = await page();
    await device.save(change(1));
    const seen = await device.phone();
    await (await page()).save(change(2));
    expect(seen && (await device.forget(seen))).toBe(false);
    expect((await device.phone())?.outbox.waiting).toHaveLength(2);
  });
});

describe("whoever watches", () => {
  test("is told of what this page and another wrote, once it is written", async () => {
    const [one, other] = [await page(), await page()];
    const told: string[] = [];
    const stop = one.watch(({ tables, here }) => told.push(`${here ? "here" : "there"} ${tables[0]}`));
    await one.keepPaper("schema", {});
    await other.save(change(1));
    await expect.poll(() => told).toEqual(["here papers", "there device"]);
    stop();
    await one.keepPaper("me", {});
    expect(told).toHaveLength(2);
  });

  test("reads a paper as it was written last, by whichever page", async () => {
    const [one, other] = [await page(), await page()];
    await one.keepPaper("me", { name: "甲" });
    await expect.poll(() => other.paper("me")).toEqual({ name: "甲" });
    await one.keepPaper("me", { name: "乙" });
    expect(await one.paper("me")).toEqual({ name: "乙" });
    await expect.poll(() => other.paper("me")).toEqual({ name: "乙" });
  });
});

describe("for the person on the telephone", () => {
  test("the last troubles are kept, newest first, and the same in a row counts up", async () => {
    const device = await page();
    for (let now = 0; now < 25; now += 1) {
      await device.keepTrouble(now, "sync", "no_line", `${now}`);
    }
    await device.keepTrouble(30, "sync", "busy", "");
    await device.keepTrouble(31, "sync", "busy", "");
    const troubles = await device.troubles();
    expect(troubles).toHaveLength(20);
    expect(troubles[0]).toEqual({ at: 31, times: 2, doing: "sync", why: "busy", detail: "" });
    expect(troubles[1]?.detail).toBe("24");
  });

  test("what was forgotten is gone, and the device is nobody's", async () => {
    const device = await page();
    await device.save(change(1));
    await device.keepPaper("me", { name: "演示" });
    const seen = await device.phone();
    expect(seen && (await device.forget(seen))).toBe(true);
    expect([await device.phone(), await device.paper("me"), await device.drafts.all()]).toEqual([undefined, undefined, []]);
    await device.enrol({ ...owner, device: id(0xd02) }, "other");
  });
});

test("a record that was read by itself is kept where it is newer, and counts in the digest", async () => {
  const device = await page();
  const rung: number[] = [];
  device.watch(({ tables }) => tables.includes("rows") && rung.push(rung.length));
  expect(await device.keepRows([row(1, 5), row(2, 6)])).toBe(true);
  expect(await device.keepRows([row(1, 4), row(2, 6)])).toBe(false);
  expect(rung).toEqual([0]);
  expect((await device.row(id(1)))?.seq).toBe(5);
  const { differs } = await round(device, { digest: digestOf(row(1, 5), row(2, 6)) });
  expect(differs).toBe(false);
});

test("a desk's browser stays one whoever comes back to it", async () => {
  database += 1;
  const device = await page();
  await device.enrol(owner, "", "partial");
  await device.enrolAnew({ ...owner, device: id(0xd09) }, "");
  expect(await device.phone()).toMatchObject({ partial: true, owner: { device: id(0xd09) } });
});
