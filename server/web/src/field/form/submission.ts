/**
 * What a form still lacks: to be sent at all, and to count as submitted.
 *
 * Only what cannot be sent stops a save. What is missing is told and never stops anybody: an
 * incomplete record is better than a page that somebody gave up on.
 */

import { checkForm } from "../../protocol/change.ts";
import { type FieldState, type RecordState, apply, baseOf, changeOf, headsOf, keyOf } from "../../protocol/record.ts";
import type { Field, FieldType, Part, Schema } from "../../protocol/schema.ts";
import { SIGNOFFS, readSignoff } from "../../protocol/signoff.ts";
import { isMap } from "../../protocol/values.ts";
import type { Change, FieldName, Uuid, Value } from "../../protocol/wire.ts";
import { forceOf } from "../../protocol/withdrawal.ts";
import type { Owner } from "../../sync/phone.ts";
import { changeOfForm, edits, tidy } from "./edits.ts";
import { type Form, declared, isBlank } from "./model.ts";
import { type LocalTime, isLateEntry } from "./days.ts";

/** An id and a time that stand in no change that is sent. */
const NEVER_SENT = ["ffffffff-ffff-7fff-bfff-ffffffffffff", "2000-01-01T00:00:00Z"] as const;

/** The record as it reads once the change is in it. */
export function afterwards(record: RecordState, change: Change | undefined, owner: Owner): RecordState {
  const fields = new Map<FieldName, FieldState>();
  const known = new Set<Uuid>();
  for (const [name, { heads, awaited }] of record.fields) {
    fields.set(name, { heads: [...heads], awaited: new Set(awaited) });
    heads.forEach((head) => known.add(changeOf(head.edit)));
  }
  const copy: RecordState = { id: record.id, kind: record.kind, fields };
  if (change !== undefined) {
    const origin = { by: owner.user, by_name: owner.name, device: owner.device };
    apply(copy, change, origin, (id) => known.has(id));
  }
  return copy;
}

/** Why a form cannot be sent as it stands. */
export type Stop =
  /** What was typed is not what the field takes. */
  | { why: "unread"; name: FieldName }
  /** An entry lacks a part without which it says nothing, or that part is not what it takes. */
  | { why: "part"; name: FieldName; part: Part; place: number }
  /** Somebody signed the record: a correction says why. */
  | { why: "reason"; name: "reason" }
  /** Somebody wrote a name for it and nothing more. */
  | { why: "empty"; name: FieldName }
  /** Longer than anybody may send. */
  | { why: "long"; name: FieldName }
  /** All of it is more than fits into one change; most of it stands there. */
  | { why: "much"; name: FieldName };

/** What has to be put right before this can be saved. */
export function stops(schema: Schema, form: Form, record: RecordState, me: Uuid): Stop[] {
  const found = stopsSeen(schema, form, record, me);
  const change = found.length > 0 ? undefined : changeOfForm(schema, form, ...NEVER_SENT);
  return change === undefined ? found : stopsSent(schema, change);
}

function stopsSeen(schema: Schema, form: Form, record: RecordState, me: Uuid): Stop[] {
  const kind = schema.kind(form.kind);
  if (kind === undefined) {
    return [];
  }
  const typed = Object.entries(form.typed).map(([name, text]): [FieldName, boolean] => [name, text.trim() === ""]);
  const unread = typed.filter(([, isEmpty]) => !isEmpty).map(([name]): Stop => ({ why: "unread", name }));
  // A key that was chosen is offered again; one that was thought of is not.
  const isOwnKey = (name: FieldName) => declared(kind, name)?.key?.choices === undefined;
  const empty = typed
    .filter(([name, isEmpty]) => isEmpty && (keyOf(name) ?? "") !== "" && isOwnKey(name))
    .map(([name]): Stop => ({ why: "empty", name }));
  return [...unread, ...empty, ...incompleteParts(schema, form), ...unreasoned(schema, form, record, me)];
}

/** What else the office would hold, or could not take at all, is better told here. */
function stopsSent(schema: Schema, change: Change): Stop[] {
  const refused = schema.check(change);
  // What nobody declares any more cannot be put right by whoever wrote it: the office holds it and decides.
  if (refused?.field !== undefined && refused.code !== "unknown_field") {
    return [{ why: "unread", name: refused.field }];
  }
  const unfit = checkForm(change);
  if (unfit === undefined) {
    return [];
  }
  const name = unfit.field ?? longest(change);
  return [{ why: unfit.code !== "too_large" ? "unread" : unfit.field === undefined ? "much" : "long", name }];
}

