/** The tables of the device's IndexedDB, and how they are made. */

import type { DBSchema, IDBPDatabase, IDBPTransaction, StoreNames } from "idb";
import type { Position } from "../photos/position.ts";
import type { TakenPhoto } from "../photos/take.ts";
import type { Sha256, Snapshot, Stamp, Uuid, WireDigest } from "../protocol/wire.ts";
import type { Phone, Photo } from "../sync/phone.ts";
import { makeKeys, makeListing } from "./listing.ts";

/** The device with its secret. Its photos have a table of their own. */
export interface Enrolled {
  phone: Omit<Phone, "photos">;
  token: string;
  /** Over the rows that are here. */
  digest: RowsDigest;
}

/**
 * What is known of the rows as a whole. Whoever writes rows writes it anew, an older version of the app
 * without the part that it does not know.
 */
export interface RowsDigest extends WireDigest {
  /** By which reckoning all rows have their day and keys; nothing after a version that gives them none. */
  days?: number;
}

/** A photo on its way: a row of its own, since each piece that was sent is noted. */
export interface PhotoRow extends Photo {
  sha256: Sha256;
  /** The order in which they were saved. */
  place: number;
}

/** Something begun and not saved: it is never sent. */
export interface Draft {
  /** What is being written: a record, or a new one of a kind. */
  id: string;
  kind: string;
  /** The fields as they stand in the form. */
  fields: Record<string, unknown>;
  /** When it was last touched, by the device's clock. */
  touchedAt: string;
  /** Which writing this is, and whose. */
  mark?: string;
}

/** The bytes of a picture. Not a `Blob`: some browsers lose those when the page is closed. */
export interface Picture {
  bytes: ArrayBuffer;
  type: string;
}

/** A picture that was taken and stands in no saved record yet: it is never sent. */
export interface Shot {
  sha256: Sha256;
  filename: string;
  /** When it came in, by the device's clock. */
  shotAt: Stamp;
  source: "camera" | "album";
  keepOriginal: boolean;
  position?: Position;
  /** The drafts that show it. */
  drafts: string[];
  /** What a record says of it. Nothing: the page was killed before it was ready. */
  taken?: TakenPhoto;
}

/** Something that went wrong, for the person on the telephone with support. */
export interface TroubleNote {
  /** When it last happened, in milliseconds. */
  at: number;
  /** How often in a row. */
  times: number;
  /** What was being done, such as `sync` or `photo`. */
  doing: string;
  /** A word of the catalogue, such as `no_line`. */
  why: string;
  detail: string;
}

/** Whose turn it is, where the browser has no locks. */
interface Lease {
  holder: string;
  /** Until when, in milliseconds. */
  until: number;
}

/** A record as the office sent it. */
export interface Row extends Snapshot {
  /** The day that it is of, where lists show it. */
  day?: string;
  /** What it is found by besides (`keys.ts`). */
  keys?: string[];
}

export interface Tables extends DBSchema {
  device: { key: "it"; value: Enrolled };
  photos: { key: Sha256; value: PhotoRow };
  rows: {
    key: Uuid;
    value: Row;
    indexes: { kind: string; keys: string; listed: IDBValidKey; kind_listed: IDBValidKey; project_listed: IDBValidKey; project_kind_listed: IDBValidKey };
  };
  album: { key: Sha256; value: Picture };
  roll: { key: Sha256; value: Shot };
  drafts: { key: string; value: Draft };
  papers: { key: string; value: unknown };
  troubles: { key: number; value: TroubleNote };
  leases: { key: string; value: Lease };
}

export type Table = "device" | "photos" | "rows" | "album" | "roll" | "drafts" | "papers" | "troubles" | "leases";

/** Raised with each new table or index. */
export const VERSION = 4;
/**
 * So many versions are of one generation: within it a version adds and takes nothing away, so that the one
 * before it, still open in another window or put back by the office, works on what it left. Where something
 * must be moved or go, the next generation begins, and the one before can read none of it.
 */
export const GENERATION = 1_000;

export type Making = IDBPTransaction<Tables, StoreNames<Tables>[], "versionchange">;

/** Makes the tables that are not there yet, and brings what stands in older ones over. */
export async function makeTables(db: IDBPDatabase<Tables>, before: number, tx: Making): Promise<void> {
  if (before < 1) {
    db.createObjectStore("device");
    db.createObjectStore("rows", { keyPath: "id" }).createIndex("kind", "kind");
    db.createObjectStore("album");
    db.createObjectStore("roll", { keyPath: "sha256" });
    db.createObjectStore("drafts", { keyPath: "id" });
    db.createObjectStore("papers");
    db.createObjectStore("troubles", { autoIncrement: true });
    db.createObjectStore("leases");
  }
  if (before < 2) {
    await bringPhotosOver(db, tx);
  }
  if (before < 3) {
    makeListing(tx);
  }
  if (before < 4) {
    makeKeys(tx);
  }
}

/** In the first version photos stood in the device itself. */
async function bringPhotosOver(db: IDBPDatabase<Tables>, tx: Making): Promise<void> {
  const photos = db.createObjectStore("photos", { keyPath: "sha256" });
  const device = tx.objectStore("device");
  const it = (await device.get("it")) as (Enrolled & { phone: Partial<Phone> }) | undefined;
  if (it !== undefined) {
    const { photos: there = {}, ...phone } = it.phone;
    await device.put({ ...it, phone: phone as Enrolled["phone"] }, "it");
    await Promise.all(Object.entries(there).map(([sha256, photo], place) => photos.put({ ...photo, sha256, place })));
  }
}
