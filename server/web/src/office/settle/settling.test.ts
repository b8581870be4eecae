/** What a settlement says: the heads that were seen, all fields in one change, and never what came later. */

import { describe, expect, test } from "vitest";
import { PROJECT, fold, id, li, wang, wireSchema } from "../../field/form/testing.ts";
import { type Book, bookOf } from "../../field/record/book.ts";
import { type RecordState, emptyRecord } from "../../protocol/record.ts";
import type { Change, Edit, Head, Snapshot, Value } from "../../protocol/wire.ts";
import { newPhone } from "../../sync/phone.ts";
import type { HistoryEntry } from "../record/answer.ts";
import { asksWhy, contestedIn, overtaken, settlement } from "./settling.ts";

const DIARY = id(0xff);
const SCHOOL = id(0xbb);
const AT = "2026-03-02T17:41:08+08:00";
const NOW = "2026-03-03T09:00:00+08:00";

function change(number: number, edits: Edit[]): Change {
  return { id: id(number), record: DIARY, kind: "diary", made_at: AT, edits };
}

const say = (field: string, value: Value, replaces: string[] = []): Edit => ({ field, value, replaces });
const BASE = "柱筋完成，模板进场。";
const first = change(1, [say("project", PROJECT), say("image_progress", "基础"), say("idle_reason", BASE)]);
const mine = change(2, [say("image_progress", "主体二层", [`${id(1)}.1`]), say("crew/钢筋工", 6)]);
const theirs = change(3, [say("image_progress", "主体三层", [`${id(1)}.1`]), say("crew/钢筋工", 8)]);

const history: HistoryEntry[] = [first, mine, theirs].map((change, place) => ({
  seq: place + 1,
  change,
  by: li.user,
  by_name: li.name,
  device: li.device,
  received_at: NOW,
  digest: "",
}));

function record(...more: Change[]): RecordState {
  return [first, mine, theirs, ...more].reduce((record, change, place) => fold(record, change, place === 2 ? wang : li, place + 1), emptyRecord(DIARY, "diary"));
}

function book(role = "project_office", scope = "county:350823"): Book {
  const me = { user: { id: id(0xb77), username: "gaibo", display_name: "改薄办" }, roles: [{ role, scope, zh: "", en: "" }] };
  const head = (number: number, value: Value): Head => ({ edit: `${id(number)}.0`, value, by: li.user, by_name: li.name, device: li.device, made_at: AT, seq: 1 });
  const row = (record: string, kind: string, fields: Record<string, Head[]>): Snapshot => ({ id: record, kind, seq: 1, school: SCHOOL, project: PROJECT, fields });
  const rows = new Map([
    ["project", [row(PROJECT, "project", { name: [head(0x21, "教学楼")], school: [head(0x22, SCHOOL)] })]],
    ["school", [row(SCHOOL, "school", { name: [head(0x23, "中心小学")] })]],
    ["diary", []],
  ]);
  return bookOf(newPhone({ user: me.user.id, name: "改薄办", device: id(0xd77) }, "partial"), wireSchema, me, rows);
}

const kind = book().schema.kind("diary")!;
const seenOf = (record: RecordState, name: string) => (record.fields.get(name)?.heads ?? []).map(({ edit }) => edit);

describe("the conflicts of a record", () => {
  test("are for whoever may write the field there, whether they wrote one of the versions or not", () => {
    const may = (it: Book) => contestedIn(it, kind, record(), history).map(({ name, mayDecide }) => [name, mayDecide]);
    expect(may(book())).toEqual([["image_progress", true], ["crew/钢筋工", true]]);
    expect(may(book("auditor"))).toEqual([["image_progress", false], ["crew/钢筋工", false]]);
  });

  test("tell what stood there before, where both took the place of it", () => {
    const [stage, crew] = contestedIn(book(), kind, record(), history);
    expect(stage?.base).toBe("基础");
    expect(crew?.base).toBeUndefined();
    expect(contestedIn(book(), kind, record(), [])[0]?.base).toBeUndefined();
  });
});

describe("a settlement", () => {
  const decisions = {
    image_progress: { value: "主体二层", seen: [`${id(2)}.0`, `${id(3)}.0`] },
    "crew/钢筋工": { value: 7, seen: [`${id(2)}.1`, `${id(3)}.1`] },
  };

  test("says all that was decided in one change that puts aside what was seen", () => {
    const said = settlement(book(), record(), decisions, " 电话核实 ", id(9), NOW);
    expect(said?.edits.map(({ field, value, replaces }) => [field, value, [...replaces].sort()])).toEqual([
      ["crew/钢筋工", 7, decisions["crew/钢筋工"].seen],
      ["image_progress", "主体二层", decisions.image_progress.seen],
      ["reason", "电话核实", []],
    ]);
    expect(said).toMatchObject({ id: id(9), record: DIARY, kind: "diary", made_at: NOW });
  });

  test("says nothing of what was not decided, and is none where nothing was", () => {
    const said = settlement(book(), record(), { image_progress: decisions.image_progress }, "", id(9), NOW);
    expect(said?.edits.map(({ field }) => field)).toEqual(["image_progress"]);
    expect(settlement(book(), record(), {}, "因为", id(9), NOW)).toBeUndefined();
  });

  test("never puts aside what came after it was looked at: that is told before anything is saved", () => {
    const now = record(change(4, [say("image_progress", "主体封顶")]));
    expect(overtaken(decisions, record())).toEqual([]);
    expect(overtaken(decisions, now)).toEqual(["image_progress"]);
    const said = settlement(book(), now, decisions, "", id(9), NOW);
    expect(said?.edits.find(({ field }) => field === "image_progress")?.replaces).not.toContain(`${id(4)}.0`);
    expect(seenOf(fold(now, said!, wang, 9), "image_progress")).toEqual([`${id(4)}.0`, `${id(9)}.1`]);
  });

  test("of what somebody signed asks for a reason", () => {
    const signed = change(5, [say("signoffs", { role: "principal", verdict: "confirmed", covers: [`${id(2)}.0`] })]);
    expect(asksWhy(book(), kind, record())).toBe(false);
    expect(asksWhy(book(), kind, record(signed))).toBe(true);
  });
});
