/**
 * What the device stores, in IndexedDB.
 *
 * Every step of `sync/phone.ts` is one transaction that reads the device, computes, and writes device
 * and rows together: two pages that are open at once cannot undo each other's work, and a browser that
 * is killed in between leaves the state before or the state after. What somebody saved is flushed
 * (`durability: strict`) before the screen says so: without it browsers promise nothing.
 */

import { type DBSchema, type IDBPDatabase, type IDBPTransaction, openDB } from "idb";
import { ScopeDigest } from "../protocol/digest.ts";
import type {
  Change,
  HaveResponse,
  IndexResponse,
  Sha256,
  Snapshot,
  SyncResponse,
  Uuid,
  WireDigest,
} from "../protocol/wire.ts";
import * as phone from "../sync/phone.ts";

/** Something begun and not saved: it is never sent. */
export interface Draft {
  /** What is being written: a record, or a new one of a kind. */
  id: string;
  kind: string;
  /** The fields as they stand in the form. */
  fields: Record<string, unknown>;
  /** When it was last touched, by the device's clock. */
  touchedAt: string;
}

/** The device with its secret. */
interface Enrolled {
  phone: phone.Phone;
  token: string;
  /** Over the rows that are here. */
  digest: WireDigest;
}

interface Tables extends DBSchema {
  device: { key: "it"; value: Enrolled };
  rows: { key: Uuid; value: Snapshot; indexes: { kind: string; project: string } };
  album: { key: Sha256; value: Blob };
  drafts: { key: string; value: Draft };
}

const TABLES = ["device", "rows"] as const;
type Writing = IDBPTransaction<Tables, typeof TABLES, "readwrite">;

/** Somebody has to enrol this device first. */
export class NotEnrolled extends Error {}

export class Device {
  private constructor(private readonly db: IDBPDatabase<Tables>) {}

  static async open(name = "siteledger"): Promise<Device> {
    const db = await openDB<Tables>(name, 1, {
      upgrade(db) {
        db.createObjectStore("device");
        const rows = db.createObjectStore("rows", { keyPath: "id" });
        rows.createIndex("kind", "kind");
        rows.createIndex("project", "project");
        db.createObjectStore("album");
        db.createObjectStore("drafts", { keyPath: "id" });
      },
    });
    return new Device(db);
  }

  close(): void {
    this.db.close();
  }

  /** Makes this somebody's device. Nothing of another owner may be on it. */
  async enrol(owner: phone.Owner, token: string): Promise<void> {
    const tx = this.db.transaction("device", "readwrite", { durability: "strict" });
    const there = await tx.store.get("it");
    if (there === undefined || there.phone.owner.device === owner.device) {
      const digest = new ScopeDigest().wire();
      await tx.store.put({ phone: phone.newPhone(owner), token, digest, ...there }, "it");
    } else {
      tx.abort();
      await tx.done.catch(() => undefined);
      throw new Error("this device belongs to somebody already");
    }
    await tx.done;
  }

  /** The device as it stands; nothing before it is enrolled. */
  async phone(): Promise<phone.Phone | undefined> {
    return (await this.db.get("device", "it"))?.phone;
  }

  async token(): Promise<string | undefined> {
    return (await this.db.get("device", "it"))?.token;
  }

  /** Puts a saved change into the outbox, and its draft away. It is on the disk when this ends. */
  async save(change: Change, draft?: string): Promise<void> {
    const tx = this.db.transaction(["device", "drafts"], "readwrite", { durability: "strict" });
    const device = tx.objectStore("device");
    const it = await enrolled(device.get("it"));
    await device.put({ ...it, phone: phone.save(it.phone, change) }, "it");
    if (draft !== undefined) {
      await tx.objectStore("drafts").delete(draft);
    }
    await tx.done;
  }

  /** Takes in an answer; tells what it brought, and whether the replica is another than the server says. */
  async receive(carries: ReadonlySet<Uuid>, answer: SyncResponse): Promise<phone.Received & { differs: boolean }> {
    const tx = this.write();
    const it = await enrolled(tx.objectStore("device").get("it"));
    const rows = await numbers(tx, it.phone, answer);
    const received = phone.receive(it.phone, rows, carries, answer);
    const digest = await keep(tx, it, received.phone, received.rows);
    await tx.done;
    return { ...received, differs: phone.differs(answer, digest) };
  }

