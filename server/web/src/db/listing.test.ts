/** Lists of records: the latest day first, a page at a time, and the same after an update of the app. */

import "fake-indexeddb/auto";
import { openDB } from "idb";
import { beforeEach, expect, test } from "vitest";
import { ScopeDigest } from "../protocol/digest.ts";
import type { Snapshot, SyncResponse, Uuid } from "../protocol/wire.ts";
import { Device } from "./device.ts";
import { rowOf } from "./listing.ts";
import type { Row } from "./tables.ts";

let database = 0;
let device: Device;

beforeEach(async () => {
  database += 1;
  device = await Device.open(`listing-${database}`);
});

function id(number: number): Uuid {
  return `0198c9a4-0000-7000-8000-${number.toString(16).padStart(12, "0")}`;
}

function row(number: number, kind: string, date: string | undefined, project = id(0xaa)): Snapshot {
  const head = { edit: `${id(0x100)}.0`, value: date ?? "", by: id(1), by_name: "演示", device: id(2), made_at: "2026-01-01T08:00:00+08:00", seq: number };
  return { id: id(number), kind, seq: number, school: null, project, fields: date === undefined ? { name: [head] } : { date: [head] } };
}

/** What the office answers that has this row. */
function answered(row: Snapshot): SyncResponse {
  const nothing = { outcomes: [], gone: [], photos_missing: [], more: false, resync: false };
  return { protocol: 1, server_time: "", ...nothing, records: [row], cursor: "c", settled: 0, ticket: "t" };
}

async function keep(...rows: Snapshot[]) {
  await Promise.all(rows.map((row) => device.db.put("rows", rowOf(row))));
}

/** The numbers of all rows of a list, read so many at a time. */
async function numbers(which: { kind?: string; project?: Uuid }, most: number): Promise<number[]> {
  const found: Row[] = [];
  for (let page = await device.listed(which, most); page.length > 0; page = await device.listed(which, most, found.at(-1))) {
    found.push(...page);
  }
  return found.map((row) => row.seq);
}

test("the latest day comes first, whatever the page's size, and none twice or left out", async () => {
  await keep(row(1, "diary", "2026-03-02"), row(2, "finding", "2026-03-03"), row(3, "diary", "2026-03-02"), row(4, "diary", "2025-12-31"), row(5, "finding", undefined));
  for (const most of [1, 2, 3, 60]) {
    expect(await numbers({}, most)).toEqual([2, 3, 1, 5, 4]);
  }
  expect(await device.countListed({})).toBe(5);
});

test("a list is of a kind, of a project, or of both", async () => {
  const other = id(0xbb);
  await keep(row(1, "diary", "2026-03-02"), row(2, "diary", "2026-03-03", other), row(3, "finding", "2026-03-04", other));
  expect(await numbers({ kind: "diary" }, 1)).toEqual([2, 1]);
  expect(await numbers({ project: other }, 1)).toEqual([3, 2]);
  expect(await numbers({ project: other, kind: "diary" }, 1)).toEqual([2]);
  expect(await device.countListed({ kind: "finding" })).toBe(1);
  expect(await device.countListed({ project: other })).toBe(2);
});

test("what everything else refers to is in no list", async () => {
  await keep(row(1, "school", "2026-03-02"), row(2, "project", "2026-03-02"), row(3, "diary", "2026-03-02"));
  expect(await numbers({}, 60)).toEqual([3]);
});

test("the rows of the version before are listed, too, and nothing else of it changes", async () => {
  const name = `listing-before-${database}`;
  const before = await openDB(name, 1, {
    upgrade(db) {
      for (const table of ["device", "album", "papers", "leases"]) {
        db.createObjectStore(table);
      }
      const rows = db.createObjectStore("rows", { keyPath: "id" });
      rows.createIndex("kind", "kind");
      rows.createIndex("project", "project");
      db.createObjectStore("roll", { keyPath: "sha256" });
      db.createObjectStore("drafts", { keyPath: "id" });
      db.createObjectStore("troubles", { autoIncrement: true });
    },
  });
  await before.put("rows", row(1, "diary", "2026-03-02"));
  await before.put("rows", row(2, "diary", "2026-03-03"));
  await before.put("papers", { zh: "写过的" }, "me");
  before.close();
  device = await Device.open(name);
  expect(await numbers({}, 1)).toEqual([2, 1]);
  expect(await device.rowsOfKind("diary")).toHaveLength(2);
  expect(await device.paper("me")).toEqual({ zh: "写过的" });
});

test("rows that an older version of the app wrote on these tables are listed once they are opened again", async () => {
  const name = `listing-${database}`;
  await device.enrol({ user: id(1), name: "演示", device: id(2) }, "token");
  await device.receive(new Set(), answered(row(1, "diary", "2026-03-02")));
  device.close();
  const older = await openDB(name);
  const { digest, ...it } = await older.get("device", "it");
  await older.put("rows", row(2, "diary", "2026-03-04"));
  await older.put("rows", { ...row(3, "diary", undefined), day: "2026-03-09" });
  await older.put("device", { ...it, digest: ScopeDigest.of(digest).wire() }, "it");
  older.close();
  device = await Device.open(name);
  expect(await numbers({ kind: "diary" }, 1)).toEqual([2, 1, 3]);
});

test("where no other version wrote, opening leaves the rows alone", async () => {
  await device.enrol({ user: id(1), name: "演示", device: id(2) }, "token");
  await device.receive(new Set(), answered(row(1, "diary", "2026-03-02")));
  await device.db.put("rows", { ...row(2, "diary", "2026-03-03"), day: "2026-03-09" });
  device.close();
  device = await Device.open(`listing-${database}`);
  expect(await numbers({}, 60)).toEqual([2, 1]);
  expect((await device.listed({}, 1))[0]?.day).toBe("2026-03-09");
});
