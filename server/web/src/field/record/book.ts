/**
 * The records on this device as its owner sees them: the replica with the outbox folded over it, and
 * the names by which records speak of each other.
 */

import type { Device } from "../../db/device.ts";
import { type RecordState, headsOf, recordOf } from "../../protocol/record.ts";
import { Schema, type WireSchema } from "../../protocol/schema.ts";
import { isText } from "../../protocol/values.ts";
import type { FieldName, Snapshot, Uuid, Value } from "../../protocol/wire.ts";
import { type Phone, allOf, view } from "../../sync/phone.ts";
import type { Said } from "../today/findings.ts";
import type { HeldRole } from "../today/state.ts";

/** What `GET /api/v1/me` says, as far as writing needs it. */
export interface Me {
  user: { id: Uuid; username: string; display_name: string };
  roles: (HeldRole & { zh: string; en: string })[];
}

/** The kinds whose records others are named by. */
export const NAMED = ["project", "school"] as const;

export class Book {
  constructor(
    readonly phone: Phone,
    readonly wire: WireSchema,
    readonly schema: Schema,
    readonly me: Me,
    private readonly byKind: ReadonlyMap<string, RecordState[]>,
    private readonly byId: ReadonlyMap<Uuid, RecordState>,
    private readonly rows: ReadonlyMap<Uuid, Snapshot>,
  ) {}

  /** The same book with the photos as they are now: these move on while the records stand still. */
  withPhotos(photos: Phone["photos"]): Book {
    return new Book({ ...this.phone, photos }, this.wire, this.schema, this.me, this.byKind, this.byId, this.rows);
  }

  /** All records of a kind that the book was opened for. */
  all(kind: string): RecordState[] {
    return this.byKind.get(kind) ?? [];
  }

  record(id: Uuid): RecordState | undefined {
    return this.byId.get(id);
  }

  /** The project that a record belongs to: its own word, or else where the office has it. */
  projectOf(record: RecordState): Uuid | undefined {
    return record.kind === "project" ? record.id : (textIn(record, "project") ?? this.rows.get(record.id)?.project ?? undefined);
  }

  /** The school that a record belongs to: its own word, its project's, or where the office has it. */
  schoolOf(record: RecordState): Uuid | undefined {
    if (record.kind === "school") {
      return record.id;
    }
    const own = textIn(record, "school") ?? this.rows.get(record.id)?.school ?? undefined;
    const project = this.projectOf(record);
    const named = project === undefined || project === record.id ? undefined : this.record(project);
    return own ?? (named && textIn(named, "school"));
  }

  /** The name that a project, a school or any named record goes by. */
  nameOf(id: Uuid | undefined): string | undefined {
    const record = id === undefined ? undefined : this.record(id);
    return record && textIn(record, "name");
  }

  /** How many siblings a field has that this device was not sent. */
  unsentSiblings(record: Uuid, name: FieldName): number {
    const row = this.rows.get(record);
    return Math.max(0, (row?.siblings?.[name] ?? 0) - (row?.fields[name]?.length ?? 0));
  }

  has(role: string): boolean {
    return this.me.roles.some((held) => held.role === role);
  }
}

/** All that may speak of findings. */
export function saidIn(book: Book): Said {
  return { rectifications: book.all("rectification"), verifications: book.all("verification"), notices: book.all("notice") };
}

/** The first text that stands in a field. */
export function textIn(record: RecordState, name: FieldName): string | undefined {
  const value: Value | undefined = headsOf(record, name)[0]?.value;
  return isText(value) ? value : undefined;
}

/** What a device knows before any record: nothing before it was enrolled and synced once. */
export interface Papers {
  phone: Phone;
  wire: WireSchema;
  me: Me;
}

export async function papersOf(device: Device): Promise<Papers | undefined> {
  const [phone, wire, me] = await Promise.all([
    device.phone(),
    device.paper<WireSchema>("schema"),
    device.paper<Me>("me"),
  ]);
  return phone === undefined || wire === undefined || me === undefined ? undefined : { phone, wire, me };
}

/** All rows of these kinds, and of those by which others are named. */
export async function rowsOfKinds(device: Device, kinds: readonly string[]): Promise<Map<string, Snapshot[]>> {
  const wanted = [...new Set([...NAMED, ...kinds])];
  const found = await Promise.all(wanted.map((kind) => device.rowsOfKind(kind)));
  return new Map(wanted.map((kind, place) => [kind, found[place] ?? []]));
}

/** Opens the book for records of these kinds. */
export async function openBook(device: Device, kinds: readonly string[]): Promise<Book | undefined> {
  const papers = await papersOf(device);
  return papers && bookOf(papers.phone, papers.wire, papers.me, await rowsOfKinds(device, kinds));
}

/** The book over those rows, by kind. */
export function bookOf(phone: Phone, wire: WireSchema, me: Me, rows: ReadonlyMap<string, Snapshot[]>): Book {
  const changed = new Map(allOf(phone.outbox).map((change) => [change.record, change.kind]));
  const byKind = new Map<string, RecordState[]>();
  const byId = new Map<Uuid, RecordState>();
  const rowsById = new Map<Uuid, Snapshot>();
  for (const [kind, snapshots] of rows) {
    for (const row of snapshots) {
      rowsById.set(row.id, row);
    }
    // Folding costs; most rows have nothing of the outbox in them.
    const stored = snapshots.map((row) => (changed.has(row.id) ? view(phone, row, row.id, kind) : recordOf(row)));
    const begun = [...changed]
      .filter(([record, changedKind]) => changedKind === kind && !rowsById.has(record))
      .map(([record]) => view(phone, undefined, record, kind))
      // What the office holds is not in the record; a record of which it holds all is none yet.
      .filter((record) => record.fields.size > 0);
    byKind.set(kind, [...stored, ...begun]);
    for (const record of byKind.get(kind) ?? []) {
      byId.set(record.id, record);
    }
  }
  return new Book(phone, wire, new Schema(wire), me, byKind, byId, rowsById);
}

/** Which kind a record is of, wherever it stands; nothing if the device does not have it. */
export async function kindOf(device: Device, id: Uuid): Promise<string | undefined> {
  const row = await device.row(id);
  const phone = await device.phone();
  const change = phone === undefined ? undefined : allOf(phone.outbox).find((change) => change.record === id);
  return row?.kind ?? change?.kind;
}
