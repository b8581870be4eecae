/** The book that a page opens has what the page shows, and not the rest of a county. */

import "fake-indexeddb/auto";
import { beforeEach, expect, test } from "vitest";
import { Device } from "../../db/device.ts";
import type { Edit, Head, Snapshot, SyncResponse, Value } from "../../protocol/wire.ts";
import { PROJECT, id, li, schema, wang, wireSchema } from "../form/testing.ts";
import { openFor } from "../form/opened.ts";
import { begin } from "../form/begin.ts";
import { findingState } from "../today/findings.ts";
import { openAround, openWaiting } from "./around.ts";
import { papersOf, saidIn } from "./book.ts";

const SCHOOL = id(0xbb);
const NOW = "2026-03-09T08:00:00+08:00";
let database = 0;
let device: Device;

beforeEach(async () => {
  database += 1;
  device = await Device.open(`around-${database}`);
  await device.enrol(li, "token");
  await device.keepPaper("schema", wireSchema);
  await device.keepPaper("me", { user: { id: li.user, username: "li", display_name: li.name }, roles: [] });
  await comes(row(0xbb, "school", { name: "演示小学" }, null), row(0xaa, "project", { name: "演示校舍", school: SCHOOL }));
});

function row(number: number, kind: string, said: Record<string, Value>, project: string | null = PROJECT): Snapshot {
  const fields = Object.entries(said).map(([name, value], place): [string, Head[]] => {
    const edit = `${id(0x1000 + number)}.${place}`;
    const who = kind === "rectification" ? li : wang;
    return [name, [{ edit, value, by: who.user, by_name: who.name, device: who.device, made_at: "2026-03-02T08:00:00+08:00", seq: number }]];
  });
  return { id: id(number), kind, seq: number, school: SCHOOL, project, fields: Object.fromEntries(fields) };
}

/** The office sends these rows, and takes those away. */
async function comes(...records: Snapshot[]) {
  return answered({ records });
}

async function answered(part: Partial<SyncResponse>) {
  const nothing = { outcomes: [], records: [], gone: [], photos_missing: [], more: false, resync: false };
  await device.receive(new Set(), { protocol: 1, server_time: "", ...nothing, cursor: "c", settled: 0, ticket: "t", ...part });
}

async function writes(number: number, kind: string, edits: Edit[]) {
  await device.save({ id: id(0x900 + number), record: id(number), kind, made_at: "2026-03-05T08:00:00+08:00", edits });
}

/** A finding that was mended and looked at again, with that result. */
function looked(number: number, result: string, more: Record<string, Value> = {}) {
  const of = { finding: id(number) };
  return [row(number, "finding", { project: PROJECT, description: "临边无防护" }), row(number + 1, "rectification", of), row(number + 2, "verification", { ...of, rectification: id(number + 1), result, ...more })];
}

/** How the findings that may wait for somebody stand. */
async function waits() {
  const book = await openWaiting(device, (await papersOf(device))!);
  const states = book.all("finding").map((finding) => findingState(finding, saidIn(book), schema, "2026-03-09"));
  return Object.fromEntries(states.map(({ finding, standing }) => [Number.parseInt(finding.id.slice(-4), 16), standing]));
}

test("of findings those are read that may be open, whatever order their rows come in", async () => {
  await comes(...looked(0x10, "通过"), ...looked(0x20, "不通过"));
  await comes(...looked(0x30, "通过").reverse(), row(0x40, "finding", { description: "缺栏杆" }));
  expect(await waits()).toEqual({ 0x20: "rejected", 0x40: "issued" });
  await comes(...looked(0x20, "通过").slice(2));
  expect(await waits()).toEqual({ 0x40: "issued" });
});

test("a finding is open again once what closed it is doubted, changed or gone", async () => {
  await comes(...looked(0x10, "通过"), ...looked(0x20, "通过"), ...looked(0x30, "通过"));
  expect(await waits()).toEqual({});
  await comes(...looked(0x10, "不通过").slice(2), ...looked(0x20, "通过", { withdrawn: { reason: "看错了" } }).slice(2));
  await answered({ gone: [id(0x32)] });
  expect(await waits()).toEqual({ 0x10: "rejected", 0x20: "claimed", 0x30: "claimed" });
});

test("a closed finding of which something is only on the phone stands as closed", async () => {
  await comes(...looked(0x10, "通过"));
  await writes(0x10, "finding", [{ field: "remarks", value: "谢谢", replaces: [] }]);
  expect(await waits()).toEqual({ 0x10: "closed" });
});

