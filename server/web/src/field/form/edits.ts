/**
 * The one change that a form makes: what follows from the difference between what it showed and what
 * stands in it. What arrived meanwhile was not seen, so nothing here replaces it: it stays beside and
 * becomes a conflict that a person settles.
 */

import { naturalId } from "../../protocol/ids.ts";
import { baseOf, compareEdits } from "../../protocol/record.ts";
import type { Kind, Schema } from "../../protocol/schema.ts";
import { equal, isMap, isText } from "../../protocol/values.ts";
import type { Change, Edit, FieldName, Stamp, Uuid, Value } from "../../protocol/wire.ts";
import { type Form, declared, isBlank, isSeveral } from "./model.ts";

/** The names that the form speaks of, in the order of the kind's declaration. */
function names(kind: Kind | undefined, form: Form): FieldName[] {
  const order = new Map(kind?.fields.map((field, place) => [field.name, place]));
  const all = new Set([
    ...Object.keys(form.shown),
    ...Object.keys(form.single),
    ...Object.keys(form.sets),
    ...Object.keys(form.typed),
  ]);
  const place = (name: FieldName) => order.get(baseOf(name)) ?? Infinity;
  return [...all].sort((a, b) => place(a) - place(b) || (a < b ? -1 : 1));
}

/** The edits of the one change that the form makes: none if nothing in it differs from what it showed. */
export function edits(schema: Schema, form: Form): Edit[] {
  const kind = schema.kind(form.kind);
  return names(kind, form).flatMap((name) => {
    if (kind === undefined || declared(kind, name) === undefined) {
      return editsOfUnknown(form, name);
    }
    return isSeveral(schema.rule(form.kind, name)) ? editsOfSet(form, name) : editsOfOne(form, name);
  });
}

/** What is said in a field that nobody declares any more: the office holds it. Nothing is taken away there. */
function editsOfUnknown(form: Form, name: FieldName): Edit[] {
  const text = form.typed[name];
  const lines = [
    ...(name in form.single ? editsOfOne(form, name) : []),
    ...(name in form.sets ? editsOfSet(form, name) : []),
    ...(text === undefined || isBlank(text) ? [] : [{ field: name, value: tidy(text), replaces: [] }]),
  ];
  return lines.filter((line) => line.value !== undefined);
}

function editsOfOne(form: Form, name: FieldName): Edit[] {
  const shown = form.shown[name] ?? [];
  const replaces = shown.map((head) => head.edit).sort(compareEdits);
  const said = form.single[name];
  if (form.settles.includes(name)) {
    return said === undefined || isBlank(said) ? [] : [{ field: name, value: tidy(said), replaces }];
  }
  if (said === undefined || isBlank(said)) {
    return replaces.length === 0 ? [] : [{ field: name, replaces }];
  }
  const isChanged = shown.length === 0 || shown.some((head) => !equal(tidy(said), tidy(head.value)));
  return isChanged ? [{ field: name, value: tidy(said), replaces }] : [];
}

function editsOfSet(form: Form, name: FieldName): Edit[] {
  const shown = new Map((form.shown[name] ?? []).map((head) => [head.edit, head.value]));
  const entries = (form.sets[name] ?? []).filter(({ value }) => !isBlank(value));
  const stay = new Set(entries.map((entry) => entry.from));
  const gone = [...shown.keys()].filter((edit) => !stay.has(edit)).sort(compareEdits);
  const lines = entries.flatMap(({ value, from }): Edit[] => {
    const before = from === undefined ? undefined : shown.get(from);
    if (from === undefined || before === undefined) {
      return [{ field: name, value: tidy(value), replaces: [] }];
    }
    return equal(tidy(value), tidy(before)) ? [] : [{ field: name, value: tidy(value), replaces: [from] }];
  });
  return gone.length === 0 ? lines : [...lines, { field: name, replaces: gone }];
}

/** Characters that no office can keep: the zero, and halves of a pair, as a bad keyboard or a cut copy leaves them. */
const UNKEEPABLE = /\0|\p{Surrogate}/gu;

/** A value without white space around its texts and without parts that say nothing. */
export function tidy(value: Value): Value {
  if (isText(value)) {
    return value.replace(UNKEEPABLE, "").trim();
  }
  if (!isMap(value)) {
    return value;
  }
  const said = Object.entries(value).filter(([, part]) => !isBlank(part));
  return Object.fromEntries(said.map(([name, part]) => [name, tidy(part)]));
}

/**
 * The change that the form makes; nothing if it says nothing new. A record that is begun here has the id
 * of its natural key as that is declared now: it may have been another when its draft was begun.
 */
export function changeOfForm(schema: Schema, form: Form, id: Uuid, madeAt: Stamp): Change | undefined {
  const lines = edits(schema, form);
  const kind = schema.kind(form.kind);
  const said = (name: FieldName) => lines.find((line) => line.field === name)?.value;
  const record = (kind && naturalId(kind, said)) ?? form.record;
  return lines.length === 0 ? undefined : { id, record, kind: form.kind, made_at: madeAt, edits: lines };
}

/** Whether the form says something of that field that the record did not show. */
export function isTouched(schema: Schema, form: Form, name: FieldName): boolean {
  const several = isSeveral(schema.rule(form.kind, name));
  return name in form.typed || (several ? editsOfSet(form, name) : editsOfOne(form, name)).length > 0;
}
