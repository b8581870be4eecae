/**
 * What the device stores, in IndexedDB.
 *
 * Every step of `sync/phone.ts` is one transaction that reads the device, computes, and writes device
 * and rows together: two pages that are open at once cannot undo each other's work, and a browser that
 * is killed in between leaves the state before or the state after. What somebody saved is flushed
 * (`durability: strict`) before the screen says so: without it browsers promise nothing.
 */

import type { IDBPObjectStore, IDBPTransaction, StoreNames } from "idb";
import { withReplaced } from "../photos/fate.ts";
import { mentioned, picturesIn } from "../photos/mentioned.ts";
import { ScopeDigest } from "../protocol/digest.ts";
import type {
  Change,
  HaveRequest,
  HaveResponse,
  IndexResponse,
  Sha256,
  Snapshot,
  SyncResponse,
  Uuid,
} from "../protocol/wire.ts";
import * as phone from "../sync/phone.ts";
import { Album, NotEnrolled, letGoOf, withPhoto } from "./album.ts";
import { Bell, type Watcher } from "./bell.ts";
import { Database } from "./database.ts";
import { Drafts, type Hand, WrittenElsewhere, type Written } from "./drafts.ts";
import { type Which, countListed, fitListing, kindsListed, listed, rowOf, withDays } from "./listing.ts";
import { type SpeaksOf, Touched, rowsById, speaking, waiting } from "./keys.ts";
import { type WholeDevice, putWhole, wholeIn } from "./phones.ts";
import type { Draft, Row, Table, Tables, TroubleNote } from "./tables.ts";

export { Hand, WrittenElsewhere } from "./drafts.ts";
export { NotEnrolled };
export type { Draft };

const ALL: readonly Table[] = ["device", "photos", "rows", "album", "roll", "drafts", "papers", "troubles", "leases"];
const TABLES = ["device", "photos", "rows"] as const;
type Writing = IDBPTransaction<Tables, typeof TABLES, "readwrite">;

/** Where a change comes from: a form, by the hand that wrote it. */
export interface From {
  draft: string;
  hand: Hand;
  /** What of the draft is not in the change, and stays a draft. */
  rest?: Written;
}

/** Pictures of which a change speaks, and whose bytes are neither on the device nor at the office. */
export class PicturesLost extends Error {
  constructor(readonly hashes: Sha256[]) {
    super(`${hashes.length} pictures have no bytes`);
  }
}

/** How many troubles are remembered. */
const MOST_TROUBLES = 20;

export class Device {
  /** The pictures. */
  readonly album: Album;
  readonly drafts: Drafts;
  /** Those that were read since any was written: the schema is long, and each page asks for it. */
  private papers = new Map<string, unknown>();

  private constructor(
    /** For the rooms of the sync that have tables of their own. */
    readonly db: Database,
    private readonly bell: Bell,
  ) {
    this.album = new Album(db, bell);
    this.drafts = new Drafts(db, bell);
    bell.watch(({ tables }) => {
      if (tables.includes("papers")) {
        this.papers = new Map();
      }
    });
  }

  static async open(name = "siteledger"): Promise<Device> {
    const db = await Database.open(name);
    await fitListing(db);
    return new Device(db, new Bell(name));
  }

  close(): void {
    this.bell.close();
    this.db.close();
  }

  /** Calls back after each committed change, of other pages too. Gives back how to stop it. */
  watch(watcher: Watcher): () => void {
    return this.bell.watch(watcher);
  }

  /** Makes this somebody's device; as a desk's browser, one without a replica. Nothing of another owner may be on it. */
  async enrol(owner: phone.Owner, token: string, partial?: "partial"): Promise<void> {
    const tx = await this.db.transaction(["device", "photos"], "readwrite", { durability: "strict" });
    const there = await wholeIn(tx);
    if (there !== undefined && there.phone.owner.device !== owner.device) {
      await undo(tx);
      throw new Error("this device belongs to somebody already");
    }
    if (there === undefined) {
      const begun = phone.newPhone(owner, partial);
      await putWhole(tx, begun, { phone: begun, token, digest: new ScopeDigest().wire() });
    }
    await tx.done;
    this.bell.ring("device");
  }

