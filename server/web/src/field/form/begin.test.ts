/** Beginning a record: one for each natural key, and its draft. */

import "fake-indexeddb/auto";
import { expect, test } from "vitest";
import { Device } from "../../db/device.ts";
import { emptyRecord } from "../../protocol/record.ts";
import { natural } from "../../protocol/ids.ts";
import { newPhone } from "../../sync/phone.ts";
import { bookOf } from "../record/book.ts";
import { begin, begun, formIn, isWrittenIn } from "./begin.ts";
import { changeOfForm, edits } from "./edits.ts";
import { set } from "./model.ts";
import { Session } from "./session.ts";
import { takeUp } from "./takeup.ts";
import { PROJECT, id, li, schema, wireSchema } from "./testing.ts";

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