test("what was sent back is read, of whatever kind it is, and what was only signed is not", async () => {
  const signed = (verdict: string) => ({ signoffs: { role: "principal", verdict, covers: [], note: "请补照片" } });
  await comes(row(1, "diary", signed("returned")), row(2, "diary", signed("confirmed")), row(3, "talk", signed("returned"), null));
  const book = await openWaiting(device, (await papersOf(device))!);
  expect(book.record(id(1))).toBeDefined();
  expect(book.record(id(2))).toBeUndefined();
  expect(book.record(id(3))).toBeDefined();
});

test("a record is opened with its place, what it names and what was said of it", async () => {
  await comes(...looked(0x10, "通过"), ...looked(0x20, "通过"), row(0x30, "equipment_item", { name: "课桌" }), row(0x31, "equipment_receipt", { item: id(0x30) }));
  const book = await openAround(device, id(0x10), "finding");
  expect([book?.all("rectification"), book?.all("verification")].map((all) => all?.map(({ id }) => id))).toEqual([[id(0x11)], [id(0x12)]]);
  expect(book?.record(id(0x20))).toBeUndefined();
  expect([book?.nameOf(PROJECT), book?.nameOf(SCHOOL)]).toEqual(["演示校舍", "演示小学"]);
  const receipt = await openAround(device, id(0x31), "equipment_receipt");
  expect(receipt?.nameOf(id(0x30))).toBe("课桌");
});

test("an attempt that is only on the phone is among those at its finding", async () => {
  await comes(row(0x10, "finding", { description: "缺栏杆" }));
  await writes(0x11, "rectification", [{ field: "finding", value: id(0x10), replaces: [] }]);
  const book = await openAround(device, id(0x10), "finding");
  expect(book?.all("rectification").map(({ id }) => id)).toEqual([id(0x11)]);
});

test("a form has what is of its project or its school, to choose from and to follow, and nothing of the others", async () => {
  const other = id(0xcc);
  await comes(
    row(0xcc, "project", { name: "别的校舍", school: SCHOOL }, other),
    row(1, "diary", { project: PROJECT, date: "2026-03-01" }),
    row(2, "diary", { project: other, date: "2026-03-01" }, other),
    row(3, "finding", { school: SCHOOL }, null),
    row(4, "finding", { project: other }, other),
    row(5, "checklist", { name: "汛期" }, null),
  );
  const book = (await openAround(device, id(1), "diary"))!;
  const form = await begin(device, book, "diary", { project: PROJECT, date: "2026-03-09" }, NOW);
  const opened = await openFor(device, "diary", form);
  expect(opened?.all("diary").map(({ id }) => id)).toEqual([id(1)]);
  expect(opened?.all("finding").map(({ id }) => id)).toEqual([id(3)]);
  expect(opened?.all("checklist").map(({ id }) => id)).toEqual([id(5)]);
  expect(opened?.nameOf(SCHOOL)).toBe("演示小学");
});

test("the form of a record without a draft has what is of its project, also where the record is only on the phone", async () => {
  const other = id(0xcc);
  await comes(
    row(0xcc, "project", { name: "别的校舍", school: SCHOOL }, other),
    row(1, "finding", { description: "缺栏杆" }),
    row(2, "finding", { project: other }, other),
  );
  await writes(3, "finding", [{ field: "project", value: other, replaces: [] }]);
  expect((await openFor(device, "finding", id(1)))?.all("finding").map(({ id }) => id)).toEqual([id(1), id(3)]);
  expect((await openFor(device, "finding", id(3)))?.all("finding").map(({ id }) => id)).toEqual([id(2), id(3)]);
});

test("a contract is for several projects, and chosen among all; whatever names a project finds its contracts", async () => {
  const other = id(0xcc);
  await comes(row(0xcc, "project", { name: "别的校舍", school: id(0xbc) }, other), row(1, "contract", { projects: other, party: "演示建筑公司" }, null));
  const book = (await openAround(device, PROJECT, "project"))!;
  const form = await begin(device, book, "contract", { project: PROJECT }, NOW);
  expect((await openFor(device, "contract", form))?.all("project")).toHaveLength(2);
  const finding = await begin(device, book, "finding", { project: other, school: id(0xbc) }, NOW);
  expect((await openFor(device, "finding", finding))?.all("contract").map(({ id }) => id)).toEqual([id(1)]);
});

test("rows that an older version wrote are found once they are opened again", async () => {
  await comes(...looked(0x10, "通过"));
  const [finding] = looked(0x20, "通过");
  await device.db.put("rows", finding!);
  const it = await device.db.get("device", "it");
  await device.db.put("device", { ...it!, digest: { ...it!.digest, days: 1 } }, "it");
  device.close();
  device = await Device.open(`around-${database}`);
  expect(await waits()).toEqual({ 0x20: "issued" });
});
