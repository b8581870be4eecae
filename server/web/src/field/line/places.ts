/** Where each record and each photo is on its way to the office. Pure. */

import { isStuck } from "../../photos/fate.ts";
import { mentioned } from "../../photos/mentioned.ts";
import type { Change, Sha256, Uuid } from "../../protocol/wire.ts";
import type { Phone } from "../../sync/phone.ts";

/** From furthest behind to furthest on; what somebody must look at comes first of all. */
const PLACES = ["refused", "waiting", "sending", "held", "left", "office", "settled"] as const;
export type Place = (typeof PLACES)[number];

export interface PhotoPlace {
  hash: Sha256;
  name: string;
  place: Place;
  bytes: number;
  bytesSent: number;
  /** Why the office will not have it, in its words. */
  why?: string;
  /** Why nobody can have it. */
  fault?: "lost" | "damaged";
  /** The form in which another may be put in its place, where that is known. */
  form?: { kind: string; record: Uuid };
}

export interface RecordPlace {
  record: Uuid;
  kind: string;
  place: Place;
  changes: number;
  /** Why it is held or was sent back, in the office's words. */
  why?: string;
  photos: PhotoPlace[];
}

export interface Places {
  records: RecordPlace[];
  /** Photos of records of which nothing else is on the way any more. */
  photos: PhotoPlace[];
}

/** What is on the way, of records that no backup contains yet. `isBusy`: a request is under way. */
export function placesOf(phone: Phone, isBusy: boolean, isSending: boolean): Places {
  const records = new Map<Uuid, RecordPlace>();
  const shown = new Set<Sha256>();
  for (const { change, place, why } of changesOf(phone, isBusy)) {
    const before = records.get(change.record);
    const photos = [...mentioned(change)]
      .filter((hash) => before?.photos.every((photo) => photo.hash !== hash) ?? true)
      .flatMap((hash) => photoPlace(phone, hash, isSending));
    photos.forEach(({ hash }) => shown.add(hash));
    records.set(change.record, merged(before, { record: change.record, kind: change.kind, place, changes: 1, ...why, photos }));
  }
  const rest = Object.keys(phone.photos).filter((hash) => !shown.has(hash));
  return {
    records: [...records.values()].sort((a, b) => rank(a.place) - rank(b.place)),
    photos: rest.flatMap((hash) => photoPlace(phone, hash, isSending)),
  };
}

interface Standing {
  change: Change;
  place: Place;
  why?: { why: string };
}

function changesOf({ outbox }: Phone, isBusy: boolean): Standing[] {
  return [
    ...outbox.waiting.map((change): Standing => ({ change, place: isBusy ? "sending" : "waiting" })),
    ...outbox.held.map(({ change, refused, message }): Standing => ({
      change,
      place: refused === undefined ? "held" : "refused",
      why: { why: refused ?? message },
    })),
    ...outbox.kept.map(({ change }): Standing => ({ change, place: "office" })),
  ];
}

/** A record stands where the change of it stands that is furthest behind. */
function merged(before: RecordPlace | undefined, next: RecordPlace): RecordPlace {
  if (before === undefined) {
    return next;
  }
  const behind = rank(next.place) < rank(before.place) ? next : before;
  return { ...behind, changes: before.changes + next.changes, photos: [...before.photos, ...next.photos] };
}

/** Where one photo is; nothing if the device has none of that hash on its way. */
export function photoPlace(phone: Phone, hash: Sha256, isSending: boolean): PhotoPlace[] {
  const photo = phone.photos[hash];
  if (photo === undefined) {
    return [];
  }
  const { filename: name, length: bytes, acknowledged, atOffice, settled, refused, fault, of } = photo;
  const place: Place = settled
    ? "settled"
    : atOffice
      ? "office"
      : isStuck(photo)
        ? photo.isLeft
          ? "left"
          : "refused"
        : isSending && photo.upload !== undefined
          ? "sending"
          : "waiting";
  const stuck = {
    ...(refused === undefined ? {} : { why: refused }),
    ...(fault === undefined ? {} : { fault }),
    ...(of === undefined ? {} : { form: { kind: of.kind, record: of.record } }),
  };
  return [{ hash, name, place, bytes, bytesSent: atOffice ? bytes : acknowledged, ...(isStuck(photo) ? stuck : {}) }];
}

function rank(place: Place): number {
  return PLACES.indexOf(place);
}
