/** The form of a change: limits, ids, names. Whether its fields exist is the schema's to say. */

import { editId } from "./record.ts";
import { type Refusal, refusal } from "./refusal.ts";
import { isMap } from "./values.ts";
import type { Change, Value } from "./wire.ts";

/** The most bytes that the JSON of one change may have. */
const MAX_CHANGE_BYTES = 256 * 1024;
/** The most edits in one change. */
const MAX_EDITS = 512;
/** The most bytes that the JSON of one value may have. */
const MAX_VALUE_BYTES = 64 * 1024;
/** The most levels of JSON in one change, the change itself being the first. */
const MAX_LEVELS = 16;
/** The most characters in the key of a keyed field. */
export const MAX_KEY_CHARS = 64;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const BASE = /^[a-z][a-z0-9_]{0,63}$/;

function isUuid(text: string): boolean {
  return UUID.test(text);
}

/** `<change id>.<index>`, the index without leading zeros, below 2¹⁶. */
export function isEditId(text: string): boolean {
  const dot = text.indexOf(".");
  const index = text.slice(dot + 1);
  return dot > 0 && isUuid(text.slice(0, dot)) && /^(0|[1-9]\d{0,4})$/.test(index) && Number(index) < 65_536;
}

/** Lower-case letters, digits and _, then /key of 1 to 64 characters if keyed. */
function isFieldName(text: string): boolean {
  const slash = text.indexOf("/");
  if (slash < 0) {
    return BASE.test(text);
  }
  const key = text.slice(slash + 1);
  const length = Array.from(key).length;
  return BASE.test(text.slice(0, slash)) && length >= 1 && length <= MAX_KEY_CHARS && !/[/\p{Cc}]/u.test(key);
}

function bytes(json: unknown): number {
  return new TextEncoder().encode(JSON.stringify(json)).length;
}

/** Whether a value has more bytes than anybody may send. */
export function isTooLong(value: Value): boolean {
  // No character takes more than six bytes in JSON: most texts need not be counted.
  const isShort = typeof value === "string" && value.length * 6 < MAX_VALUE_BYTES;
  return !isShort && bytes(value) > MAX_VALUE_BYTES;
}

function levels(value: unknown): number {
  if (typeof value !== "object" || value === null) {
    return 0;
  }
  return 1 + Math.max(0, ...Object.values(value).map(levels));
}

/** Whether every text and number in it can be kept exactly. */
function isKeepable(value: Value): boolean {
  switch (typeof value) {
    case "boolean":
      return true;
    case "number":
      return Number.isFinite(value) && Math.abs(value) <= Number.MAX_SAFE_INTEGER;
    case "string":
      return !/\0|\p{Surrogate}/u.test(value);
    default:
      return Array.isArray(value)
        ? value.every(isKeepable)
        : isMap(value) && Object.entries(value).every(([name, part]) => isKeepable(name) && isKeepable(part));
  }
}

/** What is wrong with a change's form; nothing if it may be sent. */
export function checkForm(change: Change): Refusal | undefined {
  if (bytes(change) > MAX_CHANGE_BYTES || levels(change) > MAX_LEVELS || change.edits.length > MAX_EDITS) {
    return refusal("too_large");
  }
  const isWhole =
    isUuid(change.id) &&
    isUuid(change.record) &&
    change.edits.length > 0 &&
    !Number.isNaN(Date.parse(change.made_at));
  if (!isWhole) {
    return refusal("invalid");
  }
  for (const [index, edit] of change.edits.entries()) {
    if (!isFieldName(edit.field) || !edit.replaces.every(isEditId)) {
      return refusal("invalid");
    }
    if (edit.replaces.includes(editId(change.id, index))) {
      return refusal("invalid", edit.field);
    }
    if (edit.value === undefined) {
      if (edit.replaces.length === 0) {
        return refusal("invalid", edit.field);
      }
    } else if (!isKeepable(edit.value)) {
      return refusal("invalid");
    } else if (isTooLong(edit.value)) {
      return refusal("too_large", edit.field);
    }
  }
  return undefined;
}
