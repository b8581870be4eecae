/**
 * The records of a device in the order in which lists show them, a page at a time: whoever looks after a
 * county has thousands, and a list must open as quickly as with sixty.
 */

import { dayOfRecord } from "../protocol/day.ts";
import { recordOf } from "../protocol/record.ts";
import type { Uuid, WireDigest } from "../protocol/wire.ts";
import type { Database } from "./database.ts";
import { Touched, keysOf } from "./keys.ts";
import type { Making, Row, RowsDigest } from "./tables.ts";

/** What everything else refers to: chosen and named, and in no list. */
const NOT_LISTED = ["division", "school", "project", "programme", "plan", "zone_scheme", "zone", "checklist", "code_list"];

export function isListed(kind: string): boolean {
  return !NOT_LISTED.includes(kind);
}

/** Raised when the day or the keys of a row are reckoned otherwise. */
const RECKONING = 2;

/** A row as it is stored: with the day and the keys by which it is found. */
export function rowOf({ day: _, keys: __, ...snapshot }: Row): Row {
  const day = isListed(snapshot.kind) ? dayOfRecord(recordOf(snapshot)) : "";
  const keys = keysOf(snapshot);
  return { ...snapshot, ...(day === "" ? {} : { day }), ...(keys.length === 0 ? {} : { keys }) };
}

/** Which records a list is of. */
export interface Which {
  kind?: string;
  project?: Uuid;
}

type Place = readonly [day: string, seq: number, id: Uuid];
type Listing = "listed" | "kind_listed" | "project_listed" | "project_kind_listed";

/** The index that has them in order, and what its keys begin with. */
function listingOf({ kind, project }: Which): [Listing, string[]] {
  if (project === undefined) {
    return kind === undefined ? ["listed", []] : ["kind_listed", [kind]];
  }
  return kind === undefined ? ["project_listed", [project]] : ["project_kind_listed", [project, kind]];
}

/** All keys that begin so; those before a place, where one is given. An array is more than any text. */
function range(beginning: string[], before?: Place): IDBKeyRange {
  return IDBKeyRange.bound(beginning, [...beginning, ...(before ?? [[]])], false, true);
}

/** The rows of a list, the latest day first: at most so many, from behind the last one that was shown. */
export async function listed(db: Database, which: Which, most: number, last?: Row): Promise<Row[]> {
  const [name, beginning] = listingOf(which);
  const tx = await db.transaction(["rows"], "readonly");
  const index = tx.objectStore("rows").index(name);
  const rows: Row[] = [];
  const before = last?.day === undefined ? undefined : ([last.day, last.seq, last.id] as const);
  for (let cursor = await index.openCursor(range(beginning, before), "prev"); cursor !== null && rows.length < most; cursor = await cursor.continue()) {
    rows.push(cursor.value);
  }
  return rows;
}

/** How many rows a list has in all. */
export async function countListed(db: Database, which: Which): Promise<number> {
  const [name, beginning] = listingOf(which);
  const tx = await db.transaction(["rows"], "readonly");
  return tx.objectStore("rows").index(name).count(range(beginning));
}

/** The kinds, of those, of which a list has any. One look at each: counting reads every row. */
export async function kindsListed(db: Database, kinds: readonly string[]): Promise<string[]> {
  const tx = await db.transaction(["rows"], "readonly");
  const index = tx.objectStore("rows").index("kind_listed");
  const first = await Promise.all(kinds.map((kind) => index.getKey(range([kind]))));
  return kinds.filter((_, place) => first[place] !== undefined);
}

/** Makes the indexes in the place of what an older version had. Its rows are given their day on opening. */
export function makeListing(tx: Making): void {
  const rows = tx.objectStore("rows");
  for (const index of [...rows.indexNames].filter((name) => name !== "kind")) {
    rows.deleteIndex(index);
  }
  const place = ["day", "seq", "id"];
  rows.createIndex("listed", place);
  rows.createIndex("kind_listed", ["kind", ...place]);
  rows.createIndex("project_listed", ["project", ...place]);
  rows.createIndex("project_kind_listed", ["project", "kind", ...place]);
}

/** Makes the index of what rows are found by besides their day. */
export function makeKeys(tx: Making): void {
  tx.objectStore("rows").createIndex("keys", "keys", { multiEntry: true });
}

/** The digest of rows that all have their day and keys. */
export function withDays(digest: WireDigest): RowsDigest {
  return { ...digest, days: RECKONING };
}

/**
 * Gives the rows their day and keys where a version of the app wrote some that gives them none, or reckons it
 * otherwise: lists would leave them out, or show them elsewhere. Once it is done, opening looks at one row.
 */
export async function fitListing(db: Database): Promise<void> {
  if ((await db.get("device", "it"))?.digest.days === RECKONING) {
    return;
  }
  const tx = await db.transaction(["device", "rows"], "readwrite");
  const rows = tx.objectStore("rows");
  const touched = new Touched();
  for (let cursor = await rows.openCursor(); cursor !== null; cursor = await cursor.continue()) {
    await cursor.update(rowOf(cursor.value));
    touched.now(cursor.value);
  }
  await touched.mark(rows);
  const device = tx.objectStore("device");
  const it = await device.get("it");
  if (it !== undefined) {
    await device.put({ ...it, digest: withDays(it.digest) }, "it");
  }
  await tx.done;
}
