/** What a reader is told of a record: by whom, where it is, who may settle a conflict, and in which words. */

import { describe, expect, test } from "vitest";
import type { Kind } from "../../protocol/schema.ts";
import type { Change, Head, Snapshot, Uuid, Value } from "../../protocol/wire.ts";
import { natural } from "../../protocol/ids.ts";
import { type Phone, newPhone, save } from "../../sync/phone.ts";
import { PROJECT, id, li, schema, wang, wireSchema, written } from "../form/testing.ts";
import { type Book, bookOf } from "./book.ts";
import { conflictsIn } from "./settling.ts";
import { showKey, showValue } from "./show.ts";
import { kindBeside, titleOf } from "./title.ts";
import { whereabouts } from "./whereabouts.ts";

const SCHOOL = id(0xbb);
const DIARY = id(0xff);
const AT = "2026-03-02T17:41:08+08:00";

function head(number: number, value: Value, { user, name, device } = li): Head {
  return { edit: `${id(number)}.0`, value, by: user, by_name: name, device, made_at: AT, seq: number };
}

function row(record: Uuid, kind: string, fields: Record<string, Head[]>, more: Partial<Snapshot> = {}): Snapshot {
  return { id: record, kind, seq: 50, school: SCHOOL, project: PROJECT, fields, ...more };
}

const places = [
  row(PROJECT, "project", { name: [head(1, "教学楼")], school: [head(1, SCHOOL)] }, { project: PROJECT }),
  row(SCHOOL, "school", { name: [head(2, "中心小学")] }, { project: null }),
];

function book(rows: Snapshot[], phone: Phone = newPhone(li), scope = `project:${PROJECT}`): Book {
  const me = { user: { id: li.user, username: "li", display_name: li.name }, roles: [{ role: "school_team", scope, zh: "", en: "" }] };
  const kinds = [...new Set([...[...places, ...rows].map((row) => row.kind), "diary"])];
  return bookOf(phone, wireSchema, me, new Map(kinds.map((kind) => [kind, [...places, ...rows].filter((row) => row.kind === kind)])));
}

function change(number: number, field: string, value: Value, record = DIARY): Change {
  return { id: id(number), record, kind: "diary", made_at: AT, edits: [{ field, value, replaces: [] }] };
}

test("a record that is only in the outbox stands in the book like any other", () => {
  const it = book([], save(newPhone(li), change(0x100, "date", "2026-03-02")));
  expect(it.all("diary").map((record) => record.id)).toEqual([DIARY]);
});

test("what the office holds is no record yet, but is told where it would stand", () => {
  const held = { change: change(0x100, "date", "2026-03-02"), code: "out_of_scope" as const, message: "不在范围内" };
  const phone = { ...newPhone(li), outbox: { waiting: [], kept: [], held: [held] } };
  const it = book([], phone);
  expect(it.all("diary")).toEqual([]);
  expect(whereabouts(phone, { id: DIARY, kind: "diary", fields: new Map() }).held).toEqual([held]);
});

test("a record is as far as what of it is furthest behind", () => {
  const rows = [row(DIARY, "diary", { date: [head(10, "2026-03-02")] })];
  const at = (phone: Phone) => whereabouts(phone, book(rows, phone).record(DIARY)!).at;
  const kept = { ...newPhone(li), outbox: { waiting: [], kept: [{ change: change(0x101, "weather_am", "晴"), seq: 60 }], held: [] } };
  expect(at(newPhone(li))).toBe("settled");
  expect(at(kept)).toBe("office");
  expect(at(save(kept, change(0x102, "weather_pm", "阴")))).toBe("waiting");
});

test("a record whose drawn signature is still here is not all the way", () => {
  const drawing = "d".repeat(64);
  const signoff = { role: "school_team", verdict: "signed", covers: [], drawing };
  const unsent = { length: 9, filename: "1.png", filetype: "image/png", acknowledged: 0, atOffice: false, settled: false };
  const phone = { ...newPhone(li), photos: { [drawing]: unsent } };
  const record = book([row(DIARY, "diary", { signoffs: [head(10, signoff)] })], phone).record(DIARY)!;
  expect(whereabouts(phone, record)).toMatchObject({ at: "office", photos: { of: 1, there: 0 } });
});

describe("a conflict", () => {
  const versions = (by = li) => [head(10, "基础", by), head(11, "砌体", wang)];
  const told = (it: Book) => conflictsIn(it, schema.kind("diary") as Kind, it.record(DIARY)!);

  test("is settled by who wrote one of its versions, and by nobody else of the team", () => {
    expect(told(book([row(DIARY, "diary", { image_progress: versions() })]))).toMatchObject([{ name: "image_progress", maySettle: true }]);
    const other = { ...wang, user: id(0xb03) };
    expect(told(book([row(DIARY, "diary", { image_progress: versions(other) })]))).toMatchObject([{ maySettle: false }]);
  });

  test("waits for the office where the writer's role ended, or the phone was not sent all of it", () => {
    expect(told(book([row(DIARY, "diary", { image_progress: versions() })], newPhone(li), `project:${id(0xab)}`))).toMatchObject([{ maySettle: false }]);
    const more = row(DIARY, "diary", { image_progress: versions() }, { siblings: { image_progress: 9 } });
    expect(told(book([more]))).toMatchObject([{ unsent: 7, maySettle: false }]);
  });

  test("is none where both say the same", () => {
    expect(told(book([row(DIARY, "diary", { image_progress: [head(10, "基础"), head(11, "基础", wang)] })]))).toEqual([]);
  });
});