/** The field in which most of a change stands. */
function longest(change: Change): FieldName {
  const lengths = new Map<FieldName, number>();
  for (const line of change.edits) {
    lengths.set(line.field, (lengths.get(line.field) ?? 0) + JSON.stringify(line).length);
  }
  return [...lengths].reduce((most, one) => (one[1] > most[1] ? one : most), ["", 0] as const)[0];
}

function incompleteParts(schema: Schema, form: Form): Stop[] {
  const kind = schema.kind(form.kind);
  if (kind === undefined) {
    return [];
  }
  const of = (name: FieldName, value: Value, place: number): Stop[] => {
    const type = declared(kind, name)?.type;
    if (typeof type !== "object" || !("object" in type) || !isMap(value) || isBlank(value)) {
      return [];
    }
    const isUnread = (part: Part) => isNumeric(part.type) && typeof value[part.name] === "string";
    const lacking = type.object.find((part) => (part.required && isBlank(value[part.name])) || isUnread(part));
    return lacking === undefined ? [] : [{ why: "part", name, part: lacking, place }];
  };
  return [
    ...Object.entries(form.single).flatMap(([name, value]) => of(name, value, 0)),
    ...Object.entries(form.sets).flatMap(([name, entries]) =>
      entries.flatMap(({ value }, place) => of(name, tidy(value), place)),
    ),
  ];
}

function isNumeric(type: FieldType): boolean {
  return type === "number" || (typeof type === "object" && "int" in type);
}

function unreasoned(schema: Schema, form: Form, record: RecordState, me: Uuid): Stop[] {
  const lines = edits(schema, form);
  const changesContent = lines.some((line) => !schema.isTalk(form.kind, line.field));
  const saysWhy = lines.some((line) => line.field === "reason" && line.value !== undefined);
  return changesContent && isSigned(record, me) && !saysWhy ? [{ why: "reason", name: "reason" }] : [];
}

/**
 * Whether a signature stands in the record under which nobody edits without a reason: somebody else's, or
 * one's own unless it was sent back since.
 */
export function isSigned(record: RecordState, me: Uuid): boolean {
  const signatures = headsOf(record, SIGNOFFS).map((head) => ({ by: head.by, verdict: readSignoff(head.value)?.verdict }));
  const lastReturn = signatures.map(({ verdict }) => verdict).lastIndexOf("returned");
  return signatures.some(
    ({ by, verdict }, place) => verdict !== undefined && verdict !== "returned" && (by !== me || place > lastReturn),
  );
}

/** What is missing for the record to count as submitted, or to be believed. */
export type Lack =
  | { what: "field"; field: Field }
  /** Something was found bad and no picture shows it. */
  | { what: "photo"; name: FieldName }
  /** It is written later than the next day at noon: why? */
  | { what: "late_reason" };

/** The three questions of a day whose answer "no" is shown by a picture, and what it is filed under. */
export const SHOWN_WHEN_BAD: Readonly<Record<string, string>> = {
  isolation_ok: "围挡隔离",
  safety_ok: "安全",
  quality_ok: "问题",
};

/** What the record lacks once this form is saved over it. */
export function lacks(schema: Schema, form: Form, record: RecordState, owner: Owner, now: LocalTime): Lack[] {
  const change = changeOfForm(schema, form, ...NEVER_SENT);
  const saved = afterwards(record, change, owner);
  const fields = schema.missing(saved).map((field): Lack => ({ what: "field", field }));
  const photos = unshown(schema, saved).map((name): Lack => ({ what: "photo", name }));
  return [...fields, ...photos, ...(isLate(schema, record, saved, now) ? [{ what: "late_reason" } as const] : [])];
}

/** The answers that say that something is bad and that no picture shows. */
function unshown(schema: Schema, record: RecordState): FieldName[] {
  const pictures = headsOf(record, "photos").map((head) => head.value).filter(isMap);
  const isShown = (name: FieldName) =>
    pictures.some(({ about, category }) => about === name || category === SHOWN_WHEN_BAD[baseOf(name)]);
  const isAsked = (name: string) => schema.kind(record.kind)?.fields.some((field) => field.name === name);
  return Object.keys(SHOWN_WHEN_BAD).filter((name) => {
    const isBad = headsOf(record, name).some((head) => head.value === false);
    return isBad && isAsked(name) === true && !isShown(name);
  });
}

/** Whether this is written after the fact (补记) and does not say why. */
function isLate(schema: Schema, before: RecordState, saved: RecordState, now: LocalTime): boolean {
  const asks = schema.kind(saved.kind)?.fields.some((field) => field.name === "late_reason") ?? false;
  const day = headsOf(saved, "date")[0]?.value;
  const isNew = headsOf(before, "date").length === 0 || forceOf(before, schema) === "withdrawn";
  const isSaid = headsOf(saved, "late_reason").length > 0;
  return asks && isNew && !isSaid && typeof day === "string" && isLateEntry(day, now);
}
