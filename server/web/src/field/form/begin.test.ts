/** Beginning a record: one for each natural key, and its draft. */

import "fake-indexeddb/auto";
import { expect, test } from "vitest";
import { Device } from "../../db/device.ts";
import { natural } from "../../protocol/ids.ts";
import { newPhone } from "../../sync/phone.ts";
import { bookOf } from "../record/book.ts";
import { begin, begun, isWrittenIn, keep, kept } from "./begin.ts";
import { changeOfForm, edits, set } from "./model.ts";
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

test("a draft that is there is left as it is, and counts as written in once somebody wrote", async () => {
  const device = await Device.open("begin");
  const presets = { project: PROJECT, date: "2026-03-02" };
  const draft = await begin(device, book(), "diary", presets, NOW);
  expect((await device.drafts()).map(isWrittenIn)).toEqual([false]);
  const form = await kept(device, draft ?? "");
  if (form === undefined) {
    throw new Error("no draft was kept");
  }
  const { untouched: _, ...written } = set(schema, form, "idle_reason", "下雨");
  await keep(device, written, NOW);
  await begin(device, book(), "diary", presets, NOW);
  expect((await kept(device, form.record))?.single["idle_reason"]).toBe("下雨");
  expect((await device.drafts()).map(isWrittenIn)).toEqual([true]);
  device.close();
});
