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
      const { sha256, ...rest } = value;
      if (typeof sha256 === "string" && HASH.test(sha256)) {
        found.add(sha256);
      }
      Object.values(rest).forEach(look);
    }
  };
  change.edits.forEach((edit) => look(edit.value));
  return found;
}
