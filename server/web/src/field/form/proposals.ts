/**
 * What a form offers, so that little has to be typed: yesterday's values, an idle day, what a
 * checklist says of a failure. Offered, seen and taken by a person; nothing here is written by itself.
 */

import { type RecordState, baseOf, headsOf, read } from "../../protocol/record.ts";
import type { Schema } from "../../protocol/schema.ts";
import { isMap } from "../../protocol/values.ts";
import type { FieldName, Uuid, Value } from "../../protocol/wire.ts";
import type { CheckItem } from "./checklist.ts";
import { addDays } from "./days.ts";
import { type Form, set, setEntries } from "./model.ts";

/** What is mostly as it was in the record before, kind by kind, and by which field those follow each other. */
const AS_BEFORE: Readonly<Record<string, { by: FieldName; fields: readonly string[] }>> = {
  diary: { by: "date", fields: ["weather_am", "weather_pm", "crew", "machines", "image_progress"] },
  progress_report: { by: "month", fields: ["image_progress", "started_area", "completed_area", "invested"] },
};

/** The field by which records of that kind follow each other, if that one is mostly as it was before. */
export function followsBy(kind: string, field: string): FieldName | undefined {
  const before = AS_BEFORE[kind];
  return before?.fields.includes(field) === true ? before.by : undefined;
}

/** What the last diary said of one declared field: under its name, or under each of its keys. */
type Offer = Record<FieldName, Value[]>;

/** What an earlier record says that a new one may say again; what is in conflict there is not offered. */
export function offered(schema: Schema, earlier: RecordState, field: string): Offer {
  const offer: Offer = {};
  for (const [name, { heads }] of earlier.fields) {
    const reading = baseOf(name) === field ? read(schema.rule(earlier.kind, name), heads) : undefined;
    if (reading?.shows === "single") {
      offer[name] = [reading.head.value];
    } else if (reading?.shows === "all") {
      offer[name] = reading.heads.map((head) => head.value);
    }
  }
  return offer;
}

/** Takes an offer into the form; what stands there already is left alone. */
export function accept(schema: Schema, form: Form, offer: Offer): Form {
  return Object.entries(offer).reduce((form, [name, values]) => {
    const several = schema.rule(form.kind, name) === "many" || schema.rule(form.kind, name) === "log";
    if (several) {
      const there = form.sets[name] ?? [];
      return there.length > 0 ? form : setEntries(form, name, values.map((value) => ({ value })));
    }
    const value = values[0];
    return value === undefined || name in form.single ? form : set(schema, form, name, value);
  }, form);
}

/** The last record before that day or month, by the field that says it. */
export function lastBefore(records: RecordState[], by: FieldName, when: string): RecordState | undefined {
  const whenOf = (record: RecordState) => String(headsOf(record, by)[0]?.value ?? "");
  const before = records.filter((record) => whenOf(record) !== "" && whenOf(record) < when);
  before.sort((a, b) => (whenOf(a) < whenOf(b) ? 1 : -1));
  return before[0];
}

/**
 * A day on which nobody worked, as the person who was there states it: the reason, and that the site
 * was found in order. The weather is as offered and shown beside it.
 */
export function idleDay(reason: string, weather: { am: string; pm: string }, status: "idle" | "suspended") {
  return {
    work_status: status,
    idle_reason: reason,
    weather_am: weather.am,
    weather_pm: weather.pm,
    progress_text: reason,
    supervisor_present: false,
    isolation_ok: true,
    safety_ok: true,
    quality_ok: true,
  } satisfies Record<FieldName, Value>;
}

/** Where a failed item was found. */
interface FoundAt {
  inspection: Uuid;
  school?: Uuid;
  project?: Uuid;
  day: string;
}

/** What a finding says from the start if an item of a checklist failed. */
export function findingOf(item: CheckItem, result: Value | undefined, at: FoundAt): Record<FieldName, Value> {
  const note = isMap(result) ? result["note"] : undefined;
  const described = typeof note === "string" && note.trim() !== "" ? `${item.zh}：${note.trim()}` : item.zh;
  return {
    ...placeOf(at),
    source: "professional",
    category: CATEGORY_OF[item.code.slice(0, 1)] ?? "质量",
    description: described,
    inspection: at.inspection,
    item: item.code,
    found_on: at.day,
    ...(item.basis === "" ? {} : { basis: item.basis }),
    ...(item.severity === undefined ? {} : { severity: item.severity }),
    ...(item.deadlineDays === undefined ? {} : { deadline: addDays(at.day, item.deadlineDays) }),
  };
}

function placeOf({ school, project }: FoundAt): Record<FieldName, Value> {
  return { ...(school === undefined ? {} : { school }), ...(project === undefined ? {} : { project }) };
}

/** The category of a finding, by the letter of the checklist's section. */
const CATEGORY_OF: Readonly<Record<string, string>> = {
  G: "程序",
  Q: "质量",
  A: "安全",
  J: "进度",
  Z: "资金",
  P: "资料",
  V: "资料",
  S: "质量",
};

/** The most days that a finding of that severity may take, where no checklist says so. */
export const DAYS_BY_SEVERITY: Readonly<Record<string, number>> = { 重大: 1, 较大: 7, 一般: 15 };
