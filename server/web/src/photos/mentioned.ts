/** Which pictures are spoken of, wherever it is: in changes, in forms, in records. */

import type { Change, Sha256, Value } from "../protocol/wire.ts";
import { isMap } from "../protocol/values.ts";

const HASH = /^[0-9a-f]{64}$/;

/** The hashes of the pictures in these values, however deep they stand: photos and drawn signatures. */
export function picturesIn(values: Iterable<Value | undefined>): Set<Sha256> {
  const found = new Set<Sha256>();
  const look = (value: Value | undefined) => {
    if (Array.isArray(value)) {
      value.forEach(look);
    } else if (isMap(value)) {
      const { sha256, drawing, ...rest } = value;
      for (const hash of [sha256, drawing]) {
        if (typeof hash === "string" && HASH.test(hash)) {
          found.add(hash);
        }
      }
      Object.values(rest).forEach(look);
    }
  };
  for (const value of values) {
    look(value);
  }
  return found;
}

/** The pictures that a change speaks of. */
export function mentioned(change: Change): Set<Sha256> {
  return picturesIn(change.edits.map((edit) => edit.value));
}
