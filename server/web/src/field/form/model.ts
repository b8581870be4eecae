/**
 * A form: what a person was shown of a record, what stands in the form now, and the one change that
 * follows from the difference.
 *
 * A form remembers the heads that it showed when it was opened. Its change replaces those and no
 * others: what arrived meanwhile was not seen, so it stays beside and becomes a conflict that a person
 * settles. A form is plain data, so that it can be kept as a draft on every keystroke.
 */

import { compareEdits, headsOf, inConflict, read } from "../../protocol/record.ts";
import type { RecordState } from "../../protocol/record.ts";
import type { Field, Kind, Schema } from "../../protocol/schema.ts";
import { baseOf } from "../../protocol/record.ts";
import { equal, isMap, isText } from "../../protocol/values.ts";
import type { Change, Edit, EditId, FieldName, Head, Rule, Stamp, Uuid, Value } from "../../protocol/wire.ts";

/** One entry of a field that holds several: a photo, a part of the works, a remark. */
export interface Entry {
  value: Value;
  /** The head that it was shown from; nothing if it was added in this form. */
  from?: EditId;
}

export interface Form {
  record: Uuid;
  kind: string;
  /** The heads that the form shows or showed, by field: all that its change may replace. */
  shown: Record<FieldName, Head[]>;
  /** What stands in the fields that read as one value (`one`, `latest`). */
  single: Record<FieldName, Value>;
  /** What stands in the fields that read as several (`many`, `log`, `sum`). */
  sets: Record<FieldName, Entry[]>;
  /** What somebody typed that is no value yet, such as half a number. */
  typed: Record<FieldName, string>;
  /** The fields whose conflict is settled here: all their heads are on the screen. */
  settles: FieldName[];
  /** Begun, and nobody wrote anything in it yet: who leaves it then leaves no draft behind. */
  untouched?: true;
}

/** Opens a form over a record as it stands: empty for a new one. `presets` stand in it from the start. */
export function openForm(
  schema: Schema,
  record: RecordState,
  presets: Record<FieldName, Value> = {},
): Form {
  const form: Form = {
    record: record.id,
    kind: record.kind,
    shown: {},
    single: {},
    sets: {},
    typed: {},
    settles: [],
  };
  const opened = [...record.fields.keys()].reduce((form, name) => show(schema, form, record, name), form);
  return Object.entries(presets).reduce((form, [name, value]) => {
    const isThere = name in form.single || (form.sets[name]?.length ?? 0) > 0;
    return isThere ? form : set(schema, form, name, value);
  }, opened);
}

/** Opens a form that settles one conflict: every head of it is on the screen. */
export function openSettlement(record: RecordState, name: FieldName): Form {
  const heads = [...headsOf(record, name)];
  return {
    record: record.id,
    kind: record.kind,
    shown: { [name]: heads },
    single: {},
    sets: {},
    typed: {},
    settles: [name],
  };
}

function isSeveral(rule: Rule): boolean {
  return rule === "many" || rule === "log" || rule === "sum";
}

/** Puts a field on the screen as it stands in the record now. */
function show(schema: Schema, form: Form, record: RecordState, name: FieldName): Form {
  const rule = schema.rule(form.kind, name);
  const heads = headsOf(record, name);
  const shown = isSeveral(rule) ? [...heads] : shownOfOne(rule, heads);
  const { [name]: _, ...single } = form.single;
  const { [name]: __, ...sets } = form.sets;
  const first = shown[0];
  if (first === undefined) {
    return { ...form, shown: { ...form.shown, [name]: [] }, single, sets };
  }
  const onScreen = { ...form, shown: { ...form.shown, [name]: shown } };
  return isSeveral(rule)
    ? { ...onScreen, single, sets: { ...sets, [name]: shown.map(({ edit, value }) => ({ value, from: edit })) } }
    : { ...onScreen, sets, single: { ...single, [name]: first.value } };
}

/** The heads whose value is on the screen where one value is: those that say what the first one says. */
function shownOfOne(rule: Rule, heads: Head[]): Head[] {
  const reading = read(rule, heads);
  const first = reading.shows === "single" ? reading.head : reading.shows === "conflict" ? heads[0] : undefined;
  if (first === undefined) {
    return [];
  }
  return rule === "latest" ? [first] : heads.filter((head) => equal(head.value, first.value));
}

/** Sets a field: the value of a single one, or one more entry of a set. */
export function set(schema: Schema, form: Form, name: FieldName, value: Value): Form {
  if (isSeveral(schema.rule(form.kind, name))) {
    return setEntries(form, name, [...(form.sets[name] ?? []), { value }]);
  }
  const { [name]: _, ...typed } = form.typed;
  return { ...form, single: { ...form.single, [name]: value }, typed };
}

/** Empties a single field. */
export function clear(form: Form, name: FieldName): Form {
  const { [name]: _, ...single } = form.single;
  const { [name]: __, ...typed } = form.typed;
  return { ...form, single, typed };
}

