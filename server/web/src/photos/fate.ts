/**
 * A photo that does not get to the office by itself: the server said no, or its bytes here are gone. Its
 * owner sends it again, puts another in its place, or leaves it at that. Pure.
 */

import { editId } from "../protocol/record.ts";
import type { Change, Sha256 } from "../protocol/wire.ts";
import type { Phone, Photo, Showing } from "../sync/phone.ts";
import { mentioned } from "./mentioned.ts";

/** Whether it will not get to the office unless somebody does something. */
export function isStuck(photo: Photo): boolean {
  return !photo.atOffice && (photo.refused !== undefined || photo.fault !== undefined);
}

/** Whether it is stuck and its owner has not said yet what is to become of it. */
export function asksItsOwner(photo: Photo): boolean {
  return isStuck(photo) && photo.isLeft !== true;
}

/** It goes out once more from the beginning: the server may take it now. */
export function sentAgain({ refused: _, fault: __, isLeft: ___, upload: ____, ...photo }: Photo): Photo {
  return { ...photo, acknowledged: 0 };
}

/** Its owner leaves it at that: it stays on the phone, goes into what is exported, and asks no more. */
export function left(photo: Photo): Photo {
  return isStuck(photo) ? { ...photo, isLeft: true } : photo;
}

/** Where a change shows a photo. */
export function showing(change: Change, hash: Sha256): Showing {
  const edits = change.edits.flatMap((edit, index) => {
    const isOfIt = mentioned({ ...change, edits: [edit] }).has(hash);
    return isOfIt ? [editId(change.id, index)] : [];
  });
  return { record: change.record, kind: change.kind, edits };
}

/** After a change that took stuck photos out of their record: nobody need say more about them. */
export function withReplaced(phone: Phone, change: Change): Phone {
  const taken = new Set(change.edits.flatMap((edit) => edit.replaces));
  const again = mentioned(change);
  const photos = Object.entries(phone.photos).map(([hash, photo]): [Sha256, Photo] => {
    const isTakenOut = photo.of?.edits.every((edit) => taken.has(edit)) === true && !again.has(hash);
    return [hash, isTakenOut ? left(photo) : photo];
  });
  return { ...phone, photos: Object.fromEntries(photos) };
}
