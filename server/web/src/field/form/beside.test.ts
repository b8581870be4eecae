/** What somebody said is never lost to another schema, another window, or the office. */

import "fake-indexeddb/auto";
import { describe, expect, test } from "vitest";
import { Device, Hand } from "../../db/device.ts";
import { natural } from "../../protocol/ids.ts";
import { emptyRecord, headsOf } from "../../protocol/record.ts";
import { type FieldType, Schema } from "../../protocol/schema.ts";
import type { Change, Value } from "../../protocol/wire.ts";
import { newPhone } from "../../sync/phone.ts";
import { bookOf } from "../record/book.ts";
import { formIn, keep } from "./begin.ts";
import { dropBeside, fitted, lay, remarkBeside, restOf, saidIn, takeBeside } from "./beside.ts";
import { changeOfForm, edits } from "./edits.ts";
import { type Form, openForm, set, setEntries, type } from "./model.ts";
import { stops } from "./submission.ts";
import { takeUp, takeUpRefused, upToDate } from "./takeup.ts";
import { PROJECT, id, li, schema, wireSchema, written } from "./testing.ts";

const NOW = "2026-03-02T17:45:10+08:00";
const DIARY = natural("diary", `${PROJECT}/2026-03-02`);
const nothing = () => emptyRecord(DIARY, "diary");
const today = (fields: Record<string, Value> = {}) => openForm(schema, nothing(), { project: PROJECT, date: "2026-03-02", ...fields });

/** The declarations with another diary. */
function declaring(change: (diary: (typeof wireSchema.kinds)[number]) => void): Schema {
  const wire = structuredClone(wireSchema);
  wire.kinds.filter((kind) => kind.name === "diary").forEach(change);
  return new Schema(wire);
}

function typed(name: string, as: unknown): Schema {
  return declaring((diary) => diary.fields.filter((field) => field.name === name).forEach((field) => (field.type = as as FieldType)));
}

/** What would be sent of a form, and what stays beside it. */
function outcome(now: Schema, form: Form, record = nothing()) {
  const fit = upToDate(now, form, record);
  expect(stops(now, fit, record, li.user), "nothing of it stops a save").toEqual([]);
  const change = changeOfForm(now, fit, id(1), NOW);
  const sent = Object.fromEntries((change?.edits ?? []).map((line) => [line.field, line.value]));
  return { sent, record: change?.record, beside: (fit.beside ?? []).map(({ name, value, why }) => [name, value, why]) };
}

describe("declarations that change while a draft is open", () => {
  test("what was said in a field that is gone stays beside, and the rest is saved", () => {
    const without = declaring((diary) => (diary.fields = diary.fields.filter((field) => !["idle_reason", "crew", "temp_max"].includes(field.name))));
    const form = type(today({ idle_reason: "下雨", "crew/钢筋工": 6, weather_am: "晴" }), "temp_max", "很热");
    const { sent, beside } = outcome(without, form);
    expect(sent).toEqual({ project: PROJECT, date: "2026-03-02", weather_am: "晴" });
    expect(beside).toEqual(expect.arrayContaining([["idle_reason", "下雨", "undeclared"], ["crew/钢筋工", 6, "undeclared"], ["temp_max", "很热", "undeclared"]]));
  });

  test("what the record says in a field that is gone is not taken away", () => {
    const record = written("diary", 0xff, { idle_reason: "下雨", weather_am: "晴" });
    const without = declaring((diary) => (diary.fields = diary.fields.filter((field) => field.name !== "idle_reason")));
    const form = set(schema, openForm(schema, record), "weather_am", "阴");
    expect(edits(without, upToDate(without, form, record))).toMatchObject([{ field: "weather_am", value: "阴" }]);
    expect(edits(without, form), "before it is fitted, too").toMatchObject([{ field: "weather_am", value: "阴" }]);
  });

  test("a value that the field takes no more, and cannot show, stays beside", () => {
    expect(outcome(typed("idle_reason", { int: { min: 0, max: 9 } }), today({ idle_reason: "下雨" })).beside).toEqual([["idle_reason", "下雨", "undeclared"]]);
    const gone = structuredClone(wireSchema);
    gone.choice_lists.forEach((list) => (list.choices = list.choices.filter((choice) => choice.code !== "working")));
    expect(outcome(new Schema(gone), today({ work_status: "working" })).beside).toEqual([["work_status", "working", "undeclared"]]);
    expect(outcome(typed("isolation_ok", "text"), today({ isolation_ok: false })).beside).toEqual([["isolation_ok", false, "undeclared"]]);
  });

  test("several lines for one, and one for several, keep every line", () => {
    const one = declaring((diary) => diary.fields.filter((field) => field.name === "remarks").forEach((field) => (field.rule = "one")));
    const lines = setEntries(today(), "remarks", [{ value: "上午停电" }, { value: "下午来电" }]);
    const { sent, beside } = outcome(one, lines);
    expect([sent["remarks"], ...beside.map(([, value]) => value)]).toEqual(["上午停电", "下午来电"]);
    const many = declaring((diary) => diary.fields.filter((field) => field.name === "idle_reason").forEach((field) => (field.rule = "log")));
    expect(outcome(many, today({ idle_reason: "下雨" })).sent).toMatchObject({ idle_reason: "下雨" });
  });

  test("a type that this app does not know is the office's to judge, and nothing throws", () => {
    for (const unknown of ["colour", { blend: ["a"] }]) {
      expect(outcome(typed("idle_reason", unknown), today({ idle_reason: "下雨" })).sent).toMatchObject({ idle_reason: "下雨" });
    }
  });

  test("another natural key gives the record its new id instead of stopping the save", () => {
    const byDay = declaring((diary) => (diary.identity = { natural: ["date", "project"] }));
    const { record, sent } = outcome(byDay, today({ idle_reason: "下雨" }));
    expect(record).toBe(natural("diary", `2026-03-02/${PROJECT}`));
    expect(sent).toMatchObject({ idle_reason: "下雨" });
    const there = written("diary", 0xff, { project: PROJECT, date: "2026-03-02", weather_am: "晴" });
    const form = set(schema, openForm(schema, there), "weather_am", "阴");
    expect(outcome(byDay, form, there).record, "a record that is there stays where it is").toBe(there.id);
  });

  test("a kind that is gone sends what stands there: the office holds it", () => {
    const none = new Schema({ ...wireSchema, kinds: [] });
    const form = type(setEntries(today({ idle_reason: "下雨" }), "remarks", [{ value: "停电" }]), "temp_max", "很热");
    expect(outcome(none, form).sent).toEqual({ project: PROJECT, date: "2026-03-02", idle_reason: "下雨", remarks: "停电", temp_max: "很热" });
  });

  test("under the declarations as they were, a form is left as it is", () => {
    const form = type(setEntries(today({ idle_reason: "下雨", "crew/钢筋工": 6 }), "materials", [{ value: { spec: "φ12" } }]), "temp_max", "-");
    expect(fitted(schema, form, nothing())).toBe(form);
  });
});

