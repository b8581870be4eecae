/** Where a record's own changes are: on this phone, at the office, held. What was written furthest back decides. */

import { headsOf } from "../../protocol/record.ts";
import type { RecordState } from "../../protocol/record.ts";
import { isMap, isText } from "../../protocol/values.ts";
import type { Sha256, Uuid } from "../../protocol/wire.ts";
import type { Held, Phone } from "../../sync/phone.ts";

export interface Whereabouts {
  /** `waiting`: something of it was not sent. `settled`: a backup has all that this device made of it. */
  at: "waiting" | "office" | "settled";
  held: Held[];
  photos: { of: number; there: number };
}

/** Where the changes of a record are, of those that this device made. */
export function whereabouts(phone: Phone, record: RecordState): Whereabouts {
  const ours = (change: { record: Uuid }) => change.record === record.id;
  const isWaiting = phone.outbox.waiting.some(ours);
  const isKept = phone.outbox.kept.some(({ change }) => ours(change));
  const hashes = [...photosIn(record)].filter((hash) => phone.photos[hash] !== undefined);
  const there = hashes.filter((hash) => phone.photos[hash]?.atOffice === true).length;
  return {
    at: isWaiting ? "waiting" : isKept || there < hashes.length ? "office" : "settled",
    held: phone.outbox.held.filter(({ change }) => ours(change)),
    photos: { of: hashes.length, there },
  };
}

/** The photos that stand in a record. */
export function photosIn(record: RecordState): Set<Sha256> {
  const values = [...record.fields.keys()].flatMap((name) => headsOf(record, name).map((head) => head.value));
  return new Set(values.flatMap((value) => (isMap(value) && isText(value["sha256"]) ? [value["sha256"]] : [])));
}
