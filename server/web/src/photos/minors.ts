/** What a record says of the pupils in a photo: that one can be recognised, that none can, or nothing at all. */

import { isMap } from "../protocol/values.ts";
import type { Value } from "../protocol/wire.ts";

/** `unsaid`: nobody looked. It is not the same as `none`, and such a photo is never published. */
export type Minors = "some" | "none" | "unsaid";

const PART = "contains_minor";

/** What the value of a photo says. */
export function minorsIn(photo: Value): Minors {
  const said = isMap(photo) ? photo[PART] : undefined;
  return said === true ? "some" : said === false ? "none" : "unsaid";
}

/** The same photo, of which that is said now. */
export function withMinors(photo: Value, minors: Minors): Value {
  if (!isMap(photo)) {
    return photo;
  }
  const { [PART]: _, ...rest } = photo;
  return minors === "unsaid" ? rest : { ...rest, [PART]: minors === "some" };
}
