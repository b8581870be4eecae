/** The tables of the device's IndexedDB, and how they are opened. */

import { type DBSchema, type IDBPDatabase, openDB } from "idb";
import type { Position } from "../photos/position.ts";
import type { TakenPhoto } from "../photos/take.ts";
import type { Sha256, Snapshot, Stamp, Uuid, WireDigest } from "../protocol/wire.ts";
import type { Phone } from "../sync/phone.ts";

/** The device with its secret. */
export interface Enrolled {
  phone: Phone;
  token: string;
  /** Over the rows that are here. */
  digest: WireDigest;
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

export interface Tables extends DBSchema {
  device: { key: "it"; value: Enrolled };
  rows: { key: Uuid; value: Snapshot; indexes: { kind: string; project: string } };
  album: { key: Sha256; value: Picture };
  roll: { key: Sha256; value: Shot };
  drafts: { key: string; value: Draft };
  papers: { key: string; value: unknown };
  troubles: { key: number; value: TroubleNote };
  leases: { key: string; value: Lease };
}

export type Table = "device" | "rows" | "album" | "roll" | "drafts" | "papers" | "troubles" | "leases";
export type Database = IDBPDatabase<Tables>;

export function openTables(name: string): Promise<Database> {
  return unfrozen(`${name}/opening`, () => open(name));
}

/**
 * Browsers keep a page that is left, frozen, and with it what it has asked for: a database that it was
 * just making stays locked, and the next page waits for ever. They let go of one that holds a lock for
 * which another page asks.
 */
function unfrozen<T>(name: string, work: () => Promise<T>): Promise<T> {
  const locks = globalThis.navigator?.locks as LockManager | undefined;
  return locks === undefined ? work() : locks.request(name, work);
}

function open(name: string): Promise<Database> {
  return openDB<Tables>(name, 1, {
    upgrade(db) {
      db.createObjectStore("device");
      const rows = db.createObjectStore("rows", { keyPath: "id" });
      rows.createIndex("kind", "kind");
      rows.createIndex("project", "project");
      db.createObjectStore("album");
      db.createObjectStore("roll", { keyPath: "sha256" });
      db.createObjectStore("drafts", { keyPath: "id" });
      db.createObjectStore("papers");
      db.createObjectStore("troubles", { autoIncrement: true });
      db.createObjectStore("leases");
    },
    // A page of a newer version waits for this one to let go.
    blocking(_old, _new, event) {
      (event.target as IDBDatabase).close();
    },
  });
}
