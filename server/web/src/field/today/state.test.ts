/** What waits for whom: diaries, findings, returns. */

import { describe, expect, test } from "vitest";
import { type RecordState, headsOf } from "../../protocol/record.ts";
import { covered } from "../../protocol/signoff.ts";
import type { Value } from "../../protocol/wire.ts";
import { idleDay } from "../form/proposals.ts";
import { PROJECT, fold, id, li, schema, wang, written } from "../form/testing.ts";
import {
  cameBack,
  diaryProjects,
  diaryStanding,
  projectToday,
  requiredDays,
} from "./state.ts";

const TODAY = "2026-03-10";
const SCHOOL = id(0xbb);
let seq = 1;

function record(kind: string, fields: Record<string, Value>, who = li): RecordState {
  seq += 1;
  return written(kind, seq, fields, { who, seq });
}

function diary(date: string, fields: Record<string, Value> = {}): RecordState {
  const whole = idleDay("下雨", { am: "小雨", pm: "小雨" }, "idle");
  return record("diary", { project: PROJECT, date, ...whole, ...fields });
}

const stage = (name: string, date: string) => record("stage_event", { project: PROJECT, stage: name, date });
const suspension = (from: string, to?: string) =>
  record("suspension", { project: PROJECT, from, ...(to === undefined ? {} : { to }), reason: "台风" });

function signed(record: RecordState, verdict: string, note = "缺照片", who = wang): RecordState {
  seq += 1;
  const value = { role: "principal", verdict, note, covers: covered(record, schema) };
  const edits = [{ field: "signoffs", value, replaces: [] }];
  const change = { id: id(0x9000 + seq), record: record.id, kind: record.kind, made_at: `${TODAY}T10:00:00+08:00`, edits };
  return fold(record, change, who, seq);
}

function edited(record: RecordState, field: string, value: Value): RecordState {
  seq += 1;
  const replaces = headsOf(record, field).map((head) => head.edit);
  const edits = [{ field, value, replaces }];
  const change = { id: id(0x9000 + seq), record: record.id, kind: record.kind, made_at: `${TODAY}T11:00:00+08:00`, edits };
  return fold(record, change, li, seq);
}

test("somebody writes the diaries of their project, or of all projects of their school", () => {
  const ours = record("project", { name: "教学楼", school: SCHOOL });
  const other = record("project", { name: "食堂", school: id(0xbc) });
  const at = (scope: string, role = "school_team") => diaryProjects([{ role, scope }], [ours, other]);
  expect(at(`project:${other.id}`)).toEqual([other]);
  expect(at(`school:${SCHOOL}`)).toEqual([ours]);
  expect(at(`school:${SCHOOL}`, "principal")).toEqual([ours]);
  expect(at(`project:${other.id}`, "contractor")).toEqual([]);
  expect(at("county:350823", "project_office")).toEqual([]);
});

/** A project that somebody wrote down on that day, long before any works where none is said. */
function project(madeAt = "2025-12-01T09:30:00+08:00"): RecordState {
  seq += 1;
  return written("project", seq, { name: "教学楼", school: SCHOOL }, { who: wang, seq, madeAt });
}

const acceptance = (date: string, conclusion: string) => record("acceptance", { project: PROJECT, date, conclusion });

describe("the days that need a diary", () => {
  type Parts = { project?: RecordState; diaries?: RecordState[]; stages?: RecordState[]; acceptances?: RecordState[]; suspensions?: RecordState[] };
  const days = ({ project: of = project(), ...parts }: Parts) =>
    requiredDays(of, { diaries: [], stages: [], acceptances: [], suspensions: [], ...parts }, schema, TODAY);

  test("begin with the works; where nobody recorded their start, the office asks for none", () => {
    expect(days({ stages: [stage("开工", "2026-03-08")] })).toEqual(["2026-03-08", "2026-03-09", "2026-03-10"]);
    expect(days({ stages: [stage("开工", "2026-03-11")] })).toEqual([]);
    expect(days({ diaries: [diary("2026-03-09")] })).toEqual([]);
    expect(days({})).toEqual([]);
  });

  test("do not begin before the project came into the ledger", () => {
    const stages = [stage("开工", "2026-02-01")];
    expect(days({ stages, project: project("2026-03-09T09:30:00+08:00") })).toEqual(["2026-03-09", "2026-03-10"]);
    // By the day in China, whatever clock the office's computer shows.
    expect(days({ stages, project: project("2026-03-08T16:30:00Z") })).toEqual(["2026-03-09", "2026-03-10"]);
  });

  test("know the project by the change that began it and not by what was corrected since", () => {
    const stages = [stage("开工", "2026-03-07")];
    const corrected = edited(project("2026-03-08T09:30:00+08:00"), "name", "教学综合楼");
    expect(days({ stages, project: corrected })).toEqual(["2026-03-08", "2026-03-09", "2026-03-10"]);
    // What is still on its way to the office is the last, even by a clock that is behind.
    const late = edited(project("2026-03-09T09:30:00+08:00"), "plan_year", 2025);
    for (const head of headsOf(late, "plan_year")) {
      delete head.seq;
      head.made_at = "2026-03-01T09:30:00+08:00";
    }
    expect(days({ stages, project: late })).toEqual(["2026-03-09", "2026-03-10"]);
  });

  test("end with the acceptance, that day included, whichever record tells of it", () => {
    const started = stage("开工", "2026-03-07");
    expect(days({ stages: [started, stage("竣工验收", "2026-03-08")] })).toEqual(["2026-03-07", "2026-03-08"]);
    expect(days({ stages: [started], acceptances: [acceptance("2026-03-08", "合格")] })).toEqual(["2026-03-07", "2026-03-08"]);
    expect(days({ stages: [started], acceptances: [acceptance("2026-03-08", "整改后复验")] })).toHaveLength(4);
  });

  test("do not end while people differ about whether it was the acceptance", () => {
    const contested = stage("竣工验收", "2026-03-08");
    const edits = [{ field: "stage", value: "质量监督", replaces: [] }];
    fold(contested, { id: id(0x8887), record: contested.id, kind: "stage_event", made_at: TODAY, edits }, wang);
    expect(days({ stages: [stage("开工", "2026-03-07"), contested] })).toHaveLength(4);
  });

  test("leave out suspensions, also one without an end", () => {
    const stages = [stage("开工", "2026-03-05")];
    const both = [suspension("2026-03-06", "2026-03-07"), suspension("2026-03-10")];
    expect(days({ stages, suspensions: both })).toEqual(["2026-03-05", "2026-03-08", "2026-03-09"]);
  });
});

