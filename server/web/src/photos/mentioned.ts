/** Which photos a change speaks of. */

import type { Change, Sha256, Value } from "../protocol/wire.ts";
import { isMap } from "../protocol/values.ts";

const HASH = /^[0-9a-f]{64}$/;

/** The hashes in its values, wherever they stand. */
export function mentioned(change: Change): Set<Sha256> {
  const found = new Set<Sha256>();
  const look = (value: Value | undefined) => {
    if (Array.isArray(value)) {
      value.forEach(look);
    } else if (isMap(value)) {
      // A photo by its hash, or the drawing of a signature.
      const { sha256, drawing, ...rest } = value;
      for (const hash of [sha256, drawing]) {
        if (typeof hash === "string" && HASH.test(hash)) {
          found.add(hash);
        }
      }
      Object.values(rest).forEach(look);
    }
  };
  change.edits.forEach((edit) => look(edit.value));
  return found;
}
