/** How things stand between the device and the office, for the screen. */

import { asksItsOwner, isStuck } from "../photos/fate.ts";
import type { Engine } from "./engine.ts";
import type { Phone } from "./phone.ts";

interface PhotoCount {
  total: number;
  atOffice: number;
  /** In a backup: the device may drop them. */
  settled: number;
  /** Those that the office does not have and will not take, and whose owner must say what becomes of them. */
  refused: number;
  /** Those of which their owner said that they stay here. */
  left: number;
  bytes: number;
  bytesSent: number;
}

export interface SyncState {
  engine: Engine;
  /** Changes without an outcome yet. */
  waiting: number;
  /** Changes in the ledger that no backup contains yet. */
  kept: number;
  /** Changes in the office's held box, not yet decided on. */
  held: number;
  /** Changes that the office refused. */
  refused: number;
  photos: PhotoCount;
  /** When the office last said that it lacks nothing of what is here, in milliseconds. */
  provenAt?: number;
  /** The server's time minus the device's at the last answer, if over a minute. */
  clockSkewMs?: number;
  /** Photos wait for Wi-Fi or for the owner's word. */
  saveData: boolean;
  /** Photos are on their way just now. */
  sending: boolean;
  /** What does not fit between the ledger as it is and as this device saw it. */
  distrust?: string;
}

export type Counts = Pick<SyncState, "waiting" | "kept" | "held" | "refused" | "photos">;

export const NOTHING: Counts = {
  waiting: 0,
  kept: 0,
  held: 0,
  refused: 0,
  photos: { total: 0, atOffice: 0, settled: 0, refused: 0, left: 0, bytes: 0, bytesSent: 0 },
};

export function count({ outbox, photos }: Phone): Counts {
  const all = Object.values(photos);
  const sum = (numbers: number[]) => numbers.reduce((total, number) => total + number, 0);
  const refused = outbox.held.filter((held) => held.refused !== undefined).length;
  return {
    waiting: outbox.waiting.length,
    kept: outbox.kept.length,
    held: outbox.held.length - refused,
    refused,
    photos: {
      total: all.length,
      atOffice: all.filter((photo) => photo.atOffice).length,
      settled: all.filter((photo) => photo.settled).length,
      refused: all.filter(asksItsOwner).length,
      left: all.filter((photo) => isStuck(photo) && !asksItsOwner(photo)).length,
      bytes: sum(all.map((photo) => photo.length)),
      bytesSent: sum(all.map((photo) => (photo.atOffice ? photo.length : photo.acknowledged))),
    },
  };
}

/** How many photos are still to be sent, as far as the device knows: those that are stuck are not. */
export function photosLeft({ total, atOffice, refused, left }: PhotoCount): number {
  return total - atOffice - refused - left;
}

/** Whether the office has every photo that it will have, as far as the device knows. */
export function arePhotosSent({ photos }: Counts): boolean {
  return photosLeft(photos) <= 0;
}

/** Whether nothing here is still to be sent, as far as the device knows. */
export function isSent(counts: Counts): boolean {
  return counts.waiting === 0 && arePhotosSent(counts);
}