describe("a project today", () => {
  const today = (diaries: RecordState[], stages = [stage("开工", "2026-03-07")]) =>
    projectToday(project(), { diaries, stages, acceptances: [], suspensions: [] }, schema, TODAY);

  test("names the missed days, the latest first; an incomplete diary is missed too", () => {
    const half = record("diary", { project: PROJECT, date: "2026-03-08", work_status: "working" });
    const state = today([half, diary("2026-03-10")]);
    expect(state).toMatchObject({ today: "submitted", required: true, missed: ["2026-03-09", "2026-03-08", "2026-03-07"] });
    expect(today([half, diary("2026-03-07"), diary("2026-03-09")])).toMatchObject({ today: "none", missed: ["2026-03-08"] });
  });

  test("whose start nobody recorded has missed nothing, and whoever writes its diaries is asked for today's", () => {
    expect(today([diary("2026-03-06")], [])).toMatchObject({ required: true, missed: [] });
    expect(today([], [])).toMatchObject({ required: false, missed: [] });
    expect(today([diary("2026-03-06")], [stage("竣工验收", "2026-03-08")])).toMatchObject({ required: false });
  });

  test("does not count a withdrawn diary", () => {
    const gone = edited(diary("2026-03-10"), "withdrawn", "写错项目");
    expect(today([gone]).today).toBe("none");
  });
});

test("a diary is submitted, confirmed, returned, mended", () => {
  const it = diary(TODAY);
  expect(diaryStanding(it, schema)).toBe("submitted");
  expect(diaryStanding(signed(it, "returned"), schema)).toBe("returned");
  expect(diaryStanding(edited(it, "weather_pm", "阴"), schema)).toBe("submitted");
  expect(diaryStanding(signed(it, "confirmed"), schema)).toBe("confirmed");
  expect(diaryStanding(edited(it, "weather_pm", "晴"), schema)).toBe("changed_since_signed");
  expect(diaryStanding(undefined, schema)).toBe("none");
});

test("a return stands until something is mended or somebody confirms after all", () => {
  const mine = () => true;
  const back = (record: RecordState) => cameBack([record], [], mine, schema, li.user);
  const it = signed(diary(TODAY), "returned");
  expect(back(it)).toMatchObject([{ kind: "returned", by: wang.name, note: "缺照片" }]);
  expect(back(edited(it, "weather_pm", "阴"))).toEqual([]);
  expect(back(signed(signed(diary(TODAY), "returned"), "confirmed"))).toEqual([]);
  expect(cameBack([signed(diary(TODAY), "returned")], [], () => false, schema, li.user)).toEqual([]);
  expect(cameBack([signed(diary(TODAY), "returned")], [], mine, schema, wang.user)).toEqual([]);
});

test("what the office holds came back as well, with its reason", () => {
  const change = { id: id(0x7777), record: id(1), kind: "diary", made_at: TODAY, edits: [] };
  const held = { change, code: "not_permitted" as const, message: "您的角色不能填写", refused: "请由项目组填写" };
  expect(cameBack([], [held], () => true, schema, li.user)).toEqual([{ kind: "held", held }]);
});

test("a refused change is told until its author has written all of it anew", () => {
  const it = diary(TODAY);
  const edits = [{ field: "weather_pm", value: "晴", replaces: [] }];
  const change = { id: id(0x7777), record: it.id, kind: "diary", made_at: `${TODAY}T10:30:00+08:00`, edits };
  const refused = { change, code: "invalid" as const, message: "", refused: "请写明原因" };
  const told = () => cameBack([it], [refused], () => true, schema, li.user);
  expect(told()).toHaveLength(1);
  edited(it, "weather_am", "晴");
  expect(told()).toHaveLength(1);
  edited(it, "weather_pm", "晴");
  expect(told()).toEqual([]);
});
