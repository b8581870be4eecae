/**
 * What a device must do, as a state machine without I/O, clock or chance.
 *
 * A `Phone` is all that a device remembers but for the rows of its replica, which stand in the
 * database: only their numbers are here. `nextRequest` says what to send, `receive` takes in the answer
 * and gives back the device as it is then and the rows to write: all of it goes into one transaction.
 *
 * 1. A saved change leaves the outbox for one reason: the server named its id in the answer to a
 *    request that carried it. No silence, no page, no resync, no missing row ever clears it.
 * 2. Accepted is not the end: a change is kept until the server says that it is settled, that is, in a
 *    backup, and is sent again after a resync.
 * 3. Held is not the end either: it is asked after with each sync until the office releases it, or
 *    refuses it with a reason; what was refused is kept too.
 * 4. A row is never older than the one that it takes the place of, unless everything is pulled anew.
 * 5. What the server did not send in a whole pull after a resync is dropped; nothing else ever is. A
 *    desk's browser (`partial`) is sent nothing then, drops what it had read, and reads it anew.
 * 6. A number counts in the history of the cursor that came with it: who begins from null sends all
 *    again that is kept or held, and forgets its numbers.
 */

import { type RecordState, apply, changeOf, emptyRecord, recordOf } from "../protocol/record.ts";
import type { ScopeDigest } from "../protocol/digest.ts";
import type {
  Change,
  Code,
  EditId,
  HaveRequest,
  HaveResponse,
  IndexResponse,
  Sha256,
  Snapshot,
  Stamp,
  SyncRequest,
  SyncResponse,
  Uuid,
} from "../protocol/wire.ts";

/** The version that this client speaks. */
export const PROTOCOL = 1;

/** Whose device it is. */
export interface Owner {
  user: Uuid;
  name: string;
  device: Uuid;
}

/** A pull from the beginning, under way. */
interface Pull {
  /** What came so far. */
  came: Uuid[];
  /** Whether what did not come is dropped at the end. */
  dropTheRest: boolean;
}

/** A change in the ledger, with its number. */
export interface Kept {
  change: Change;
  seq: number;
}

/** A change in the office's held box. */
export interface Held {
  change: Change;
  code: Code;
  message: string;
  field?: string;
  /** Why the office refused it, if it did. */
  refused?: string;
}

export interface Outbox {
  /** Without an outcome yet, in the order in which they were saved. */
  waiting: Change[];
  /** In the ledger, kept until settled. */
  kept: Kept[];
  /** In the office's held box. */
  held: Held[];
}

/** Which record shows a photo, and by which of its edits. */
export interface Showing {
  record: Uuid;
  kind: string;
  edits: EditId[];
}

/** A photo on the device; its bytes are in the album. */
export interface Photo {
  length: number;
  filename: string;
  filetype: string;
  /** The path of its upload, once there is one. */
  upload?: string;
  /** How many bytes the server said that it has. */
  acknowledged: number;
  /** Whether the server has all of it. */
  atOffice: boolean;
  /** Whether a backup has it: the device may drop it. */
  settled: boolean;
  /** Why the server will not have it, if it said so. */
  refused?: string;
  /** What is wrong with its bytes on the device, so that nobody can have it. */
  fault?: "lost" | "damaged";
  /** Its owner knows that the office will not have it, and leaves it at that. */
  isLeft?: true;
  /** The record that it was saved with. */
  of?: Showing;
}

/** All that a device remembers, but for the rows of its replica. */
export interface Phone {
  owner: Owner;
  outbox: Outbox;
  photos: Record<Sha256, Photo>;
  cursor: string | null;
  ticket: string | null;
  /** Up to which number the ledger is contained in a backup. */
  settled: number;
  pull?: Pull;
  /** A desk's browser: it keeps no replica, and reads what it shows. Only what its own changes touched comes to it. */
  partial?: true;
}

