/** The keys of a keyed field: names that somebody types, and that count once they stand in a field's name. */

import { MAX_KEY_CHARS } from "../../protocol/change.ts";
import { baseOf, keyOf } from "../../protocol/record.ts";
import type { Field, Schema } from "../../protocol/schema.ts";
import { type Form, set, type } from "./model.ts";

/** Whether what stands under each key is a number of people. */
export function isCount({ type, unit }: Field): boolean {
  return typeof type === "object" && "int" in type && unit === "people";
}

/** Where a key stands that is being typed and was not added yet. */
export function newKeyOf(field: Field): string {
  return `${field.name}/`;
}

/** The keys that stand in a form under a field, those too under which nothing is said yet. */
export function keysOf(form: Form, field: Field): string[] {
  const names = [...new Set([...Object.keys(form.single), ...Object.keys(form.typed)])];
  return names.filter((name) => baseOf(name) === field.name).flatMap((name) => keyOf(name) || []);
}

/** Adds what is typed as a key; a count begins with one. What says nothing is dropped. */
export function withKey(schema: Schema, form: Form, field: Field, text: string): Form {
  const { [newKeyOf(field)]: _, ...typed } = form.typed;
  const without = { ...form, typed };
  const key = keyIn(text);
  const name = `${field.name}/${key}`;
  if (key === "" || name in form.single || name in typed) {
    return without;
  }
  return isCount(field) ? set(schema, without, name, 1) : type(without, name, "");
}

/** A form in which every key that was typed is added. */
export function withKeys(schema: Schema, form: Form): Form {
  const fields = schema.kind(form.kind)?.fields ?? [];
  return fields.reduce((form, field) => {
    const text = form.typed[newKeyOf(field)];
    return field.key === undefined || text === undefined ? form : withKey(schema, form, field, text);
  }, form);
}

/** What somebody typed as a key may be: no slash, no control character, not too long. */
function keyIn(text: string): string {
  const plain = text.replaceAll("/", "／").replace(/\p{Cc}|\p{Surrogate}/gu, " ").trim();
  return Array.from(plain).slice(0, MAX_KEY_CHARS).join("").trim();
}
