/**
 * What was said and does not stand in the form as it is: because the form is another one since, because
 * the office refused it, because another window wrote there. It is laid into the form where there is room
 * for it, and beside it where there is none; nothing of it is dropped but by a person.
 */

import { type RecordState, baseOf } from "../../protocol/record.ts";
import type { Field, FieldType, Schema } from "../../protocol/schema.ts";
import { equal, isMap, isText } from "../../protocol/values.ts";
import type { FieldName, Value } from "../../protocol/wire.ts";
import { isTouched, tidy } from "./edits.ts";
import { type Beside, type Form, clear, declared, isBlank, isSeveral, openForm, set, setEntries, type } from "./model.ts";

/** Something that was said of a field; `typed`: it is no value yet. */
export type Said = [name: FieldName, value: Value, typed?: "typed"];

/** All that somebody said in a form, wherever it stands in it; what was only shown is not. */
export function saidIn(form: Form): Said[] {
  const shownIn = (name: FieldName) => form.shown[name] ?? [];
  const single = Object.entries(form.single).filter(
    ([name, value]) => shownIn(name).length === 0 || shownIn(name).some((head) => !equal(tidy(head.value), tidy(value))),
  );
  const sets = Object.entries(form.sets).flatMap(([name, entries]) => {
    const shown = new Map(shownIn(name).map((head) => [head.edit, head.value]));
    const isNew = ({ value, from }: (typeof entries)[number]) => {
      const before = from === undefined ? undefined : shown.get(from);
      return before === undefined || !equal(tidy(before), tidy(value));
    };
    return entries.filter(isNew).map(({ value }): Said => [name, value]);
  });
  const typed = Object.entries(form.typed).map(([name, text]): Said => [name, text, "typed"]);
  return [...single, ...sets, ...typed].filter(([, value]) => !isBlank(value));
}

/** Lays what was said into a form: into fields that nobody touched there, beside it where somebody did. */
export function lay(schema: Schema, form: Form, said: readonly Said[], why: Beside["why"]): Form {
  return said.reduce((form, one) => layOne(schema, form, one, why), form);
}

function layOne(schema: Schema, form: Form, [name, value, typed]: Said, why: Beside["why"]): Form {
  const kind = schema.kind(form.kind);
  const field = kind && declared(kind, name);
  const isHalf = typed !== undefined && isText(value) && field !== undefined && isTypedIn(field, name);
  if (isBlank(value) || isSaid(form, name, value)) {
    return form;
  }
  if (kind !== undefined && !isHalf && !hasPlace(schema, form.kind, field, name, value)) {
    return putBeside(form, { name, value, why: "undeclared" });
  }
  if (isSeveral(schema.rule(form.kind, name))) {
    return setEntries(form, name, [...(form.sets[name] ?? []), { value }]);
  }
  if (isTouched(schema, form, name)) {
    return putBeside(form, { name, value, why });
  }
  return isHalf ? type(form, name, value) : set(schema, form, name, value);
}

/** Whether what is no value yet may stand in that field: half a number, or a key. */
function isTypedIn({ type }: Field, name: FieldName): boolean {
  return isNumber(type) || name.endsWith("/");
}

/** Whether that stands in the form already. */
function isSaid(form: Form, name: FieldName, value: Value): boolean {
  const there = [form.single[name], form.typed[name], ...(form.sets[name] ?? []).map((entry) => entry.value)];
  return there.some((other) => other !== undefined && equal(tidy(other), tidy(value)));
}

function putBeside(form: Form, beside: Beside): Form {
  const isThere = (form.beside ?? []).some((other) => other.name === beside.name && equal(other.value, beside.value));
  return isThere ? form : { ...form, beside: [...(form.beside ?? []), beside] };
}

function isNumber(type: FieldType): boolean {
  return type === "number" || (typeof type === "object" && "int" in type);
}

/** Whether the form can show the value in that field, so that whoever reads it can put it right there. */
function hasPlace(schema: Schema, kind: string, field: Field | undefined, name: FieldName, value: Value): boolean {
  const keyFits = field !== undefined && (field.key === undefined) === (baseOf(name) === name);
  return keyFits && (schema.takes(kind, name, value) || isShown(field.type, value));
}

