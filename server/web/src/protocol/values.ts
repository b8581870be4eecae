/** The closed set of values that a field can hold, and when two of them are one. */

import type { Value } from "./wire.ts";

/** The largest whole number that JSON carries exactly between all programs (RFC 7493). */
export const MAX_INTEGER = Number.MAX_SAFE_INTEGER;

export function isText(value: Value | undefined): value is string {
  return typeof value === "string";
}

export function isMap(value: Value | undefined): value is { [name: string]: Value } {
  return typeof value === "object" && !Array.isArray(value);
}

/** Equal as values: `1` and `1.0` are, and the order of names in a map says nothing. */
export function equal(a: Value, b: Value): boolean {
  if (Array.isArray(a) || Array.isArray(b)) {
    return (
      Array.isArray(a) &&
      Array.isArray(b) &&
      a.length === b.length &&
      a.every((value, place) => equal(value, b[place] as Value))
    );
  }
  if (isMap(a) && isMap(b)) {
    const names = Object.keys(a);
    return (
      names.length === Object.keys(b).length &&
      names.every((name) => Object.prototype.hasOwnProperty.call(b, name) && equal(a[name] as Value, b[name] as Value))
    );
  }
  return a === b;
}

/**
 * The sum of the numbers among these; what is no number counts as nothing.
 *
 * Fractions are added from the least to the greatest, since their sum depends on the order and must
 * not depend on who came first.
 */
export function total(values: Value[]): number {
  const numbers = values.filter((value): value is number => typeof value === "number");
  if (numbers.length === values.length && numbers.every(Number.isSafeInteger)) {
    let sum = 0;
    for (const number of numbers) {
      sum += number;
      if (!Number.isSafeInteger(sum)) {
        break;
      }
    }
    if (Number.isSafeInteger(sum)) {
      return sum;
    }
  }
  return [...numbers].sort((a, b) => a - b).reduce((sum, number) => sum + number, 0);
}

/** Compares texts by code point, as the server orders names. */
export function compareText(a: string, b: string): number {
  const [left, right] = [Array.from(a), Array.from(b)];
  for (let place = 0; place < Math.min(left.length, right.length); place += 1) {
    const difference = (left[place]?.codePointAt(0) ?? 0) - (right[place]?.codePointAt(0) ?? 0);
    if (difference !== 0) {
      return difference;
    }
  }
  return left.length - right.length;
}