  /** Lets its owner in anew; everything stays. To be called while no sync is under way. */
  async enrolAnew(owner: phone.Owner, token: string): Promise<void> {
    const tx = await this.db.transaction(["device", "photos"], "readwrite", { durability: "strict" });
    const it = await wholeIn(tx);
    if (it?.phone.owner.user !== owner.user) {
      await undo(tx);
      throw new Error("what is on this device is another's");
    }
    await putWhole(tx, it.phone, { ...it, phone: phone.enrolledAnew(it.phone, owner), token });
    await tx.done;
    this.bell.ring("device");
  }

  /**
   * Takes everything of its owner off the device, unless there is more on it than whoever asked the office
   * had seen: another page may have saved something meanwhile. Tells whether it did.
   */
  async forget(seen: phone.Phone): Promise<boolean> {
    const tables = ALL;
    const tx = await this.db.transaction(tables, "readwrite", { durability: "strict" });
    const it = await wholeIn(tx);
    if (it !== undefined && phone.hasMore(it.phone, seen)) {
      await tx.done;
      return false;
    }
    for (const table of tables) {
      await tx.objectStore(table).clear();
    }
    await tx.done;
    this.bell.ring(...tables);
    return true;
  }

  /** The device as it stands; nothing before it is enrolled. */
  async phone(): Promise<phone.Phone | undefined> {
    const tx = await this.db.transaction(["device", "photos"], "readonly");
    return (await wholeIn(tx))?.phone;
  }

  async token(): Promise<string | undefined> {
    return (await this.db.get("device", "it"))?.token;
  }

  /**
   * Puts a saved change into the outbox with the photos that it speaks of, and its draft away with those
   * that it does not. It is on the disk when this ends. Nothing is saved where another window wrote in the
   * draft since, or a picture is spoken of that nobody has any more.
   */
  async save(change: Change, from?: From): Promise<void> {
    const tables = ["device", "photos", "rows", "drafts", "roll", "album"] as const;
    const tx = await this.db.transaction(tables, "readwrite", { durability: "strict" });
    try {
      const [drafts, roll, album] = [tx.objectStore("drafts"), tx.objectStore("roll"), tx.objectStore("album")];
      const it = await enrolled(wholeIn(tx));
      let saved = withReplaced(phone.save(it.phone, change), change);
      const gone: Sha256[] = [];
      for (const hash of mentioned(change)) {
        const [shot, picture] = [await roll.get(hash), await album.get(hash)];
        if (shot !== undefined && picture !== undefined) {
          saved = withPhoto(saved, shot, change, { bytes: picture.bytes.byteLength, type: picture.type });
          await roll.delete(hash);
        } else if (saved.photos[hash] === undefined) {
          gone.push(hash);
        }
      }
      const lost = await unknownTo(it.phone, tx.objectStore("rows"), gone);
      if (lost.length > 0) {
        throw new PicturesLost(lost);
      }
      await putWhole(tx, it.phone, { ...it, phone: saved });
      if (from !== undefined) {
        if (!from.hand.knows(await drafts.get(from.draft))) {
          throw new WrittenElsewhere("another window wrote in the draft");
        }
        await (from.rest === undefined ? drafts.delete(from.draft) : drafts.put(from.hand.mark(from.rest)));
        await letGoOf(from.draft, tx, "seen");
      }
    } catch (error) {
      await undo(tx);
      throw error;
    }
    await tx.done;
    this.bell.ring("device", "photos", "drafts", "roll", "album");
  }

