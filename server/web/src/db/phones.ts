/** The device as it stands in its tables: itself in one row, each of its photos in another. */

import type { IDBPObjectStore, StoreNames } from "idb";
import type { Sha256 } from "../protocol/wire.ts";
import type { Phone, Photo } from "../sync/phone.ts";
import type { Enrolled, PhotoRow, Tables } from "./tables.ts";

/** The device with its secret, whole. */
export interface WholeDevice extends Omit<Enrolled, "phone"> {
  phone: Phone;
}

/** A transaction in which both tables may be read. */
interface Reading<Mode extends IDBTransactionMode, Names extends ArrayLike<StoreNames<Tables>>> {
  objectStore(name: "device"): IDBPObjectStore<Tables, Names, "device", Mode>;
  objectStore(name: "photos"): IDBPObjectStore<Tables, Names, "photos", Mode>;
}

/** The device as it stands; nothing before it is enrolled. */
export async function wholeIn<Mode extends IDBTransactionMode, Names extends ArrayLike<StoreNames<Tables>>>(
  tx: Reading<Mode, Names>,
): Promise<WholeDevice | undefined> {
  const [it, rows] = [await tx.objectStore("device").get("it"), await tx.objectStore("photos").getAll()];
  return it && { ...it, phone: { ...it.phone, photos: photosOf(rows) } };
}

function photosOf(rows: PhotoRow[]): Record<Sha256, Photo> {
  const inOrder = [...rows].sort((a, b) => a.place - b.place);
  return Object.fromEntries(inOrder.map(({ sha256, place: _, ...photo }) => [sha256, photo]));
}

/** Writes the device, and those of its photos of which something else is said than before. */
export async function putWhole<Names extends ArrayLike<StoreNames<Tables>>>(
  tx: Reading<"readwrite", Names>,
  before: Phone,
  { phone: { photos, ...phone }, ...it }: WholeDevice,
): Promise<void> {
  const table = tx.objectStore("photos");
  await tx.objectStore("device").put({ ...it, phone }, "it");
  const isSame = (hash: Sha256) => JSON.stringify(photos[hash]) === JSON.stringify(before.photos[hash]);
  for (const hash of Object.keys(before.photos)) {
    if (photos[hash] === undefined) {
      await table.delete(hash);
    }
  }
  let last: number | undefined;
  for (const [sha256, photo] of Object.entries(photos)) {
    if (!isSame(sha256)) {
      const there = await table.get(sha256);
      last ??= Math.max(-1, ...(await table.getAll()).map((row) => row.place));
      await table.put({ ...photo, sha256, place: there?.place ?? (last += 1) });
    }
  }
}
