/** Who may withdraw a record, what such a change says, and how it is taken back or contested. */

import { expect, test } from "vitest";
import { type RecordState, baseOf, headsOf } from "../../protocol/record.ts";
import type { Change, Edit } from "../../protocol/wire.ts";
import { forceOf } from "../../protocol/withdrawal.ts";
import { newPhone } from "../../sync/phone.ts";
import { PROJECT, fold, id, li, schema, wang, wireSchema, written } from "../form/testing.ts";
import { type Book, bookOf } from "./book.ts";
import { mayWithdraw, mustSayWhy, takingBack, withdrawalsIn, withdrawing } from "./withdrawing.ts";

const SCHOOL_TEAM = { role: "school_team", scope: `project:${PROJECT}`, zh: "日志员", en: "diarist" };
const INSPECTOR = { role: "inspector", scope: `zone:${id(0xcc)}`, zh: "督导员", en: "inspector" };
let seq = 100;

/** The book of Li, who holds these roles. */
function book(...roles: (typeof SCHOOL_TEAM)[]): Book {
  return bookOf(newPhone(li), wireSchema, { user: { id: li.user, username: "li", display_name: li.name }, roles }, new Map());
}

function said(record: RecordState, edits: Edit[], who = wang): RecordState {
  seq += 1;
  const change = { id: id(0x9000 + seq), record: record.id, kind: record.kind, made_at: "2026-03-03T08:00:00+08:00", edits };
  return fold(record, change, who, seq);
}

function taken(record: RecordState, change: Change, who = li): RecordState {
  seq += 1;
  return fold(record, change, who, seq);
}

const report = () => written("design_change", 1, { project: PROJECT, reason: "基础软土", drawing: "结施-03" });

test("it says why and covers what its author saw; nothing of the content goes", () => {
  const record = report();
  const before = headsOf(record, "drawing");
  const change = withdrawing(book(SCHOOL_TEAM), record, " 写错项目 ");
  taken(record, change);
  expect(forceOf(record, schema)).toBe("withdrawn");
  expect(withdrawalsIn(record)).toMatchObject([{ reason: "写错项目", head: { by_name: li.name } }]);
  expect(headsOf(record, "drawing")).toEqual(before);
});

test("what its author had not seen contests it; whoever withdraws again covers that too, and takes the place of both", () => {
  const record = report();
  const change = withdrawing(book(SCHOOL_TEAM), record, "写错项目");
  said(record, [{ field: "drawing", value: "结施-04", replaces: headsOf(record, "drawing").map(({ edit }) => edit) }]);
  said(record, [{ field: "withdrawn", value: "重复了", replaces: [] }]);
  said(record, [{ field: "content", value: "围墙北移", replaces: [] }]);
  taken(record, change);
  expect(forceOf(record, schema)).toEqual({ contested: ["content"] });
  expect(withdrawalsIn(record).map(({ reason }) => reason)).toEqual(["重复了", "写错项目"]);
  taken(record, withdrawing(book(SCHOOL_TEAM), record, "还是作废"));
  expect(forceOf(record, schema)).toBe("withdrawn");
  expect(withdrawalsIn(record).map(({ reason }) => reason)).toEqual(["还是作废"]);
});

test("taken back, the record counts as it did before", () => {
  const record = report();
  taken(record, withdrawing(book(SCHOOL_TEAM), record, "写错项目"));
  const change = takingBack(book(SCHOOL_TEAM), record, "");
  expect(change.edits).toHaveLength(1);
  taken(record, change);
  expect(forceOf(record, schema)).toBe("in_force");
  expect([...record.fields.keys()].sort()).toEqual(["drawing", "project", "reason"]);
});

test("under somebody's signature the change says why in the place where reasons stand", () => {
  const diary = written("diary", 2, { project: PROJECT, date: "2026-03-02" });
  said(diary, [{ field: "signoffs", value: { role: "principal", verdict: "confirmed", covers: [] }, replaces: [] }]);
  const reasons = (change: Change) => change.edits.filter(({ field }) => baseOf(field) === "reason").map(({ value }) => value);
  expect(reasons(withdrawing(book(SCHOOL_TEAM), diary, "写错日期"))).toEqual(["写错日期"]);
  taken(diary, withdrawing(book(SCHOOL_TEAM), diary, "写错日期"));
  expect(reasons(takingBack(book(SCHOOL_TEAM), diary, "没写错"))).toEqual(["没写错"]);
});

test("a reason that is content is not added to: the withdrawal says why itself, and the way back says it among the remarks", () => {
  const record = report();
  said(record, [{ field: "signoffs", value: { role: "principal", verdict: "confirmed", covers: [] }, replaces: [] }]);
  const change = withdrawing(book(SCHOOL_TEAM), record, "写错项目");
  expect(change.edits.map(({ field }) => field)).toEqual(["withdrawn"]);
  taken(record, change);
  expect(mustSayWhy(book(SCHOOL_TEAM), record)).toBe(true);
  taken(record, takingBack(book(SCHOOL_TEAM), record, " 没写错 "));
  expect(forceOf(record, schema)).toBe("in_force");
  expect(headsOf(record, "reason").map(({ value }) => value)).toEqual(["基础软土"]);
  expect(headsOf(record, "remarks").map(({ value }) => value)).toEqual(["没写错"]);
});

test("who may write the kind there may withdraw it, and nobody else", () => {
  expect(mayWithdraw(book(SCHOOL_TEAM), report())).toBe(true);
  expect(mayWithdraw(book({ ...SCHOOL_TEAM, scope: `project:${id(0xab)}` }), report())).toBe(false);
  expect(mayWithdraw(book(), report())).toBe(false);
});

test("what may not be edited is not withdrawn either: it is reversed by another", () => {
  const finance = { ...SCHOOL_TEAM, role: "finance" };
  expect(mayWithdraw(book(finance), written("fund_event", 3, { project: PROJECT, type: "申请" }))).toBe(false);
});

test("what an inspection says is withdrawn by who inspects, or by who alone wrote it", () => {
  const own = written("inspection", 4, { project: PROJECT, date: "2026-03-02" });
  const theirs = written("inspection", 5, { project: PROJECT, date: "2026-03-02" }, { who: wang });
  const office = { ...SCHOOL_TEAM, role: "project_office", scope: "county:350823" };
  expect(mayWithdraw(book(office), own)).toBe(true);
  expect(mayWithdraw(book(office), theirs)).toBe(false);
  expect(mayWithdraw(book(INSPECTOR), theirs)).toBe(true);
});
