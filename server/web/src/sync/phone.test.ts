/** What a device keeps, and what alone makes it let go. */

import { describe, expect, test } from "vitest";
import { headsOf, incumbent } from "../protocol/record.ts";
import type { Change, Outcome, Snapshot, SyncResponse, Uuid } from "../protocol/wire.ts";
import {
  type Phone,
  type Photo,
  allOf,
  have,
  isAnswered,
  newPhone,
  nextRequest,
  receive,
  receiveHave,
  repair,
  save,
  view,
} from "./phone.ts";

const DIARY = "0198c9a4-0000-7000-8000-0000000000ff";
const NOW = "2026-03-02T17:45:10+08:00";
const ALL = { changes: 100, bytes: 1 << 20, askAfterHeld: true };
const owner = { user: id(0xb01), name: "演示 李老师", device: id(0xd01) };

function id(number: number): Uuid {
  return `0198c9a4-0000-7000-8000-${number.toString(16).padStart(12, "0")}`;
}

function change(number: number, value: string, replaces: string[] = []): Change {
  const edits = [{ field: "image_progress", value, replaces }];
  return { id: id(number), record: DIARY, kind: "diary", made_at: NOW, edits };
}

function row(seq: number, value: string, record = DIARY, edit = `${id(seq)}.0`): Snapshot {
  const { user: by, name: by_name, device } = owner;
  const head = { edit, value, by, by_name, device, made_at: NOW, seq };
  return { id: record, kind: "diary", seq, school: null, project: null, fields: { image_progress: [head] } };
}

function answer(parts: Partial<SyncResponse> = {}): SyncResponse {
  return {
    protocol: 1,
    server_time: "2026-03-02T09:45:11.204Z",
    outcomes: [],
    records: [],
    gone: [],
    photos_missing: [],
    cursor: "c1",
    more: false,
    resync: false,
    settled: 0,
    ticket: "t1",
    ...parts,
  };
}

function accepted(number: number, seq: number): Outcome {
  return { change: id(number), outcome: "accepted", seq, conflicts: [] };
}

function held(number: number, refused?: string): Outcome {
  const why = { code: "not_permitted", message: "没有权限" } as const;
  return { change: id(number), outcome: "held", ...why, ...(refused === undefined ? {} : { refused }) };
}

/** A round trip that works: what the device is after it. */
function round(phone: Phone, parts: Partial<SyncResponse>, rows = new Map<Uuid, number>()) {
  const { carries } = nextRequest(phone, NOW, ALL);
  return receive(phone, rows, carries, answer(parts));
}

function where(phone: Phone) {
  const { waiting, kept, held } = phone.outbox;
  const ids = (changes: { change: Change }[]) => changes.map(({ change }) => change.id);
  return { waiting: waiting.map((change) => change.id), kept: ids(kept), held: ids(held) };
}

const saved = save(save(newPhone(owner), change(1, "基础")), change(2, "主体一层", [`${id(1)}.0`]));