describe("what stands beside", () => {
  const form = () => lay(schema, today({ idle_reason: "停电" }), [["idle_reason", "下雨"], ["weather_am", "晴"]], "refused");

  test("is laid into fields that nobody touched, and beside those that somebody did", () => {
    expect(form().single).toMatchObject({ idle_reason: "停电", weather_am: "晴" });
    expect(form().beside).toEqual([{ name: "idle_reason", value: "下雨", why: "refused" }]);
    expect(lay(schema, form(), saidIn(form()), "elsewhere"), "the same again says nothing").toEqual(form());
  });

  test("is taken, put into the remarks, or dropped, by a person; until then it stays a draft", () => {
    const [beside] = form().beside ?? [];
    if (beside === undefined) {
      throw new Error("nothing stands beside");
    }
    expect(takeBeside(schema, form(), beside)).toMatchObject({ single: { idle_reason: "下雨" } });
    expect(remarkBeside(schema, form(), beside, "停工原因：下雨").sets["remarks"]).toEqual([{ value: "停工原因：下雨" }]);
    expect(restOf(dropBeside(form(), beside))).toBeUndefined();
    expect(restOf(form())?.beside).toEqual([beside]);
    expect(edits(schema, restOf(form())!)).toEqual([]);
  });
});

test("who corrects what was refused sees the refused values, and what they wrote since", async () => {
  const device = await Device.open("refused");
  await device.enrol(li, "token");
  const record = written("diary", 0xff, { image_progress: "基础", weather_am: "晴" });
  const heads = (name: string) => headsOf(record, name).map((head) => head.edit);
  const refused: Change = {
    ...{ id: id(0x700), record: record.id, kind: "diary", made_at: NOW },
    edits: [{ field: "image_progress", value: "主体二层", replaces: heads("image_progress") }, { field: "weather_am", value: "小雨", replaces: heads("weather_am") }],
  };
  const said = refused.edits.map((line): [string, Value] => [line.field, line.value ?? ""]);
  const book = bookOf(newPhone(li), wireSchema, { user: { id: li.user, username: "li", display_name: li.name }, roles: [] }, new Map());
  await keep(device, set(schema, openForm(schema, record), "image_progress", "主体一层"), new Hand(), NOW);
  await takeUpRefused(device, book, record, said, NOW);
  const { form } = await takeUp(device, book, record, NOW);
  expect(form.single).toMatchObject({ image_progress: "主体一层", weather_am: "小雨" });
  expect(form.beside).toEqual([{ name: "image_progress", value: "主体二层", why: "refused" }]);
  expect(formIn(await device.drafts.of(record.id))).toEqual(form);
  device.close();
});
