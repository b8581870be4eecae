/** What a form lacks, and that only what cannot be sent stops anybody. */

import { expect, test } from "vitest";
import { type RecordState, emptyRecord } from "../../protocol/record.ts";
import type { Value } from "../../protocol/wire.ts";
import { natural } from "../../protocol/ids.ts";
import { isLateEntry } from "./days.ts";
import { edits } from "./edits.ts";
import { type Form, openForm, set, setEntries, type } from "./model.ts";
import { idleDay } from "./proposals.ts";
import { lacks, stops } from "./submission.ts";
import { PROJECT, fold, id, li, schema, wang, written } from "./testing.ts";

const EVENING = { day: "2026-03-02", minutes: 18 * 60 };
const nothing = () => emptyRecord(natural("diary", `${PROJECT}/2026-03-02`), "diary");

function told(form: Form, now = EVENING, record = nothing()) {
  return lacks(schema, form, record, li, now).map((lack) =>
    lack.what === "field" ? lack.field.name : lack.what === "photo" ? `photo ${lack.name}` : lack.what,
  );
}

function today(fields: Record<string, Value> = {}) {
  return openForm(schema, nothing(), { project: PROJECT, date: "2026-03-02", ...fields });
}

const whole = idleDay("下雨", { am: "小雨", pm: "中雨" }, "idle");

test("an idle day as it is offered counts as submitted", () => {
  expect(told(today(whole))).toEqual([]);
});

test("what is missing is told, and is no reason not to save", () => {
  const form = today({ work_status: "working" });
  expect(told(form)).toEqual(
    expect.arrayContaining(["weather_am", "parts", "progress_text", "isolation_ok", "safety_ok", "quality_ok"]),
  );
  expect(stops(schema, form, nothing(), li.user)).toEqual([]);
});

test("a bad answer asks for the picture that shows it", () => {
  const bad = today({ ...whole, isolation_ok: false });
  expect(told(bad)).toEqual(["photo isolation_ok"]);
  const picture = { sha256: "a".repeat(64), category: "形象进度" };
  expect(told(set(schema, bad, "photos", picture))).toEqual(["photo isolation_ok"]);
  expect(told(set(schema, bad, "photos", { ...picture, about: "isolation_ok" }))).toEqual([]);
  expect(told(set(schema, bad, "photos", { ...picture, category: "围挡隔离" }))).toEqual([]);
});

test("a day that is written after noon of the next day is 补记 and says why", () => {
  expect(told(today(whole), { day: "2026-03-03", minutes: 11 * 60 + 59 })).toEqual([]);
  const late = { day: "2026-03-03", minutes: 12 * 60 };
  expect(told(today(whole), late)).toEqual(["late_reason"]);
  expect(told(today({ ...whole, late_reason: "停电" }), late)).toEqual([]);
  expect(isLateEntry("2026-02-28", { day: "2026-03-01", minutes: 0 })).toBe(false);
});

test("who mends a diary that was there in time writes no 补记", () => {
  const there = written("diary", 0xff, { project: PROJECT, date: "2026-03-02", ...whole });
  const form = set(schema, openForm(schema, there), "weather_pm", "阴");
  expect(told(form, { day: "2026-03-09", minutes: 0 }, there)).toEqual([]);
});

test("a signed record is corrected with a reason; a remark needs none, a return asks for none", () => {
  const signoff = (verdict: string) => ({ role: "principal", verdict, note: "改", covers: [] });
  const signed = written("diary", 0xff, { ...whole, signoffs: signoff("confirmed") }, { who: wang });
  const form = set(schema, openForm(schema, signed), "weather_pm", "阴");
  expect(stops(schema, form, signed, li.user)).toEqual([{ why: "reason", name: "reason" }]);
  expect(stops(schema, set(schema, form, "reason", "记错了"), signed, li.user)).toEqual([]);
  expect(stops(schema, set(schema, openForm(schema, signed), "remarks", "已阅"), signed, li.user)).toEqual([]);
  // One's own signature, sent back since, asks for none either.
  const own = written("diary", 0xff, { ...whole, signoffs: signoff("signed") });
  const edited = (record: RecordState) => set(schema, openForm(schema, record), "weather_pm", "阴");
  expect(stops(schema, edited(own), own, li.user)).toEqual([{ why: "reason", name: "reason" }]);
  const sentBack = fold(own, { id: id(0x9800), record: id(0xff), kind: "diary", made_at: "2026-03-03T08:00:00+08:00", edits: [{ field: "signoffs", value: signoff("returned"), replaces: [] }] }, wang, 9);
  expect(stops(schema, edited(sentBack), sentBack, li.user)).toEqual([]);
  const returned = written("diary", 0xff, { ...whole, signoffs: signoff("returned") }, { who: wang });
  expect(stops(schema, set(schema, openForm(schema, returned), "weather_pm", "阴"), returned, li.user)).toEqual([]);
});

test("what cannot be sent is named: half a number, a material without a name", () => {
  expect(stops(schema, type(today(), "temp_max", "abc"), nothing(), li.user)).toEqual([{ why: "unread", name: "temp_max" }]);
  const cards = [{ value: { spec: "φ12" } }, { value: { name: "" } }];
  expect(stops(schema, setEntries(today(), "materials", cards), nothing(), li.user)).toMatchObject([
    { why: "part", name: "materials", part: { name: "name" }, place: 0 },
  ]);
  const machines = [{ value: { name: "吊车", qty: "两台" } }];
  expect(stops(schema, setEntries(today(), "machines", machines), nothing(), li.user)).toMatchObject([{ part: { name: "qty" } }]);
});

test("what the office would hold for its form is told before it is saved", () => {
  const project = openForm(schema, emptyRecord(id(1), "school"), { name: "小学", township: "35082310" });
  expect(stops(schema, project, emptyRecord(id(1), "school"), li.user)).toEqual([{ why: "unread", name: "township" }]);
});

test("what is longer than anybody may send is told, with where it stands", () => {
  const long = "混凝土".repeat(8_000);
  expect(stops(schema, set(schema, today(), "progress_text", long), nothing(), li.user)).toEqual([{ why: "long", name: "progress_text" }]);
  const much = setEntries(today(), "remarks", Array.from({ length: 600 }, (_, place) => ({ value: `第${place}条` })));
  expect(stops(schema, much, nothing(), li.user)).toEqual([{ why: "much", name: "remarks" }]);
  const heavy = setEntries(today(), "remarks", Array.from({ length: 5 }, (_, place) => ({ value: `${place}${long.slice(0, 20_000)}` })));
  expect(stops(schema, heavy, nothing(), li.user)).toEqual([{ why: "much", name: "remarks" }]);
});

test("what no office can keep is left out of a text, and the text is sent", () => {
  const form = set(schema, today(), "idle_reason", "停\0电\ud800了");
  expect(stops(schema, form, nothing(), li.user)).toEqual([]);
  expect(edits(schema, form)).toContainEqual({ field: "idle_reason", value: "停电了", replaces: [] });
});

test("a name of one's own under which nothing is said is told; one that was chosen is offered again", () => {
  expect(stops(schema, type(today(), "crew/钢筋工", ""), nothing(), li.user)).toEqual([]);
  const visit = openForm(schema, emptyRecord(id(1), "inspection"));
  expect(stops(schema, type(visit, "items/防护", ""), emptyRecord(id(1), "inspection"), li.user)).toEqual([{ why: "empty", name: "items/防护" }]);
});