/** A device that was just enrolled; as a desk's browser, it keeps no replica. */
export function newPhone(owner: Owner, partial?: "partial"): Phone {
  return {
    ...(partial === undefined ? {} : { partial: true as const }),
    owner,
    outbox: { waiting: [], kept: [], held: [] },
    photos: {},
    cursor: null,
    ticket: null,
    settled: 0,
  };
}

/**
 * The same owner, let in anew: to the server it is another device, so everything that is here is sent
 * again (what the server has are duplicates) and the replica is pulled anew.
 */
export function enrolledAnew(phone: Phone, owner: Owner): Phone {
  return { ...pullAnew(phone, true), owner, ticket: null, settled: 0 };
}

/** Puts a saved change into the outbox. */
export function save(phone: Phone, change: Change): Phone {
  return { ...phone, outbox: { ...phone.outbox, waiting: [...phone.outbox.waiting, change] } };
}

/** How much goes into one request. */
interface Batch {
  /** So many changes at most. */
  changes: number;
  /** So many bytes of changes at most, but always one change. */
  bytes: number;
  /** Whether to ask after held changes as well. */
  askAfterHeld: boolean;
}

/** A request, and which changes it carries. */
export interface Request {
  body: SyncRequest;
  carries: ReadonlySet<Uuid>;
}

/** What to send next. */
export function nextRequest(phone: Phone, deviceTime: Stamp, batch: Batch): Request {
  const asked = phone.outbox.held.filter((held) => batch.askAfterHeld && held.refused === undefined);
  const candidates = [...phone.outbox.waiting, ...asked.map((held) => held.change)];
  const changes: Change[] = [];
  let bytes = 0;
  for (const change of candidates.slice(0, batch.changes)) {
    bytes += new TextEncoder().encode(JSON.stringify(change)).length;
    if (bytes > batch.bytes && changes.length > 0) {
      break;
    }
    changes.push(change);
  }
  return {
    body: {
      protocol: PROTOCOL,
      device_time: deviceTime,
      cursor: phone.cursor,
      ticket: phone.ticket,
      checkpoint: null,
      changes,
      ...(phone.partial ? { news: false } : {}),
    },
    carries: new Set(changes.map((change) => change.id)),
  };
}

/** Whether this is the answer to a request that carried those changes: it says of each what became of it. */
export function isAnswered(carries: ReadonlySet<Uuid>, answer: SyncResponse): boolean {
  const named = new Set(answer.outcomes.map((outcome) => outcome.change));
  return [...carries].every((change) => named.has(change));
}

/** The numbers of the rows that stand in the database. */
export type Rows = ReadonlyMap<Uuid, number>;

/** What is written together with the device. */
export interface RowChanges {
  put: Snapshot[];
  drop: Uuid[];
}

/** What an answer brought. */
export interface Received {
  phone: Phone;
  rows: RowChanges;
  accepted: number;
  duplicates: number;
  held: number;
  /** Whether there is more to do at once. */
  again: boolean;
}

/** Takes in the answer to a request that carried those changes. */
export function receive(
  phone: Phone,
  rows: Rows,
  carries: ReadonlySet<Uuid>,
  answer: SyncResponse,
): Received {
  const told = takeOutcomes(phone.outbox, carries, answer);
  const { pull, ...taken } = takeRows(phone, rows, answer);
  const outbox = { ...told.outbox, kept: told.outbox.kept.filter((kept) => kept.seq > answer.settled) };
  let next: Phone = {
    ...without(phone, "pull"),
    ...(pull === undefined ? {} : { pull }),
    outbox,
    photos: missing(phone.photos, answer.photos_missing),
    cursor: answer.resync ? phone.cursor : answer.cursor,
    ticket: answer.ticket,
    settled: answer.settled,
  };
  if (answer.resync) {
    next = pullAnew(next, true);
  }
  const isMore = answer.resync || answer.more;
  return {
    phone: next,
    rows: taken.rows,
    ...told.counts,
    again: isMore || next.outbox.waiting.length > 0 || next.pull !== undefined,
  };
}

