/** Where a record's own changes are: on this phone, at the office, held. What was written furthest back decides. */

import { picturesIn } from "../../photos/mentioned.ts";
import type { RecordState } from "../../protocol/record.ts";
import type { Uuid } from "../../protocol/wire.ts";
import type { Held, Phone } from "../../sync/phone.ts";

interface Whereabouts {
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
  const standing = [...record.fields.values()].flatMap(({ heads }) => heads.map((head) => head.value));
  const hashes = [...picturesIn(standing)].filter((hash) => phone.photos[hash] !== undefined);
  const there = hashes.filter((hash) => phone.photos[hash]?.atOffice === true).length;
  return {
    at: isWaiting ? "waiting" : isKept || there < hashes.length ? "office" : "settled",
    held: phone.outbox.held.filter(({ change }) => ours(change)),
    photos: { of: hashes.length, there },
  };
}
