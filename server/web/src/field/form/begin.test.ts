/** Beginning a record: one for each natural key, and its draft. */

import "fake-indexeddb/auto";
import { expect, test } from "vitest";
import { Device } from "../../db/device.ts";
import { emptyRecord, headsOf } from "../../protocol/record.ts";
import { natural } from "../../protocol/ids.ts";
import type { Value } from "../../protocol/wire.ts";
import { forceOf } from "../../protocol/withdrawal.ts";
import { newPhone } from "../../sync/phone.ts";
import { bookOf } from "../record/book.ts";
import { begin, begun, formIn, isWrittenIn } from "./begin.ts";
import { changeOfForm, edits } from "./edits.ts";
import { set } from "./model.ts";
import { Session } from "./session.ts";
import { afterwards } from "./submission.ts";
import { overAgain, takeUp, upToDate } from "./takeup.ts";
import { PROJECT, id, li, schema, wang, wireSchema } from "./testing.ts";

const NOW = "2026-03-02T17:45:10+08:00";
const me = { user: { id: li.user, username: "li", display_name: li.name }, roles: [] };
const book = (rows = new Map()) => bookOf(newPhone(li), wireSchema, me, rows);

test("what has a natural key has its id, whoever begins it and with whatever white space", () => {
  expect(begun(book(), "diary", { project: PROJECT, date: "2026-03-02" })?.record).toBe(natural("diary", `${PROJECT}/2026-03-02`));
  const check = begun(book(), "baseline_check", { school: id(0xbb), item: " 课桌椅 " });
  expect(check?.record).toBe(natural("baseline_check", `${id(0xbb)}/课桌椅`));
  const change = check && changeOfForm(schema, check, id(1), NOW);
  expect(change && schema.check(change)).toBeUndefined();
});

test("what is there already is opened, not begun again", () => {
  const record = natural("diary", `${PROJECT}/2026-03-02`);
  const head = { edit: `${id(5)}.0`, by: li.user, by_name: li.name, device: li.device, made_at: NOW, seq: 3 };
  const fields = { project: [{ ...head, value: PROJECT }], date: [{ ...head, edit: `${id(5)}.1`, value: "2026-03-02" }] };
  const row = { id: record, kind: "diary", seq: 3, school: null, project: PROJECT, fields };
  const form = begun(book(new Map([["diary", [row]]])), "diary", { project: PROJECT, date: "2026-03-02" });
  expect(form && edits(schema, form)).toEqual([]);
});

/** A diary that Wang withdrew, as the office has it, and the book with it. */
function withdrawnDiary() {
  const diary = natural("diary", `${PROJECT}/2026-03-02`);
  const head = (line: number, value: Value) => ({ edit: `${id(5)}.${line}`, by: wang.user, by_name: wang.name, device: wang.device, made_at: NOW, seq: 3, value });
  const fields = {
    project: [head(0, PROJECT)],
    date: [head(1, "2026-03-02")],
    work_status: [head(2, "working")],
    weather_am: [head(3, "晴"), { ...head(4, "雨"), edit: `${id(6)}.0`, seq: 2 }],
    parts: [head(5, { part: "柱" })],
    remarks: [head(6, "有人来看过")],
    withdrawn: [{ ...head(7, { reason: "写错日期" }), edit: `${id(7)}.0`, seq: 4 }],
  };
  const row = { id: diary, kind: "diary", seq: 4, school: null, project: PROJECT, fields };
  return { book: book(new Map([["diary", [row]]])), presets: { project: PROJECT, date: "2026-03-02" } };
}

test("over what was withdrawn the form is blank, and saving it makes the record count as it is written now", () => {
  const { book, presets } = withdrawnDiary();
  const form = begun(book, "diary", { ...presets, work_status: "idle" });
  expect(form?.single).toEqual({ ...presets, work_status: "idle" });
  expect(form?.sets).toMatchObject({ remarks: [{ value: "有人来看过" }] });
  const record = book.record(form?.record ?? "") ?? emptyRecord("", "diary");
  const change = form && changeOfForm(schema, form, id(20), NOW);
  const after = afterwards(record, change, li);
  expect(forceOf(after, schema)).toBe("in_force");
  expect(headsOf(after, "work_status").map(({ value }) => value)).toEqual(["idle"]);
  expect([...after.fields].filter(([, { heads }]) => heads.length > 0).map(([name]) => name).sort()).toEqual(["date", "project", "remarks", "work_status"]);
});

test("who goes on from what stood there has it in the form, beside what was written, and it counts again too", () => {
  const { book, presets } = withdrawnDiary();
  const form = begun(book, "diary", presets);
  const record = book.record(form?.record ?? "") ?? emptyRecord("", "diary");
  const over = form && overAgain(schema, set(schema, form, "idle_reason", "下雨"), record);
  expect(over?.single).toMatchObject({ ...presets, work_status: "working", idle_reason: "下雨" });
  const after = afterwards(record, over && changeOfForm(schema, over, id(20), NOW), li);
  expect(forceOf(after, schema)).toBe("in_force");
  expect(headsOf(after, "parts")).toHaveLength(1);
});

test("where the withdrawal was taken back meanwhile, what stands there is not written over", () => {
  const { book, presets } = withdrawnDiary();
  const form = begun(book, "diary", presets);
  const record = book.record(form?.record ?? "") ?? emptyRecord("", "diary");
  record.fields.delete("withdrawn");
  const now = form && upToDate(schema, set(schema, form, "idle_reason", "下雨"), record);
  expect(now?.anew).toBeUndefined();
  expect(now && edits(schema, now).map(({ field }) => field)).toEqual(["idle_reason"]);
});

test("a picture of a killed page stands in the form again, and its draft is no empty one", async () => {
  const device = await Device.open("takeup");
  await device.enrol(li, "token");
  const draft = (await begin(device, book(), "diary", { project: PROJECT, date: "2026-03-02" }, NOW)) ?? "";
  const sha256 = "a".repeat(64);
  const taken = { sha256, width: 4, height: 3, origin: "camera" as const };
  const shot = { sha256, filename: "1.jpg", shotAt: NOW, source: "camera" as const, keepOriginal: false, drafts: [draft], taken };
  await device.album.shoot(shot, new Blob(["jpeg"], { type: "image/jpeg" }));
  const { form } = await takeUp(device, book(), emptyRecord(draft, "diary"), NOW);
  expect(form.sets["photos"]).toMatchObject([{ value: { sha256, origin: "camera" } }]);
  expect((await device.drafts.all()).map(isWrittenIn)).toEqual([true]);
  expect(form.single).toMatchObject({ project: PROJECT, date: "2026-03-02" });
  device.close();
});

test("a draft that is there is left as it is, and counts as written in once somebody wrote", async () => {
  const device = await Device.open("begin");
  const presets = { project: PROJECT, date: "2026-03-02" };
  const draft = await begin(device, book(), "diary", presets, NOW);
  expect((await device.drafts.all()).map(isWrittenIn)).toEqual([false]);
  const session = await Session.open(device, book(), "diary", draft ?? "");
  await session.put((form) => set(schema, form, "idle_reason", "下雨"));
  await begin(device, book(), "diary", presets, NOW);
  expect(formIn(await device.drafts.of(draft ?? ""))?.single["idle_reason"]).toBe("下雨");
  expect((await device.drafts.all()).map(isWrittenIn)).toEqual([true]);
  device.close();
});