function takeOutcomes(before: Outbox, carries: ReadonlySet<Uuid>, answer: SyncResponse) {
  let outbox = before;
  const counts = { accepted: 0, duplicates: 0, held: 0 };
  for (const outcome of answer.outcomes) {
    const id = outcome.change;
    if (id === null || !carries.has(id)) {
      continue;
    }
    const [change, rest] = take(outbox, id);
    if (change === undefined) {
      continue;
    }
    if (outcome.outcome === "held") {
      counts.held += 1;
      const { change: _, outcome: __, ...why } = outcome;
      outbox = { ...rest, held: [...rest.held, { change, ...why }] };
    } else {
      counts[outcome.outcome === "accepted" ? "accepted" : "duplicates"] += 1;
      outbox = { ...rest, kept: [...rest.kept, { change, seq: outcome.seq }] };
    }
  }
  return { outbox, counts };
}

/** Takes a change out of wherever it is. */
function take(outbox: Outbox, id: Uuid): [Change | undefined, Outbox] {
  const change = allOf(outbox).find((change) => change.id === id);
  const isOther = (other: { change: Change }) => other.change.id !== id;
  return [
    change,
    {
      waiting: outbox.waiting.filter((other) => other.id !== id),
      kept: outbox.kept.filter(isOther),
      held: outbox.held.filter(isOther),
    },
  ];
}

function takeRows(
  phone: Phone,
  rows: Rows,
  answer: SyncResponse,
): { rows: RowChanges; pull: Pull | undefined } {
  const isAnew = phone.pull !== undefined || answer.resync;
  const isNews = (row: Snapshot) => isAnew || row.seq >= (rows.get(row.id) ?? 0);
  const gone = new Set(answer.gone);
  const put = answer.records.filter((row) => isNews(row) && !gone.has(row.id));
  const drop = answer.gone.filter((record) => rows.has(record));
  if (answer.resync || phone.pull === undefined) {
    return { rows: { put, drop }, pull: undefined };
  }
  const came = new Set([...phone.pull.came, ...answer.records.map((row) => row.id)]);
  for (const record of answer.gone) {
    came.delete(record);
  }
  if (answer.more) {
    return { rows: { put, drop }, pull: { ...phone.pull, came: [...came] } };
  }
  const rest = phone.pull.dropTheRest ? [...rows.keys()].filter((record) => !came.has(record)) : [];
  return { rows: { put, drop: [...new Set([...drop, ...rest])] }, pull: undefined };
}

/** Pulls from the beginning, and sends again what is kept or held: its numbers count no more. */
function pullAnew(phone: Phone, dropTheRest: boolean): Phone {
  return {
    ...phone,
    cursor: null,
    pull: { came: [], dropTheRest },
    outbox: { waiting: allOf(phone.outbox), kept: [], held: [] },
  };
}

/** The photos of which the office lacks what it once had. */
function missing(photos: Record<Sha256, Photo>, hashes: Sha256[]): Record<Sha256, Photo> {
  const again = { ...photos };
  for (const hash of hashes) {
    const photo = again[hash];
    if (photo?.atOffice) {
      again[hash] = anew(photo);
    }
  }
  return again;
}

function anew(photo: Photo): Photo {
  return { ...without(photo, "upload"), acknowledged: 0, atOffice: false, settled: false };
}

/** Whether the replica is another than the server says; then it is repaired by the index. */
export function differs(answer: SyncResponse, ours: ScopeDigest): boolean {
  const settledDown = !answer.resync && !answer.more;
  return settledDown && answer.digest !== undefined && !ours.equals(answer.digest);
}

/** Repairs the replica by the server's index: drops what is not there, and pulls anew, without wiping, if
 * something is missing or old. */
