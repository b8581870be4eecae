/** A phone is handed on. */

import { describe, expect, test } from "vitest";
import type { Change } from "../../protocol/wire.ts";
import { type Photo, newPhone } from "../../sync/phone.ts";
import { NOTHING } from "../../sync/state.ts";
import { start } from "../../sync/engine.ts";
import { leaving } from "./leaving.ts";
import { reportInBoth } from "./report.ts";

const owner = { user: "u", name: "演示 李老师", device: "d" };
const change: Change = { id: "c", record: "r", kind: "diary", made_at: "2026-03-02T17:41:08+08:00", edits: [] };
const photo: Photo = { length: 9, filename: "a.jpg", filetype: "image/jpeg", acknowledged: 9, atOffice: true, settled: false };

function phone(waiting: Change[], photos: Record<string, Photo> = {}) {
  const fresh = newPhone(owner);
  return { ...fresh, outbox: { ...fresh.outbox, waiting, kept: [{ change, seq: 1 }] }, photos };
}

describe("whoever leaves", () => {
  test("may not while something is only here, even if the office was asked", () => {
    expect(leaving(phone([change]), true)).toEqual({ verdict: "lacks", records: 1, photos: 0 });
    const refused = { ...photo, atOffice: false, refused: "不是照片" };
    expect(leaving(phone([], { a: refused, b: photo }), true)).toEqual({ verdict: "lacks", records: 0, photos: 1 });
  });

  test("may not on the phone's word alone", () => {
    expect(leaving(phone([], { a: photo }), false).verdict).toBe("unproven");
    expect(leaving(phone([], { a: photo }), true)).toEqual({ verdict: "safe", records: 1, photos: 1 });
  });

  test("may without a line where there is nothing to lose", () => {
    expect(leaving(newPhone(owner), false).verdict).toBe("safe");
  });
});

test("support is told the state and the last troubles in both languages, and nothing of what was written", () => {
  const text = reportInBoth({
    me: undefined,
    phone: phone([{ ...change, edits: [{ field: "remarks", value: "私房话", replaces: [] }] }]),
    sync: { engine: { ...start, trouble: { why: "refused", code: "x", detail: "版本不对" } }, ...NOTHING, waiting: 1, saveData: false, sending: false },
    troubles: [{ at: 0, times: 3, doing: "sync", why: "no_line", detail: "failed to fetch" }],
    drafts: 2,
    storage: { promise: "lent", used: 10, room: 100 },
    version: "abc",
    userAgent: "Chrome/80",
    isOnline: true,
    now: new Date(0),
  });
  for (const fact of ["手机编号：d", "Phone id: d", "待发送 1", "to send 1", "草稿 2", "refused 版本不对", "3 次 sync: no_line failed to fetch", "没有答应长期保存", "10/100"]) {
    expect(text).toContain(fact);
  }
  expect(text).not.toContain("私房话");
});