  /** Takes in an answer; tells what it brought, and whether the replica is another than the server says. */
  async receive(carries: ReadonlySet<Uuid>, answer: SyncResponse): Promise<phone.Received & { differs: boolean }> {
    const tx = await this.write();
    const it = await enrolled(wholeIn(tx));
    const rows = await numbers(tx, it.phone, answer);
    const received = phone.receive(it.phone, rows, carries, answer);
    const digest = await keep(tx, it, received.phone, received.rows);
    await tx.done;
    const { put, drop } = received.rows;
    this.bell.ring("device", "photos", ...(put.length + drop.length > 0 ? (["rows"] as const) : []));
    return { ...received, differs: phone.differs(answer, digest) };
  }

  /** Keeps rows that were read by themselves, where they are newer than those that are here. Tells whether any was. */
  async keepRows(read: readonly Snapshot[]): Promise<boolean> {
    const tx = await this.write();
    const it = await enrolled(wholeIn(tx));
    const known = await Promise.all(read.map((row) => tx.objectStore("rows").get(row.id)));
    const put = read.filter((row, place) => row.seq > (known[place]?.seq ?? -1));
    if (put.length > 0) {
      await keep(tx, it, it.phone, { put, drop: [] });
    }
    await tx.done;
    if (put.length > 0) {
      this.bell.ring("rows");
    }
    return put.length > 0;
  }

  /** Repairs the replica by the server's index. */
  async repair(index: IndexResponse): Promise<void> {
    const tx = await this.write();
    const it = await enrolled(wholeIn(tx));
    const rows = new Map<Uuid, number>();
    for await (const cursor of tx.objectStore("rows")) {
      rows.set(cursor.value.id, cursor.value.seq);
    }
    const repaired = phone.repair(it.phone, rows, index);
    await keep(tx, it, repaired.phone, { put: [], drop: repaired.drop });
    await tx.done;
    this.bell.ring("device", "rows");
  }

  /** Takes in what the server lacks; tells whether it lacks nothing. */
  async receiveHave(asked: HaveRequest, lacks: HaveResponse): Promise<boolean> {
    const tx = await this.write();
    const it = await enrolled(wholeIn(tx));
    const told = phone.receiveHave(it.phone, asked, lacks);
    await keep(tx, it, told.phone, { put: [], drop: [] });
    await tx.done;
    this.bell.ring("device", "photos");
    return told.everything;
  }

  private write(): Promise<Writing> {
    return this.db.transaction(TABLES, "readwrite", { durability: "strict" });
  }

  // Rows ------------------------------------------------------------------------------------------

  async row(record: Uuid): Promise<Snapshot | undefined> {
    return this.db.get("rows", record);
  }

  async rowsOfKind(kind: string): Promise<Snapshot[]> {
    return this.db.rowsOfKind(kind);
  }

  /** The rows of a list, the latest day first: at most so many, from behind the last one that was shown. */
  async listed(which: Which, most: number, last?: Row): Promise<Row[]> {
    return listed(this.db, which, most, last);
  }

  /** The kinds, of those, of which a list has any. */
  async kindsListed(kinds: readonly string[]): Promise<string[]> {
    return kindsListed(this.db, kinds);
  }

  /** The rows of those kinds that speak of those records. */
  async speaking(asked: readonly SpeaksOf[]): Promise<Row[]> {
    return speaking(this.db, asked);
  }

  /** The findings that may be open, with what was said of them, and all that was ever sent back. */
  async waiting(): Promise<Row[]> {
    return waiting(this.db);
  }

  async rowsById(ids: Iterable<Uuid>): Promise<Row[]> {
    return rowsById(this.db, ids);
  }

  async countListed(which: Which): Promise<number> {
    return countListed(this.db, which);
  }

  // Papers ----------------------------------------------------------------------------------------

  /** What was kept under that name: the server's `schema`, `me`, what the owner allowed … Not to be changed. */
  async paper<T>(name: string): Promise<T | undefined> {
    const asked = this.papers;
    const paper = asked.get(name) ?? (await this.db.get("papers", name));
    if (paper !== undefined) {
      asked.set(name, paper);
    }
    return paper as T | undefined;
  }

  async keepPaper(name: string, value: unknown): Promise<void> {
    await this.db.put("papers", value, name);
    this.bell.ring("papers");
  }

  // Troubles --------------------------------------------------------------------------------------

