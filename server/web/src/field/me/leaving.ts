/** Whether an owner may leave the device without losing anything. Pure. */

import type { Phone } from "../../sync/phone.ts";

export interface Leaving {
  /** `safe`: the office has all, and said so just now. `lacks`: something is only here. `unproven`: the
   * office could not be asked. */
  verdict: "safe" | "lacks" | "unproven";
  /** With `safe`, what is at the office; else what is only here, as far as is known. */
  records: number;
  photos: number;
}

/** `isProven`: the office was asked just now and lacks nothing. */
export function leaving(phone: Phone, isProven: boolean): Leaving {
  const { waiting, kept, held } = phone.outbox;
  const photos = Object.values(phone.photos);
  const onlyHere = photos.filter((photo) => !photo.atOffice).length;
  if (waiting.length > 0 || onlyHere > 0) {
    return { verdict: "lacks", records: waiting.length, photos: onlyHere };
  }
  const there = { records: kept.length + held.length, photos: photos.length };
  const hasNothing = there.records + there.photos === 0;
  return { verdict: isProven || hasNothing ? "safe" : "unproven", ...there };
}
