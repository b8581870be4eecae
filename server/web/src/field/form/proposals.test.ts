/** What a form offers: yesterday's values, what a checklist says of a failure, who may write. */

import { describe, expect, test } from "vitest";
import { emptyRecord } from "../../protocol/record.ts";
import type { Kind } from "../../protocol/schema.ts";
import { type Checklist, checklistOf, countyChecklist, followed, sectionsOf, shippedChecklists } from "./checklist.ts";
import { edits } from "./edits.ts";
import { openForm, set } from "./model.ts";
import { accept, findingOf, followsBy, lastBefore, offered } from "./proposals.ts";
import { mayWrite, mayWriteField, signingRole } from "./rights.ts";
import { PROJECT, fold, id, schema, wang, wireSchema, written } from "./testing.ts";

const diary = (number: number, date: string, fields = {}) => written("diary", number, { date, ...fields }, { seq: number });
const today = () => openForm(schema, emptyRecord(id(0xfe), "diary"), { date: "2026-03-03" });

describe("yesterday's values", () => {
  test("are those of the last diary before the day", () => {
    const all = [diary(1, "2026-02-27"), diary(2, "2026-03-02"), diary(3, "2026-03-04")];
    expect(lastBefore(all, "date", "2026-03-03")?.id).toBe(id(2));
    expect(lastBefore(all, "date", "2026-02-27")).toBeUndefined();
  });

  test("fill what is empty, trade by trade, and leave alone what was written", () => {
    const last = diary(2, "2026-03-02", { "crew/钢筋工": 6, "crew/普工": 3, machines: { name: "塔吊" } });
    const form = set(schema, today(), "crew/普工", 5);
    const filled = accept(schema, accept(schema, form, offered(schema, last, "crew")), offered(schema, last, "machines"));
    expect(filled.single).toMatchObject({ "crew/钢筋工": 6, "crew/普工": 5 });
    expect(filled.sets["machines"]).toEqual([{ value: { name: "塔吊" } }]);
    expect(edits(schema, filled).every((line) => line.replaces.length === 0)).toBe(true);
  });

  test("are last month's in a progress report: what it counts, and not why it is late", () => {
    const report = (number: number, month: string) => written("progress_report", number, { month, completed_area: 12_000_00 }, { seq: number });
    expect(["image_progress", "started_area", "completed_area", "invested"].map((field) => followsBy("progress_report", field))).toEqual(Array(4).fill("month"));
    expect(followsBy("progress_report", "delay_reason")).toBeUndefined();
    const last = lastBefore([report(1, "2025-12"), report(2, "2026-02"), report(3, "2026-03")], "month", "2026-03");
    expect(offered(schema, last!, "completed_area")).toEqual({ completed_area: [12_000_00] });
  });

  test("are not offered where they are in conflict", () => {
    const last = diary(2, "2026-03-02", { image_progress: "基础" });
    const line = { field: "image_progress", value: "砌体", replaces: [] };
    fold(last, { id: id(0x500), record: last.id, kind: "diary", made_at: "2026-03-02T18:00:00Z", edits: [line] }, wang, 9);
    expect(offered(schema, last, "image_progress")).toEqual({});
  });
});

describe("a checklist", () => {
  const [shipped] = shippedChecklists(wireSchema.checklists) as [Checklist];

  test("comes in sections with all its items", () => {
    const sections = sectionsOf(shipped);
    expect(sections[0]).toMatchObject({ zh: "程序", en: "procedure" });
    expect(sections.flatMap((section) => section.items)).toHaveLength(shipped.items.length);
    expect(shipped.items.find((item) => item.code === "A01")).toMatchObject({ photoNeeded: true, severity: "重大", deadlineDays: 0 });
  });

  test("of a county is told from the one that came with the server, also in the same version", () => {
    const own = countyChecklist(
      written("checklist", 7, { name: "上杭县清单", version: "1", "items/B02": { text: "乙" }, "items/B01": { text: "甲", severity: "较大", deadline_days: 7 } }),
    );
    expect(own.items.map((item) => item.code)).toEqual(["B01", "B02"]);
    expect(own.items[0]).toMatchObject({ zh: "甲", severity: "较大", deadlineDays: 7 });
    for (const list of [own, shipped]) {
      expect(checklistOf(followed(list), [own, shipped])).toBe(list);
    }
    expect(checklistOf({ version: "99" }, [own, shipped])).toBeUndefined();
  });

  test("says how grave a failure is, by when it is to be mended, and which rule it breaks", () => {
    const item = shipped.items.find((item) => item.code === "A02");
    if (item === undefined) {
      throw new Error("there is no A02");
    }
    const said = findingOf(item, { result: "不合格", note: "缺栏杆" }, { inspection: id(5), project: PROJECT, day: "2026-03-31" });
    expect(said).toMatchObject({
      category: "安全",
      severity: "重大",
      deadline: "2026-04-01",
      description: `${item.zh}：缺栏杆`,
      item: "A02",
      inspection: id(5),
      project: PROJECT,
    });
    const form = openForm(schema, emptyRecord(id(6), "finding"), said);
    const change = { id: id(8), record: id(6), kind: "finding", made_at: "2026-03-31T10:00:00+08:00", edits: edits(schema, form) };
    expect(schema.check(change)).toBeUndefined();
  });
});

describe("who may write", () => {
  const kind = (name: string) => schema.kind(name) as Kind;
  const team = [{ role: "school_team", scope: `project:${PROJECT}` }];

  test("is a writer of the kind, at the place", () => {
    expect(mayWrite(kind("diary"), team, { project: PROJECT })).toBe(true);
    expect(mayWrite(kind("diary"), team, { project: id(0xab) })).toBe(false);
    expect(mayWrite(kind("inspection"), team, {})).toBe(false);
    expect(mayWrite(kind("inspection"), [{ role: "inspector", scope: `zone:${id(1)}` }], { project: PROJECT })).toBe(true);
  });

  test("is said field by field: an office writes no diary's date, everybody remarks, nobody who only reads", () => {
    const field = (name: string) => kind("diary").fields.find((field) => field.name === name)!;
    const office = [{ role: "project_office", scope: "county:350823" }];
    const may = (name: string, roles: typeof team) => mayWriteField(kind("diary"), field(name), roles, { project: PROJECT });
    expect([may("date", team), may("date", office), may("work_status", office)]).toEqual([true, false, true]);
    const township = [{ role: "township", scope: "township:350823101" }];
    expect([may("remarks", township), may("signoffs", township)]).toEqual([true, false]);
    expect(may("remarks", [{ role: "auditor", scope: "county:350823" }])).toBe(false);
  });

  test("signs for the school first where somebody is several things", () => {
    const both = [...team, { role: "principal", scope: `school:${id(0xbb)}` }];
    expect(signingRole(kind("diary"), both, { project: PROJECT, school: id(0xbb) })).toBe("principal");
    expect(signingRole(kind("diary"), [{ role: "leader", scope: "county:350823" }], {})).toBeUndefined();
    expect(signingRole(kind("bulletin"), [{ role: "leader", scope: "county:350823" }], {})).toBe("leader");
  });
});