  /** Repairs the replica by the server's index. */
  async repair(index: IndexResponse): Promise<void> {
    const tx = this.write();
    const it = await enrolled(tx.objectStore("device").get("it"));
    const rows = new Map<Uuid, number>();
    for await (const cursor of tx.objectStore("rows")) {
      rows.set(cursor.value.id, cursor.value.seq);
    }
    const repaired = phone.repair(it.phone, rows, index);
    await keep(tx, it, repaired.phone, { put: [], drop: repaired.drop });
    await tx.done;
  }

  /** Takes in what the server lacks; tells whether it lacks nothing. */
  async receiveHave(lacks: HaveResponse): Promise<boolean> {
    const tx = this.write();
    const it = await enrolled(tx.objectStore("device").get("it"));
    const asked = phone.receiveHave(it.phone, lacks);
    await keep(tx, it, asked.phone, { put: [], drop: [] });
    await tx.done;
    return asked.everything;
  }

  private write(): Writing {
    return this.db.transaction(TABLES, "readwrite", { durability: "strict" });
  }

  // Rows ------------------------------------------------------------------------------------------

  async row(record: Uuid): Promise<Snapshot | undefined> {
    return this.db.get("rows", record);
  }

  async rowsOfKind(kind: string): Promise<Snapshot[]> {
    return this.db.getAllFromIndex("rows", "kind", kind);
  }

  async rowsOfProject(project: Uuid): Promise<Snapshot[]> {
    return this.db.getAllFromIndex("rows", "project", project);
  }

  // Photos ----------------------------------------------------------------------------------------

  /** Keeps a photo's bytes and what is known of it, on the disk when this ends. */
  async keepPhoto(hash: Sha256, bytes: Blob, photo: phone.Photo): Promise<void> {
    const tx = this.db.transaction(["device", "album"], "readwrite", { durability: "strict" });
    const device = tx.objectStore("device");
    const it = await enrolled(device.get("it"));
    const photos = { ...it.phone.photos, [hash]: it.phone.photos[hash] ?? photo };
    await tx.objectStore("album").put(bytes, hash);
    await device.put({ ...it, phone: { ...it.phone, photos } }, "it");
    await tx.done;
  }

  async photoBytes(hash: Sha256): Promise<Blob | undefined> {
    return this.db.get("album", hash);
  }

  /** Drops the photos of which the server says that a backup has them; tells how many. */
  async makeRoom(): Promise<number> {
    const tx = this.db.transaction(["device", "album"], "readwrite", { durability: "strict" });
    const device = tx.objectStore("device");
    const it = await enrolled(device.get("it"));
    const photos = Object.entries(it.phone.photos);
    const settled = photos.filter(([, photo]) => photo.settled);
    for (const [hash] of settled) {
      await tx.objectStore("album").delete(hash);
    }
    const rest = Object.fromEntries(photos.filter(([, photo]) => !photo.settled));
    await device.put({ ...it, phone: { ...it.phone, photos: rest } }, "it");
    await tx.done;
    return settled.length;
  }

  // Drafts ----------------------------------------------------------------------------------------

  /** Keeps what stands in a form; called on every keystroke, so it is not waited for on the disk. */
  async keepDraft(draft: Draft): Promise<void> {
    await this.db.put("drafts", draft);
  }

  async draft(id: string): Promise<Draft | undefined> {
    return this.db.get("drafts", id);
  }

  async drafts(): Promise<Draft[]> {
    return this.db.getAll("drafts");
  }
}

async function enrolled(it: Promise<Enrolled | undefined>): Promise<Enrolled> {
  const there = await it;
  if (there === undefined) {
    throw new NotEnrolled("this device was not enrolled yet");
  }
  return there;
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
  before: Enrolled,
  device: phone.Phone,
  { put, drop }: phone.RowChanges,
): Promise<ScopeDigest> {
  const table = tx.objectStore("rows");
  const digest = ScopeDigest.of(before.digest);
  const takeOut = async (record: Uuid) => {
    const row = await table.get(record);
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
    await table.put(row);
    digest.add(row.id, row.seq);
  }
  await tx.objectStore("device").put({ ...before, phone: device, digest: digest.wire() }, "it");
  return digest;
}