test("a record belongs to its project and to its project's school, also before the office has it", () => {
  const it = book([], save(newPhone(li), change(0x100, "project", PROJECT)));
  const record = it.record(DIARY)!;
  expect([it.nameOf(it.projectOf(record)), it.nameOf(it.schoolOf(record))]).toEqual(["教学楼", "中心小学"]);
});

describe("values in words", () => {
  const it = book([row(DIARY, "diary", { date: [head(10, "2026-03-02")] })]);
  const reader = (language: "zh" | "en") => ({ book: it, language, now: new Date("2026-03-02T20:00:00+08:00") });
  const field = (name: string) => schema.kind("diary")!.fields.find((field) => field.name === name)!;
  const says = (name: string, value: Value, language: "zh" | "en" = "zh") => showValue(reader(language), field(name), value);

  test.each([
    ["date", "2026-03-02", "2026年3月2日 周一"],
    ["crew", 6, "6人"],
    ["temp_max", 125, "12.5℃"],
    ["progress_bp", 1280, "12.8%"],
    ["isolation_ok", false, "有问题"],
    ["supervisor_present", false, "否"],
    ["work_status", "idle", "未施工"],
    ["weather_am", "冰雹", "冰雹"],
    ["parts", { part: "柱", floor: "二层" }, "柱（二层）"],
    ["materials", { name: "商品混凝土", spec: "C30", qty: 42, unit: "m³", sampled: true }, "商品混凝土（C30，42 m³，见证取样 是）"],
    ["materials", { name: "砂", unit: "t" }, "砂（t）"],
    ["machines", { name: "挖掘机", qty: 1 }, "挖掘机（数量 1）"],
    ["project", PROJECT, "教学楼"],
    ["project", id(0xdd), "不在这里的记录"],
  ] as const)("%s", (name, value, text) => {
    expect(says(name, value)).toBe(text);
  });

  test("in English as English writes them", () => {
    expect(says("parts", { part: "column", floor: "2" }, "en")).toBe("column (2)");
    expect(says("crew", 6, "en")).toBe("6");
    expect(says("materials", { name: "concrete", qty: 42, unit: "m³" }, "en")).toBe("concrete (42 cubic metres)");
    expect(says("isolation_ok", true, "en")).toBe("In order");
  });

  test("a diary is called by its day", () => {
    expect(titleOf(reader("zh"), it.record(DIARY)!)).toBe("3月2日 周一 监管工作日志");
  });

  test("records of one kind are told apart, and their kind is said beside words that do not say it", () => {
    const told = (kind: string, fields: Record<string, Value>, language: "zh" | "en" = "zh") => {
      const record = written(kind, 0x77, fields);
      return [titleOf(reader(language), record), kindBeside(reader(language), record)];
    };
    expect(told("fund_event", { type: "申请", amount: 12_000_000, date: "2026-03-02" })).toEqual(["3月2日 周一 申请 12万元", "资金记录"]);
    expect(told("design_change", { reason: "屋面做法调整" })).toEqual(["屋面做法调整", "设计变更"]);
    expect(told("finding", { found_on: "2026-03-02", reason: "写错了" })).toEqual(["3月2日 周一 问题", undefined]);
    expect(told("verification", { result: "通过", date: "2026-03-02", note: "栏杆牢固" })).toEqual(["3月2日 周一 复查 通过", undefined]);
    expect(told("stage_event", { stage: "开工" }, "en")[0]).not.toMatch(/开工/);
    expect(told("bulletin", { number: "2026年第3期", text: "各校要排查边坡" })).toEqual(["2026年第3期 通报", undefined]);
    expect(told("code_list", { list: "材料种类" })).toEqual(["材料种类", "代码表"]);
  });

  test("townships and counties go by their name where the device has it, and else by their code", () => {
    const named = book([row(natural("division", "350823911"), "division", { name: [head(11, "临城镇")] })]);
    const of = (kind: string, name: string) => schema.kind(kind)!.fields.find((field) => field.name === name)!;
    const inChinese = { ...reader("zh"), book: named };
    expect(showValue(inChinese, of("school", "township"), "350823911")).toBe("临城镇");
    expect(showValue(inChinese, of("school", "township"), "350823912")).toBe("350823912");
    expect(showKey(inChinese, of("bulletin", "cutoff"), "350823911")).toBe("临城镇");
    expect(showValue(inChinese, of("bulletin", "figures"), { overdue: 3, closed: 4 })).toBe("2 项，请在办公室的网页上看");
  });
});