describe("the outbox", () => {
  test("is cleared by nothing but an outcome of what was sent", () => {
    const silent = round(saved, {});
    expect(where(silent.phone).waiting).toEqual([id(1), id(2)]);
    expect(silent.again).toBe(true);
    const others = round(saved, { outcomes: [accepted(7, 3)], records: [row(3, "封顶")], resync: true });
    expect(where(others.phone).waiting).toEqual([id(1), id(2)]);
  });

  test("an outcome counts only for what the request carried", () => {
    const { carries } = nextRequest(saved, NOW, { ...ALL, changes: 1 });
    const both = answer({ outcomes: [accepted(1, 1), accepted(2, 2)] });
    const after = receive(saved, new Map(), carries, both);
    expect(where(after.phone)).toEqual({ waiting: [id(2)], kept: [id(1)], held: [] });
  });

  test("an answer that does not say what became of each change is none", () => {
    const { carries } = nextRequest(saved, NOW, ALL);
    expect(isAnswered(carries, answer({ outcomes: [accepted(1, 1)] }))).toBe(false);
    expect(isAnswered(carries, answer({ outcomes: [accepted(1, 1), held(2)] }))).toBe(true);
  });

  test("a change is kept until a backup has it, and sent again after a resync", () => {
    const told = round(saved, { outcomes: [accepted(1, 1), accepted(2, 2)], settled: 1 });
    expect(where(told.phone)).toEqual({ waiting: [], kept: [id(2)], held: [] });
    const put_back = round(told.phone, { resync: true });
    expect(where(put_back.phone).waiting).toEqual([id(2)]);
    expect(put_back.phone.cursor).toBeNull();
    const settled = round(told.phone, { settled: 2 });
    expect(allOf(settled.phone.outbox)).toEqual([]);
  });

  test("what is held is asked after until the office decides", () => {
    const told = round(saved, { outcomes: [accepted(1, 1), held(2)] });
    expect(where(told.phone)).toEqual({ waiting: [], kept: [id(1)], held: [id(2)] });
    expect([...nextRequest(told.phone, NOW, ALL).carries]).toEqual([id(2)]);
    const released = round(told.phone, { outcomes: [accepted(2, 9)] });
    expect(where(released.phone)).toEqual({ waiting: [], kept: [id(1), id(2)], held: [] });
    const refused = round(told.phone, { outcomes: [held(2, "不属实")] });
    expect(refused.phone.outbox.held[0]?.refused).toBe("不属实");
    expect([...nextRequest(refused.phone, NOW, ALL).carries]).toEqual([]);
  });

  test("a batch is as large as it may be, and never empty", () => {
    const few = nextRequest(saved, NOW, { changes: 100, bytes: 10, askAfterHeld: true });
    expect(few.body.changes.map((change) => change.id)).toEqual([id(1)]);
  });
});

describe("the replica", () => {
  test("is never older than it was", () => {
    const late = round(newPhone(owner), { records: [row(3, "旧")] }, new Map([[DIARY, 5]]));
    expect(late.rows.put).toEqual([]);
  });

  test("drops after a whole pull what was not sent, and nothing before", () => {
    const rows = new Map([
      [DIARY, 5],
      [id(0xee), 6],
    ]);
    const asked = round(newPhone(owner), { resync: true }, rows);
    expect(asked.rows.drop).toEqual([]);
    const first = round(asked.phone, { records: [row(3, "基础")], more: true }, rows);
    expect(first.rows).toEqual({ put: [row(3, "基础")], drop: [] });
    const last = round(first.phone, {}, rows);
    expect(last.rows.drop).toEqual([id(0xee)]);
    expect(last.again).toBe(false);
  });

  test("is repaired by the index without being wiped", () => {
    const rows = new Map([
      [DIARY, 5],
      [id(0xee), 6],
    ]);
    const digest = { count: 1, xor: "" };
    const gone = repair(newPhone(owner), rows, { records: [[DIARY, 5]], digest });
    expect(gone).toEqual({ phone: newPhone(owner), drop: [id(0xee)] });
    const old = repair(newPhone(owner), rows, { records: [[DIARY, 7]], digest });
    expect(old.phone.pull).toEqual({ came: [], dropTheRest: false });
  });
});

describe("the screen", () => {
  test("shows the replica with the outbox over it", () => {
    const seen = view(saved, undefined, DIARY, "diary");
    expect(headsOf(seen, "image_progress").map((head) => head.value)).toEqual(["主体一层"]);
    const beside = view(saved, row(9, "封顶"), DIARY, "diary");
    expect(headsOf(beside, "image_progress").map((head) => head.value)).toEqual(["封顶", "主体一层"]);
    expect(incumbent(beside, "image_progress")).toBe("封顶");
  });

  test("shows what was accepted until its row comes, and once after that", () => {
    const told = round(saved, { outcomes: [accepted(1, 1), accepted(2, 2)] }).phone;
    const before = view(told, undefined, DIARY, "diary");
    expect(headsOf(before, "image_progress").map((head) => head.seq)).toEqual([2]);
    const after = view(told, row(2, "主体一层", DIARY, `${id(2)}.0`), DIARY, "diary");
    expect(headsOf(after, "image_progress")).toHaveLength(1);
  });
});

