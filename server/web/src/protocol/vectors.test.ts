/** Every file of `sync-protocol/vectors`, in every order that it names, as the server runs them. */

import { readFileSync, readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { checkForm } from "./change.ts";
import { ScopeDigest, canonical, digestOf } from "./digest.ts";
import { natural, naturalId } from "./ids.ts";
import { type RecordState, apply, baseOf, compareEdits, emptyRecord, headsOf, read, recordOf } from "./record.ts";
import { type Refusal, refusal } from "./refusal.ts";
import { Schema, type WireSchema } from "./schema.ts";
import { SIGNOFFS, readSignoff, signsOverConflict, standing } from "./signoff.ts";
import type { Change, EditId, FieldName, Rule, Snapshot, Uuid, WireDigest } from "./wire.ts";
import { forceOf } from "./withdrawal.ts";

const PROTOCOL = new URL("../../../../sync-protocol/", import.meta.url);
const schema = new Schema(parsed<WireSchema>("schema.json"));

interface Arrival {
  change: Change;
  by: Uuid;
  by_name: string;
  device: Uuid;
  seq?: number;
}

interface Vector {
  title: string;
  kind: string;
  record: Uuid;
  rules: Record<string, Rule>;
  arrivals: Arrival[];
  orders?: number[][];
  expect: {
    fields: Record<FieldName, unknown>;
    awaited?: Record<FieldName, EditId[]>;
    signoffs?: Record<EditId, unknown>;
    force?: unknown;
    held?: unknown[];
  };
}

function parsed<T>(path: string): T {
  return JSON.parse(readFileSync(new URL(path, PROTOCOL), "utf8")) as T;
}

function files(folder: string): string[] {
  return readdirSync(new URL(folder, PROTOCOL))
    .filter((name) => name.endsWith(".json"))
    .map((name) => `${folder}/${name}`);
}

/** The record as it would stand with one arrival more, or why that arrival is held. */
function judged(
  record: RecordState,
  known: ReadonlySet<Uuid>,
  { change, ...origin }: Arrival,
): RecordState | Refusal {
  const wrong = checkForm(change) ?? schema.check(change);
  if (wrong !== undefined) {
    return wrong;
  }
  const next = recordOf(snapshotOf(record));
  apply(next, change, origin, (id) => known.has(id));
  for (const edit of change.edits.filter((edit) => edit.field === SIGNOFFS)) {
    const signoff = edit.value === undefined ? undefined : readSignoff(edit.value);
    if (signoff !== undefined && signsOverConflict(signoff, next, schema) !== undefined) {
      return refusal("invalid", SIGNOFFS);
    }
  }
  return next;
}

/** A record as it travels: nothing of it is lost on the way. */
function snapshotOf(record: RecordState): Snapshot {
  const fields = [...record.fields].filter(([, state]) => state.heads.length > 0);
  const awaited = [...record.fields].filter(([, state]) => state.awaited.size > 0);
  const snapshot = {
    id: record.id,
    kind: record.kind,
    seq: 1,
    school: null,
    project: null,
    fields: Object.fromEntries(fields.map(([name, state]) => [name, state.heads])),
    awaited: Object.fromEntries(awaited.map(([name, state]) => [name, [...state.awaited]])),
  };
  return JSON.parse(JSON.stringify(snapshot)) as Snapshot;
}

/** Plays a vector in one order and tells what came of it, in the vector's own words. */
function play(vector: Vector, order: number[]): unknown {
  let record = emptyRecord(vector.record, vector.kind);
  const known = new Set<Uuid>();
  const held: unknown[] = [];
  for (const arrival of order) {
    const came = vector.arrivals[arrival] as Arrival;
    const next = judged(record, known, came);
    if ("code" in next) {
      held.push({ arrival, ...next });
    } else {
      known.add(came.change.id);
      record = next;
    }
  }
  return told(vector, record, held);
}

function told(vector: Vector, record: RecordState, held: unknown[]): unknown {
  const { fields, awaited } = snapshotOf(record);
  const signoffs = headsOf(record, SIGNOFFS).map((head) => {
    const signoff = readSignoff(head.value);
    return [head.edit, signoff && standing(signoff, record, schema)];
  });
  const force = forceOf(record, schema);
  const sorted = Object.entries(awaited ?? {}).map(([name, edits]) => [name, edits.sort(compareEdits)]);
  return {
    fields: Object.fromEntries(
      Object.entries(fields).map(([name, heads]) => [
        name,
        { heads: heads.map((head) => head.edit), reading: reading(vector, record, name) },
      ]),
    ),
    awaited: Object.fromEntries(sorted),
    signoffs: Object.fromEntries(signoffs),
    force,
    held,
  };
}

function reading(vector: Vector, record: RecordState, name: FieldName): unknown {
  const read_ = read(vector.rules[baseOf(name)] as Rule, headsOf(record, name));
  switch (read_.shows) {
    case "empty":
      return { shows: "empty" };
    case "single":
      return { shows: "single", value: read_.head.value };
    case "conflict":
    case "all":
      return { shows: read_.shows, values: read_.heads.map((head) => head.value) };
    case "total":
      return { shows: "total", value: read_.value };
  }
}

describe("the vectors", () => {
  const all = files("vectors");

  test("are all there", () => {
    expect(all.length).toBeGreaterThanOrEqual(64);
  });

  test.each(all)("%s", (path) => {
    const vector = parsed<Vector>(path);
    const expected = { awaited: {}, signoffs: {}, force: "in_force", held: [], ...vector.expect };
    for (const order of vector.orders ?? [vector.arrivals.map((_, place) => place)]) {
      expect(play(vector, order), `${vector.title} in the order ${order}`).toEqual(expected);
    }
  });
});

describe("the bytes", () => {
  test.each(files("vectors/bytes").filter((path) => path.includes("/change-")))("%s", (path) => {
    const frozen = parsed<{ change: string; canonical: string; sha256: string }>(path);
    const change = JSON.parse(frozen.canonical) as Change;
    expect(checkForm(change)).toBeUndefined();
    expect(canonical(change)).toBe(frozen.canonical);
    expect(digestOf(change)).toBe(frozen.sha256);
  });

  test("natural ids", () => {
    const { ids } = parsed<{
      ids: { kind: string; identity: Record<string, string>; key: string; id: string }[];
    }>("vectors/bytes/natural-ids.json");
    for (const { kind, identity, key, id } of ids) {
      const declared = schema.kind(kind);
      expect(declared && naturalId(declared, (part) => identity[part])).toBe(id);
      expect(natural(kind, key)).toBe(id);
    }
  });

  test("the digest of a scope", () => {
    const { records, digest } = parsed<{ records: [Uuid, number][]; digest: WireDigest }>(
      "vectors/bytes/scope-digest.json",
    );
    const scope = new ScopeDigest();
    for (const [record, seq] of records) {
      scope.add(record, seq);
    }
    expect(scope.wire()).toEqual(digest);
    for (const [record, seq] of records) {
      scope.remove(record, seq);
    }
    expect(scope.wire()).toEqual(new ScopeDigest().wire());
  });
});
