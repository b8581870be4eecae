/** A page of the list of records: what the office sent, the latest day first, with what is only here among it. */

import type { Device } from "../../db/device.ts";
import { ABOUT_FINDINGS } from "../../db/keys.ts";
import { type Which, isListed } from "../../db/listing.ts";
import type { Row } from "../../db/tables.ts";
import { dayOfRecord } from "../../protocol/day.ts";
import type { RecordState } from "../../protocol/record.ts";
import type { Snapshot } from "../../protocol/wire.ts";
import { allOf } from "../../sync/phone.ts";
import { type Book, bookOf, papersOf, rowsOfKinds } from "./book.ts";

export interface Listing {
  book: Book;
  /** Those that are shown. */
  records: RecordState[];
  /** How many there are in all of that list. */
  count: number;
  /** The kinds of which there are any. */
  kinds: string[];
}

/** The first so many records of a list; nothing before the device was enrolled and synced once. */
export async function openListing(device: Device, which: Which, most: number): Promise<Listing | undefined> {
  const papers = await papersOf(device);
  if (papers === undefined) {
    return undefined;
  }
  const { phone, wire, me } = papers;
  const page = await device.listed(which, most);
  const changed = new Set(allOf(phone.outbox).map((change) => change.record));
  const ours = await Promise.all([...changed].map((record) => device.row(record)));
  const rows = await rowsOfKinds(device, []);
  for (const row of [...page, ...ours.filter((row) => row !== undefined), ...(await attemptsAt(device, page)), ...(await itemsOf(device, page))]) {
    putIn(rows, row);
  }
  for (const change of allOf(phone.outbox)) {
    rows.set(change.kind, rows.get(change.kind) ?? []);
  }
  const book = bookOf(phone, wire, me, rows);
  const isIn = (record: RecordState) =>
    isListed(record.kind) &&
    (which.kind === undefined || record.kind === which.kind) &&
    (which.project === undefined || book.projectOf(record) === which.project);
  const own = [...changed].flatMap((id) => book.record(id) ?? []).filter(isIn);
  const sent = page.flatMap((row) => (changed.has(row.id) ? [] : (book.record(row.id) ?? [])));
  const known = new Set(ours.map((row) => row?.id));
  const begun = own.filter((record) => !known.has(record.id));
  const [count, kinds] = await Promise.all([device.countListed(which), kindsThere(device, wire.kinds.map((kind) => kind.name), begun)]);
  const records = inOrder([...sent, ...own], page.length < most ? undefined : page.at(-1));
  return { book, records, count: count + begun.length, kinds };
}

/** The latest day first; what lies behind the last row of the page comes with a later one. */
function inOrder(records: RecordState[], last: Row | undefined): RecordState[] {
  const dated = records.map((record) => [dayOfRecord(record), record] as const);
  const shown = dated.filter(([day]) => last?.day === undefined || day >= last.day);
  return shown.sort(([a], [b]) => (a < b ? 1 : a > b ? -1 : 0)).map(([, record]) => record);
}

/** What was said of the findings among those rows: without it their standing cannot be told. */
async function attemptsAt(device: Device, page: Row[]): Promise<Snapshot[]> {
  const findings = page.filter((row) => row.kind === "finding");
  return device.speaking(findings.flatMap(({ id: of }) => ABOUT_FINDINGS.map((kind) => ({ kind, of }))));
}

/** What was received, for receipts are named by it. */
async function itemsOf(device: Device, page: Row[]): Promise<Snapshot[]> {
  const items = page.flatMap((row) => (row.kind === "equipment_receipt" ? (row.fields["item"] ?? []) : []));
  const rows = await Promise.all(items.map(({ value }) => (typeof value === "string" ? device.row(value) : undefined)));
  return rows.filter((row) => row !== undefined);
}

function putIn(rows: Map<string, Snapshot[]>, row: Snapshot): void {
  const there = rows.get(row.kind) ?? [];
  if (!there.some(({ id }) => id === row.id)) {
    rows.set(row.kind, [...there, row]);
  }
}

async function kindsThere(device: Device, kinds: string[], begun: RecordState[]): Promise<string[]> {
  const there = await device.kindsListed(kinds);
  return kinds.filter((kind) => there.includes(kind) || begun.some((record) => record.kind === kind));
}