  /** Remembers what went wrong; the same again counts up. */
  async keepTrouble(now: number, doing: string, why: string, detail: string): Promise<void> {
    const tx = await this.db.transaction(["troubles"], "readwrite");
    const last = await tx.store.openCursor(null, "prev");
    const before = last?.value;
    if (last && before?.doing === doing && before.why === why && before.detail === detail) {
      await last.update({ ...before, at: now, times: before.times + 1 });
    } else {
      await tx.store.add({ at: now, times: 1, doing, why, detail });
      const keys = await tx.store.getAllKeys();
      for (const key of keys.slice(0, Math.max(0, keys.length - MOST_TROUBLES))) {
        await tx.store.delete(key);
      }
    }
    await tx.done;
    this.bell.ring("troubles");
  }

  /** The last troubles, newest first. */
  async troubles(): Promise<TroubleNote[]> {
    return (await this.db.getAll("troubles")).reverse();
  }
}

async function enrolled(it: Promise<WholeDevice | undefined>): Promise<WholeDevice> {
  const there = await it;
  if (there === undefined) {
    throw new NotEnrolled("this device was not enrolled yet");
  }
  return there;
}

/** Takes back all that a transaction did, if it did not do so by itself. */
async function undo(tx: { abort(): void; done: Promise<void> }): Promise<void> {
  const ended = tx.done.catch(() => undefined);
  try {
    tx.abort();
  } catch {
    // What failed in it has ended it.
  }
  await ended;
}

/** Those of the pictures of which no saved record speaks, neither one of the office nor one on its way there. */
async function unknownTo(
  { outbox }: phone.Phone,
  rows: IDBPObjectStore<Tables, ArrayLike<StoreNames<Tables>>, "rows", "readwrite">,
  hashes: readonly Sha256[],
): Promise<Sha256[]> {
  const rest = new Set(hashes);
  const know = (found: Iterable<Sha256>) => [...found].forEach((hash) => rest.delete(hash));
  if (rest.size > 0) {
    phone.allOf(outbox).forEach((change) => know(mentioned(change)));
  }
  let cursor = rest.size === 0 ? null : await rows.openCursor();
  while (cursor !== null && rest.size > 0) {
    know(picturesIn(Object.values(cursor.value.fields).flatMap((heads) => heads.map((head) => head.value))));
    cursor = await cursor.continue();
  }
  return [...rest];
}

/** The numbers of the rows that an answer may touch: those that it names, and all at the end of a pull. */
async function numbers(tx: Writing, device: phone.Phone, answer: SyncResponse): Promise<Map<Uuid, number>> {
  const table = tx.objectStore("rows");
  const found = new Map<Uuid, number>();
  if (device.pull?.dropTheRest && !answer.more) {
    for (const record of await table.getAllKeys()) {
      found.set(record, 0);
    }
  }
  for (const record of [...answer.records.map((row) => row.id), ...answer.gone]) {
    const row = await table.get(record);
    if (row !== undefined) {
      found.set(record, row.seq);
    }
  }
  return found;
}

/** Writes the device and its rows; gives back the digest over all rows as they are then. */
async function keep(
  tx: Writing,
  before: WholeDevice,
  device: phone.Phone,
  { put, drop }: phone.RowChanges,
): Promise<ScopeDigest> {
  const table = tx.objectStore("rows");
  const digest = ScopeDigest.of(before.digest);
  const touched = new Touched();
  const takeOut = async (record: Uuid) => {
    const row = await table.get(record);
    touched.before(row);
    if (row !== undefined) {
      digest.remove(record, row.seq);
    }
  };
  for (const record of drop) {
    await takeOut(record);
    await table.delete(record);
  }
  for (const row of put) {
    await takeOut(row.id);
    await table.put(rowOf(row));
    touched.now(row);
    digest.add(row.id, row.seq);
  }
  await touched.mark(table);
  await putWhole(tx, before.phone, { ...before, phone: device, digest: withDays(digest.wire()) });
  return digest;
}
