/**
 * Under which keys a row is found besides its own id: what it speaks of, whether its finding may still be
 * open, whether it was ever sent back. So one record's page, one form and the front page read what they
 * show, whatever else a county's phone holds.
 */

import type { IDBPObjectStore, StoreNames } from "idb";
import { SIGNOFFS, readSignoff } from "../protocol/signoff.ts";
import { isMap, isText } from "../protocol/values.ts";
import type { Head, Snapshot, Uuid, Value } from "../protocol/wire.ts";
import { WITHDRAWN } from "../protocol/withdrawal.ts";
import type { Database } from "./database.ts";
import type { Row, Tables } from "./tables.ts";

/** A record that one says something of: a finding's attempts, a project's diaries. */
export interface SpeaksOf {
  kind: string;
  of: Uuid;
}

/** The kinds in which a finding goes its way. */
export const ON_THE_WAY = ["finding", "rectification", "verification"] as const;
/** Those in which something is said of it: that a notice of it was received, too. */
export const ABOUT_FINDINGS = [...ON_THE_WAY, "notice"] as const;

const RETURNED = "returned";
const openOf = (kind: string) => `${kind}/open`;

/** The keys of a row by itself. Whether a finding is closed is told by other rows: until then it may be open. */
export function keysOf(row: Snapshot): string[] {
  const heads = Object.entries(row.fields);
  const isReturned = (head: Head) => readSignoff(head.value)?.verdict === "returned";
  return [
    ...mentions(row).map((id) => `${row.kind}/${id}`),
    ...(isOnTheWay(row.kind) ? [openOf(row.kind)] : []),
    ...(heads.some(([name, heads]) => name === SIGNOFFS && heads.some(isReturned)) ? [RETURNED] : []),
  ];
}

/** The ids of records that a row names, its place among them. */
export function mentions({ project, school, fields }: Snapshot): Uuid[] {
  const values = Object.values(fields).flatMap((heads) => heads.map((head) => head.value));
  return [...idsIn([project ?? undefined, school ?? undefined, ...values])];
}

const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** All ids in these values, however deep they stand. */
export function idsIn(values: Iterable<Value | undefined>): Set<Uuid> {
  const found = new Set<Uuid>();
  const look = (value: Value | undefined) => {
    if (isText(value) && ID.test(value)) {
      found.add(value);
    } else if (Array.isArray(value)) {
      value.forEach(look);
    } else if (isMap(value)) {
      Object.values(value).forEach(look);
    }
  };
  for (const value of values) {
    look(value);
  }
  return found;
}

// Open findings ------------------------------------------------------------------------------------

type Rows = IDBPObjectStore<Tables, ArrayLike<StoreNames<Tables>>, "rows", "readwrite">;

/** The findings of which a row says something. */
function findingsOf(row: Snapshot | undefined): Uuid[] {
  if (row === undefined || !isOnTheWay(row.kind)) {
    return [];
  }
  const named = idsIn((row.fields["finding"] ?? []).map(({ value }) => value));
  return row.kind === "finding" ? [row.id] : [...named];
}

/** Whether a finding, or what was said of one, may be open. */
export function mayBeOpen({ kind, keys }: Row): boolean {
  return keys?.includes(openOf(kind)) ?? false;
}

/** The findings of which rows were written or dropped, and which of them were surely closed before. */
export class Touched {
  private readonly findings = new Set<Uuid>();
  private readonly closed = new Set<Uuid>();

  /** A row as it was before. */
  before(row: Row | undefined): void {
    for (const finding of findingsOf(row)) {
      this.findings.add(finding);
      if (row !== undefined && !mayBeOpen(row)) {
        this.closed.add(finding);
      }
    }
  }

  /** A row as it is written: marked as one that may be open. */
  now(row: Snapshot): void {
    findingsOf(row).forEach((finding) => this.findings.add(finding));
  }

  /** Marks each of them, and what was said of it: whether it may be open. */
  async mark(rows: Rows): Promise<void> {
    const index = rows.index("keys");
    const verdicts = await Promise.all([...this.findings].map(async (finding) => [finding, await index.getAll(`verification/${finding}`)] as const));
    for (const [finding, said] of verdicts) {
      const last = [...said].sort((one, other) => beganAt(one) - beganAt(other)).at(-1);
      const isOpen = last === undefined || !surelyPasses(last);
      // Most are open, and were.
      if (!isOpen || this.closed.has(finding)) {
        await markOne(rows, finding, said, isOpen);
      }
    }
  }
}

async function markOne(rows: Rows, finding: Uuid, verdicts: Row[], isOpen: boolean): Promise<void> {
  const [it, attempts] = await Promise.all([rows.get(finding), rows.index("keys").getAll(`rectification/${finding}`)]);
  for (const row of [it, ...attempts, ...verdicts].filter((row) => row !== undefined)) {
    const others = findingsOf(row).filter((id) => id !== finding);
    const key = openOf(row.kind);
    // What speaks of several findings stays open with any of them: too many are read, and none too few.
    if (mayBeOpen(row) !== isOpen && (isOpen || others.length === 0)) {
      const keys = (row.keys ?? []).filter((other) => other !== key);
      await rows.put({ ...row, keys: isOpen ? [...keys, key] : keys });
    }
  }
}

/** The number of the change that began a row, as far as what stands in it tells. */
function beganAt({ fields }: Row): number {
  return Math.min(...Object.values(fields).flatMap((heads) => heads.map(({ seq }) => seq ?? Number.MAX_SAFE_INTEGER)));
}

/** Whether it closes its finding whoever reads it, and whatever is not on this device. */
function surelyPasses({ kind, fields }: Row): boolean {
  const results = fields["result"] ?? [];
  const isDoubted = (fields[WITHDRAWN] ?? []).length > 0;
  return kind === "verification" && !isDoubted && results.length > 0 && results.every(({ value }) => value === "通过");
}

function isOnTheWay(kind: string): boolean {
  return (ON_THE_WAY as readonly string[]).includes(kind);
}

// Reading ------------------------------------------------------------------------------------------

/** The rows of those kinds that speak of those records. */
export async function speaking(db: Database, asked: readonly SpeaksOf[]): Promise<Row[]> {
  return byKeys(db, asked.map(({ kind, of }) => `${kind}/${of}`));
}

/** The findings that may be open, with what was said of them, and all that was ever sent back. */
export async function waiting(db: Database): Promise<Row[]> {
  return byKeys(db, [...ON_THE_WAY.map(openOf), RETURNED]);
}

async function byKeys(db: Database, keys: string[]): Promise<Row[]> {
  const tx = await db.transaction(["rows"], "readonly");
  const index = tx.objectStore("rows").index("keys");
  const found = await Promise.all([...new Set(keys)].map((key) => index.getAll(key)));
  return [...new Map(found.flat().map((row) => [row.id, row])).values()];
}

/** Those rows that the device has. */
export async function rowsById(db: Database, ids: Iterable<Uuid>): Promise<Row[]> {
  const tx = await db.transaction(["rows"], "readonly");
  const found = await Promise.all([...ids].map((id) => tx.objectStore("rows").get(id)));
  return found.filter((row) => row !== undefined);
}