describe("photos", () => {
  const photo: Photo = {
    length: 10,
    filename: "柱筋.jpg",
    filetype: "image/jpeg",
    upload: "/api/v1/uploads/1",
    acknowledged: 10,
    atOffice: true,
    settled: false,
  };
  const hash = "ab".repeat(32);
  const phone = { ...newPhone(owner), photos: { [hash]: photo } };

  test("are sent again when the office lacks them", () => {
    const anew = { length: 10, filename: "柱筋.jpg", filetype: "image/jpeg", acknowledged: 0 };
    const lost = round(phone, { photos_missing: [hash] }).phone.photos[hash];
    expect(lost).toEqual({ ...anew, atOffice: false, settled: false });
    const asked = receiveHave(phone, have(phone), { changes: [], photos: [hash] });
    expect(asked).toMatchObject({ everything: false, phone: { photos: { [hash]: anew } } });
  });

  test("may leave the device once a backup has them, and never because nobody said so", () => {
    const unknown = receiveHave(phone, have(phone), { changes: [], photos: [] });
    expect(unknown.phone.photos[hash]?.settled).toBe(false);
    const unsettled = { changes: [], photos: [] };
    const settled = receiveHave(phone, have(phone), { changes: [], photos: [], unsettled });
    expect(settled.phone.photos[hash]?.settled).toBe(true);
    expect(have(phone).photos).toEqual([hash]);
  });

  test("that came onto the device while it asked are not taken for answered", () => {
    const asked = have(newPhone(owner));
    const since = { ...phone, photos: { [hash]: { ...photo, atOffice: false } } };
    const told = receiveHave(since, asked, { changes: [], photos: [], unsettled: { changes: [], photos: [] } });
    expect(told.everything).toBe(false);
    expect(told.phone.photos[hash]).toMatchObject({ atOffice: false, settled: false });
  });

  test("what the office lacks of the changes goes out again", () => {
    const told = round(saved, { outcomes: [accepted(1, 1), accepted(2, 2)] }).phone;
    const asked = receiveHave(told, have(told), { changes: [id(1)], photos: [] });
    expect(asked.everything).toBe(false);
    expect(where(asked.phone)).toEqual({ waiting: [id(1)], kept: [id(2)], held: [] });
  });
});

describe("a desk's browser", () => {
  const desk = newPhone(owner, "partial");

  test("asks for no news, and a phone says nothing of it", () => {
    expect(nextRequest(desk, NOW, ALL).body).toMatchObject({ news: false });
    expect(nextRequest(newPhone(owner), NOW, ALL).body).not.toHaveProperty("news");
  });

  test("takes in the records that its changes touched, and is through at once", () => {
    const told = round(save(desk, change(1, "主体二层")), { outcomes: [accepted(1, 7)], records: [row(7, "主体二层")] });
    expect(told.rows.put.map(({ seq }) => seq)).toEqual([7]);
    expect(told.again).toBe(false);
    expect(told.phone.partial).toBe(true);
  });

  test("of a server that was put back sends again what is kept, and drops what it had read: it is read anew", () => {
    const kept = round(save(desk, change(1, "主体二层")), { outcomes: [accepted(1, 7)] }).phone;
    const back = round(kept, { resync: true });
    expect(back.again).toBe(true);
    const read = new Map([[id(0x50), 3], [DIARY, 7]]);
    const after = round(back.phone, { outcomes: [accepted(1, 1_000_001)], records: [row(1_000_001, "主体二层")] }, read);
    expect(after.rows.put.map(({ id }) => id)).toEqual([DIARY]);
    expect(after.rows.drop).toEqual([id(0x50)]);
    expect(after.again).toBe(false);
  });
});
