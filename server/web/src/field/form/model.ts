/**
 * A form: what a person was shown of a record, and what stands in the form now.
 *
 * A form remembers the heads that it showed when it was opened: its change (`edits.ts`) replaces those
 * and no others. A form is plain data, so that it can be kept as a draft on every keystroke.
 */

import { type RecordState, baseOf, headsOf, read } from "../../protocol/record.ts";
import type { Field, Kind, Schema } from "../../protocol/schema.ts";
import { equal, isMap, isText } from "../../protocol/values.ts";
import type { EditId, FieldName, Head, Rule, Uuid, Value } from "../../protocol/wire.ts";

/** One entry of a field that holds several: a photo, a part of the works, a remark. */
export interface Entry {
  value: Value;
  /** The head that it was shown from; nothing if it was added in this form. */
  from?: EditId;
}

/** Something that was said of a field and does not stand in it. */
export interface Beside {
  name: FieldName;
  value: Value;
  /** `undeclared`: the form does not ask for it any more, or for something else. `refused`: the office
   * refused it. `elsewhere`: it was written in another window. */
  why: "undeclared" | "refused" | "elsewhere";
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
  /** What was said and does not stand in the form: a person decides about it, and until then it is kept. */
  beside?: Beside[];
  /** Begun, and nobody wrote anything in it yet: who leaves it then leaves no draft behind. */
  untouched?: true;
  /** Begun blank over a record that was withdrawn: what stood there goes, and the record counts again. */
  anew?: true;
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
  return preset(schema, [...record.fields.keys()].reduce((form, name) => show(schema, form, record, name), form), presets);
}

/** Puts values where nothing stands yet. */
function preset(schema: Schema, form: Form, presets: Record<FieldName, Value>): Form {
  return Object.entries(presets).reduce((form, [name, value]) => {
    const isThere = name in form.single || (form.sets[name]?.length ?? 0) > 0;
    return isThere ? form : set(schema, form, name, value);
  }, form);
}

/**
 * Opens a blank form over a record that was withdrawn. Its change takes away the withdrawal and all that
 * stood there, but for what tells the record from others and for what people said about it.
 */
export function openAnew(schema: Schema, record: RecordState, presets: Record<FieldName, Value> = {}): Form {
  const kind = schema.kind(record.kind);
  const natural = kind === undefined || kind.identity === "free" ? [] : kind.identity.natural;
  const stays = (name: FieldName) => PLACES.includes(name) || natural.includes(name) || schema.isTalk(record.kind, name);
  const opened: Form = { ...openForm(schema, record), anew: true };
  const blank = [...record.fields.keys()].filter((name) => !stays(name)).reduce((form, name) => emptied(form, record, name), opened);
  return preset(schema, blank, presets);
}

/** The fields that say where a record belongs. */
const PLACES: readonly string[] = ["project", "school", "county"];

/** Takes a field off the screen: a change of the form takes away every head of it. */
function emptied(form: Form, record: RecordState, name: FieldName): Form {
  const { [name]: _, ...sets } = form.sets;
  return { ...clear(form, name), sets, shown: { ...form.shown, [name]: [...headsOf(record, name)] } };
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

/** Whether a field of that rule reads as several values. */
export function isSeveral(rule: Rule): boolean {
  return rule === "many" || rule === "log" || rule === "sum";
}

/** Puts a field on the screen as it stands in the record now. */
export function show(schema: Schema, form: Form, record: RecordState, name: FieldName): Form {
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

/** The field's declaration. */
export function declared(kind: Kind, name: FieldName): Field | undefined {
  return kind.fields.find((field) => field.name === baseOf(name));
}
