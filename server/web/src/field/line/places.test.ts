/** A teacher asks where yesterday's diary and its photos are. */

import { expect, test } from "vitest";
import type { Change } from "../../protocol/wire.ts";
import { type Phone, type Photo, newPhone } from "../../sync/phone.ts";
import { placesOf } from "./places.ts";

const PHOTO: Photo = {
  length: 300_000,
  filename: "柱筋.jpg",
  filetype: "image/jpeg",
  acknowledged: 0,
  atOffice: false,
  settled: false,
};
const [A, B] = ["aa".repeat(32), "bb".repeat(32)] as const;

function change(id: string, record: string, ...photos: string[]): Change {
  const edits = photos.map((sha256) => ({ field: "photos", value: { sha256, category: "形象进度" }, replaces: [] }));
  return { id, record, kind: "diary", made_at: "2026-03-02T17:41:08+08:00", edits };
}

function phone(outbox: Partial<Phone["outbox"]>, photos: Phone["photos"] = {}): Phone {
  const fresh = newPhone({ user: "u", name: "演示 李老师", device: "d" });
  return { ...fresh, outbox: { ...fresh.outbox, ...outbox }, photos };
}

test("a record stands where its last change is, however far the others came", () => {
  const it = phone({ waiting: [change("3", "r")], kept: [{ change: change("1", "r"), seq: 1 }, { change: change("2", "r"), seq: 2 }] });
  expect(placesOf(it, false, false).records).toMatchObject([{ record: "r", place: "waiting", changes: 3 }]);
  expect(placesOf(it, true, false).records).toMatchObject([{ place: "sending" }]);
});

test("what was sent back stands first with the office's reason, what is held with why", () => {
  const held = { change: change("1", "r"), code: "not_permitted" as const, message: "没有权限写资金" };
  const back = { change: change("2", "s"), code: "invalid" as const, message: "日期不对", refused: "请按实际日期补记" };
  const { records } = placesOf(phone({ kept: [{ change: change("3", "t"), seq: 9 }], held: [held, back] }), false, false);
  expect(records.map(({ record, place, why }) => [record, place, why])).toEqual([
    ["s", "refused", "请按实际日期补记"],
    ["r", "held", "没有权限写资金"],
    ["t", "office", undefined],
  ]);
});

test("each photo is told with its bytes under the record that shows it, once", () => {
  const photos = { [A]: { ...PHOTO, acknowledged: 64_000, upload: "/api/v1/uploads/1" }, [B]: { ...PHOTO, atOffice: true } };
  const it = phone({ kept: [{ change: change("1", "r", A, B), seq: 1 }, { change: change("2", "r", A), seq: 2 }] }, photos);
  expect(placesOf(it, false, true).records[0]?.photos).toMatchObject([
    { hash: A, place: "sending", bytesSent: 64_000, bytes: 300_000 },
    { hash: B, place: "office", bytesSent: 300_000 },
  ]);
  expect(placesOf(it, false, false).records[0]?.photos[0]?.place).toBe("waiting");
});

test("a photo whose record is in a backup already is not forgotten", () => {
  const { records, photos } = placesOf(phone({}, { [A]: PHOTO, [B]: { ...PHOTO, atOffice: true, settled: true } }), false, false);
  expect(records).toEqual([]);
  expect(photos.map(({ place }) => place)).toEqual(["waiting", "settled"]);
});