/** Keeps what was typed and is no value yet. */
export function type(form: Form, name: FieldName, text: string): Form {
  return { ...clear(form, name), typed: { ...form.typed, [name]: text } };
}

/** Sets all entries of a set. */
export function setEntries(form: Form, name: FieldName, entries: Entry[]): Form {
  return { ...form, sets: { ...form.sets, [name]: entries } };
}

/** Whether the form says nothing there: no value, or nothing but white space. */
export function isBlank(value: Value | undefined): boolean {
  if (value === undefined) {
    return true;
  }
  if (isText(value)) {
    return value.trim() === "";
  }
  return isMap(value) && Object.values(value).every(isBlank);
}

// The change ---------------------------------------------------------------------------------------

/** The names that the form speaks of, in the order of the kind's declaration. */
function names(kind: Kind | undefined, form: Form): FieldName[] {
  const order = new Map(kind?.fields.map((field, place) => [field.name, place]));
  const all = new Set([
    ...Object.keys(form.shown),
    ...Object.keys(form.single),
    ...Object.keys(form.sets),
  ]);
  const place = (name: FieldName) => order.get(baseOf(name)) ?? Infinity;
  return [...all].sort((a, b) => place(a) - place(b) || (a < b ? -1 : 1));
}

/** The edits of the one change that the form makes: none if nothing in it differs from what it showed. */
export function edits(schema: Schema, form: Form): Edit[] {
  return names(schema.kind(form.kind), form).flatMap((name) =>
    isSeveral(schema.rule(form.kind, name)) ? editsOfSet(form, name) : editsOfOne(form, name),
  );
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

/** A value without white space around its texts and without parts that say nothing. */
export function tidy(value: Value): Value {
  if (isText(value)) {
    return value.trim();
  }
  if (!isMap(value)) {
    return value;
  }
  const said = Object.entries(value).filter(([, part]) => !isBlank(part));
  return Object.fromEntries(said.map(([name, part]) => [name, tidy(part)]));
}

/** The change that the form makes; nothing if it says nothing new. */
export function changeOfForm(schema: Schema, form: Form, id: Uuid, madeAt: Stamp): Change | undefined {
  const lines = edits(schema, form);
  return lines.length === 0
    ? undefined
    : { id, record: form.record, kind: form.kind, made_at: madeAt, edits: lines };
}

/** Whether the form says something of that field that the record did not show. */
export function isTouched(schema: Schema, form: Form, name: FieldName): boolean {
  const several = isSeveral(schema.rule(form.kind, name));
  return name in form.typed || (several ? editsOfSet(form, name) : editsOfOne(form, name)).length > 0;
}

// What came meanwhile ------------------------------------------------------------------------------

/** What somebody else wrote since the form was opened, in a field that was changed here as well. */
export interface Meanwhile {
  name: FieldName;
  heads: Head[];
}

/**
 * Brings a form up to the record as it stands now: what was not touched here is shown as it is, and
 * what was touched keeps what stands in the form. Sets need no care: each entry is its own.
 */
export function refresh(schema: Schema, form: Form, record: RecordState): Form {
  const all = new Set([...Object.keys(form.shown), ...record.fields.keys()]);
  return [...all].reduce((form, name) => {
    const isLeft = isTouched(schema, form, name) || form.settles.includes(name);
    return isLeft ? form : show(schema, form, record, name);
  }, form);
}

/** What came meanwhile in fields that were touched here: each is a conflict once this is saved. */
export function meanwhile(schema: Schema, form: Form, record: RecordState): Meanwhile[] {
  return [...record.fields.keys()].flatMap((name) => {
    const rule = schema.rule(form.kind, name);
    const seen = new Set((form.shown[name] ?? []).map((head) => head.edit));
    const heads = headsOf(record, name).filter((head) => !seen.has(head.edit));
    const said = form.single[name];
    const differs = rule === "one" && heads.some((head) => said === undefined || !equal(head.value, said));
    const wasConflict = inConflict(rule, headsOf(record, name)) && !isTouched(schema, form, name);
    return differs && !wasConflict && isTouched(schema, form, name) ? [{ name, heads }] : [];
  });
}

/** Takes what others wrote instead of what stands in the form. */
export function takeTheirs(schema: Schema, form: Form, record: RecordState, name: FieldName): Form {
  return show(schema, clear(form, name), record, name);
}

/** Keeps what stands in the form, having seen what the others wrote: the change replaces it. */
export function keepMine(form: Form, seen: Meanwhile): Form {
  const shown = [...(form.shown[seen.name] ?? []), ...seen.heads];
  return { ...form, shown: { ...form.shown, [seen.name]: shown } };
}

/** The field's declaration. */
export function declared(kind: Kind, name: FieldName): Field | undefined {
  return kind.fields.find((field) => field.name === baseOf(name));
}