export function repair(phone: Phone, rows: Rows, index: IndexResponse): { phone: Phone; drop: Uuid[] } {
  const theirs = new Map(index.records);
  const isWhole = [...theirs].every(([record, seq]) => rows.get(record) === seq);
  return {
    phone: isWhole ? phone : pullAnew(phone, false),
    drop: [...rows.keys()].filter((record) => !theirs.has(record)),
  };
}

/** The last question before saying "everything is at the office". */
export function have(phone: Phone): HaveRequest {
  const { kept, held } = phone.outbox;
  return {
    changes: [...kept, ...held].map(({ change }) => change.id),
    photos: Object.keys(phone.photos),
  };
}

/** Takes in its answer: what the server lacks is sent again. Tells whether it lacks nothing. */
export function receiveHave(
  phone: Phone,
  asked: HaveRequest,
  lacks: HaveResponse,
): { phone: Phone; everything: boolean } {
  let outbox = phone.outbox;
  for (const id of lacks.changes) {
    const [change, rest] = take(outbox, id);
    if (change !== undefined) {
      outbox = { ...rest, waiting: [...rest.waiting, change] };
    }
  }
  const unsettled = lacks.unsettled && new Set(lacks.unsettled.photos);
  const lacking = new Set(lacks.photos);
  // What came onto the device while the question was on its way was not asked about.
  const isAsked = new Set(asked.photos);
  const photos = Object.entries(phone.photos).map(([hash, photo]): [Sha256, Photo] => {
    if (lacking.has(hash)) {
      const isBegun = photo.acknowledged < photo.length;
      return [hash, isBegun ? { ...photo, atOffice: false, settled: false } : anew(photo)];
    }
    if (!isAsked.has(hash)) {
      return [hash, photo];
    }
    const isSettled = unsettled !== undefined && !unsettled.has(hash);
    const { refused: _, fault: __, isLeft: ___, ...well } = photo;
    return [hash, { ...well, atOffice: true, settled: isSettled }];
  });
  return {
    phone: { ...phone, outbox, photos: Object.fromEntries(photos) },
    everything: outbox.waiting.length === 0 && photos.every(([, photo]) => photo.atOffice),
  };
}

/** Whether a device holds a change or a photo that it did not hold when it was seen. */
export function hasMore(now: Phone, seen: Phone): boolean {
  const before = new Set(allOf(seen.outbox).map((change) => change.id));
  const isNew = ({ id }: Change) => !before.has(id);
  return allOf(now.outbox).some(isNew) || Object.keys(now.photos).some((hash) => seen.photos[hash] === undefined);
}

/** Every change that is still on the device, in the order in which it is sent again. */
export function allOf(outbox: Outbox): Change[] {
  const known = [...outbox.kept, ...outbox.held].map(({ change }) => change);
  return [...known, ...outbox.waiting];
}

/** A record as its owner sees it: the replica's row with the outbox folded over it. */
export function view(phone: Phone, row: Snapshot | undefined, record: Uuid, kind: string): RecordState {
  const view = row === undefined ? emptyRecord(record, kind) : recordOf(row);
  const heads = [...view.fields.values()].flatMap((state) => state.heads);
  const shown = new Set(heads.map((head) => changeOf(head.edit)));
  const unseen = phone.outbox.kept.filter((kept) => kept.seq > (row?.seq ?? 0));
  const own: { change: Change; seq?: number }[] = [
    ...unseen,
    ...phone.outbox.waiting.map((change) => ({ change })),
  ];
  for (const { change, seq } of own.filter(({ change }) => change.record === record)) {
    const { user, name, device } = phone.owner;
    const origin = { by: user, by_name: name, device, ...(seq === undefined ? {} : { seq }) };
    apply(view, change, origin, (id) => shown.has(id));
  }
  return view;
}

function without<T extends object, K extends keyof T>(value: T, name: K): Omit<T, K> {
  const { [name]: _, ...rest } = value;
  return rest;
}