/** Whether a field of that type shows a value although it does not take it. */
function isShown(type: FieldType, value: Value): boolean {
  if (typeof type === "object") {
    return "object" in type ? isMap(value) : isText(value) && !("choice" in type) && !("int" in type);
  }
  return isText(value) && !["bool", "number", "photo", "position", "signoff", "withdrawal"].includes(type);
}

/**
 * A form under the declarations as they are now. Where one of its fields is gone, or is of another kind,
 * the form is opened anew and what somebody said is laid into it. Of a kind that is gone nothing is
 * asked any more: it stays as it is, and the office holds it.
 */
export function fitted(schema: Schema, form: Form, record: RecordState): Form {
  const kind = schema.kind(form.kind);
  if (kind === undefined || form.settles.length > 0) {
    return form;
  }
  const isPlaced = (name: FieldName, several: boolean) =>
    isSeveral(schema.rule(form.kind, name)) === several || declared(kind, name) === undefined;
  const isAtHome =
    Object.keys(form.single).every((name) => isPlaced(name, false)) &&
    Object.keys(form.sets).every((name) => isPlaced(name, true)) &&
    saidIn(form).every(([name, value, typed]) => {
      const field = declared(kind, name);
      return typed === undefined ? hasPlace(schema, form.kind, field, name, value) : field !== undefined && isTypedIn(field, name);
    });
  if (isAtHome) {
    return form;
  }
  const opened = { ...openForm(schema, record), ...(form.beside === undefined ? {} : { beside: form.beside }) };
  const anew = lay(schema, opened, saidIn(form), "undeclared");
  return form.untouched === true && anew.beside === undefined ? { ...anew, untouched: true } : anew;
}

/**
 * One form of two that grew out of the same: field by field, what was changed in one of them alone is as
 * it is there; what was changed in both is as in `theirs`, with what `mine` says beside it.
 */
export function meet(schema: Schema, base: Form, mine: Form, theirs: Form): Form {
  const names = new Set([base, mine].flatMap(({ single, sets, typed }) => [single, sets, typed].flatMap(Object.keys)));
  const said = saidIn(mine);
  const met = [...names].reduce((form, name) => {
    if (isSame(mine, base, name)) {
      return form;
    }
    return isSame(theirs, base, name)
      ? withField(form, mine, name)
      : lay(schema, form, said.filter(([field]) => field === name), "elsewhere");
  }, theirs);
  return (mine.beside ?? []).reduce(putBeside, met);
}

function isSame(one: Form, other: Form, name: FieldName): boolean {
  const field = ({ single, sets, typed }: Form) => JSON.stringify([single[name], sets[name], typed[name]]);
  return field(one) === field(other);
}

/** A form in which a field stands as in another one, over the same heads. */
function withField(form: Form, other: Form, name: FieldName): Form {
  const withPart = <T>(into: Record<FieldName, T>, from: Record<FieldName, T>): Record<FieldName, T> => {
    const { [name]: _, ...rest } = into;
    const part = from[name];
    return part === undefined ? rest : { ...rest, [name]: part };
  };
  return {
    ...form,
    shown: withPart(form.shown, other.shown),
    single: withPart(form.single, other.single),
    sets: withPart(form.sets, other.sets),
    typed: withPart(form.typed, other.typed),
  };
}

/** Takes the value that stands beside into its field, in the place of what stands there. */
export function takeBeside(schema: Schema, form: Form, beside: Beside): Form {
  return set(schema, clear(dropBeside(form, beside), beside.name), beside.name, beside.value);
}

export function dropBeside(form: Form, beside: Beside): Form {
  const rest = (form.beside ?? []).filter((other) => !(other.name === beside.name && equal(other.value, beside.value)));
  const { beside: _, ...without } = form;
  return rest.length === 0 ? without : { ...without, beside: rest };
}

/** Writes what stands beside among the remarks, under its name. */
export function remarkBeside(schema: Schema, form: Form, beside: Beside, text: string): Form {
  return set(schema, dropBeside(form, beside), "remarks", text);
}

/** What is left of a form once its change is saved: what nobody decided about. Nothing: all is said. */
export function restOf(form: Form): Form | undefined {
  const { record, kind, beside } = form;
  return beside === undefined ? undefined : { record, kind, shown: {}, single: {}, sets: {}, typed: {}, settles: [], beside };
}
