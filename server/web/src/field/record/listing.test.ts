/** A page of the list of records: rows of the office and what is only on the phone, in one order. */

import "fake-indexeddb/auto";
import { beforeEach, expect, test } from "vitest";
import { Device } from "../../db/device.ts";
import { rowOf } from "../../db/listing.ts";
import type { Change, Edit, Head, Snapshot, Uuid } from "../../protocol/wire.ts";
import { PROJECT, id, li, wireSchema } from "../form/testing.ts";
import { openListing } from "./listing.ts";

let database = 0;
let device: Device;

beforeEach(async () => {
  database += 1;
  device = await Device.open(`list-${database}`);
  await device.enrol(li, "token");
  await device.keepPaper("schema", wireSchema);
  await device.keepPaper("me", { user: { id: li.user, username: "li", display_name: li.name }, roles: [] });
});

async function sent(number: number, kind: string, date: string, fields: Record<string, string> = {}) {
  const said = Object.entries({ date, ...fields }).map(([name, value], place) => {
    const head = { edit: `${id(0x100 + number)}.${place}`, value, by: li.user, by_name: li.name, device: li.device, made_at: `${date}T08:00:00+08:00`, seq: number };
    return [name, [head]] as [string, Head[]];
  });
  const row: Snapshot = { id: id(number), kind, seq: number, school: null, project: PROJECT, fields: Object.fromEntries(said) };
  await device.db.put("rows", rowOf(row));
}

async function writes(number: number, kind: string, fields: Record<string, string>) {
  const edits: Edit[] = Object.entries(fields).map(([field, value]) => ({ field, value, replaces: [] }));
  const change: Change = { id: id(0x900 + number), record: id(number), kind, made_at: "2026-03-05T08:00:00+08:00", edits };
  await device.save(change);
}

async function shown(which: { kind?: string; project?: Uuid } = {}, most = 60) {
  const listing = await openListing(device, which, most);
  return { ids: listing?.records.map((record) => Number.parseInt(record.id.slice(-4), 16)), count: listing?.count, kinds: listing?.kinds };
}

test("what is only on the phone stands among what the office sent, each once", async () => {
  await sent(1, "diary", "2026-03-01");
  await sent(2, "diary", "2026-03-03");
  await writes(2, "diary", { remarks: "补一句" });
  await writes(3, "diary", { date: "2026-03-02", project: PROJECT });
  expect(await shown()).toEqual({ ids: [2, 3, 1], count: 3, kinds: ["diary"] });
});

test("what lies behind the page comes with the next one, also if it is only here", async () => {
  for (const day of [1, 2, 3, 4]) {
    await sent(day, "diary", `2026-03-0${day}`);
  }
  await writes(9, "diary", { date: "2026-02-01", project: PROJECT });
  expect(await shown({}, 2)).toMatchObject({ ids: [4, 3], count: 5 });
  expect(await shown({}, 6)).toMatchObject({ ids: [4, 3, 2, 1, 9], count: 5 });
});

test("a list of one kind or project has no others, written here or not", async () => {
  await sent(1, "diary", "2026-03-01");
  await sent(2, "finding", "2026-03-02");
  await writes(3, "finding", { description: "缺栏杆", project: id(0xcc) });
  expect(await shown({ kind: "finding" })).toEqual({ ids: [3, 2], count: 2, kinds: ["diary", "finding"] });
  expect(await shown({ project: id(0xcc) })).toMatchObject({ ids: [3], count: 1 });
});

test("a finding that was closed by a record that is on no page stands as closed", async () => {
  await sent(1, "finding", "2026-03-02");
  await sent(2, "rectification", "2026-03-03", { finding: id(1) });
  await sent(3, "verification", "2026-03-04", { finding: id(1), rectification: id(2), result: "通过" });
  const listing = await openListing(device, { kind: "finding" }, 60);
  expect(listing?.book.all("verification").map((record) => record.id)).toEqual([id(3)]);
});
