/**
 * Reads what stands around a record into this desk's rows: what it speaks of by name, and what was said of it,
 * so that its page and its form read as on a phone that has all of it.
 */

import type { Device } from "../../db/device.ts";
import { ABOUT_FINDINGS, mentions } from "../../db/keys.ts";
import type { Snapshot, Uuid } from "../../protocol/wire.ts";
import type { Came } from "../answers.ts";
import { type RecordView, pathOf } from "./answer.ts";

/** Asks the server once. */
export type AskOnce = <T>(question: { method: "GET"; path: string }) => Promise<Came<T>>;

/** How far names are followed: from an attempt to its project and that one's school. */
const STEPS = 2;
/** So many are read around one record at most: a zone names all of its schools. */
const MOST = 40;
/** So many questions are under way at once. */
const AT_ONCE = 4;
/** What was found not to be a record, or not to be had: people are named by such ids, too. */
const strangers = new Set<Uuid>();

/** Reads what the desk has not; ends when it is kept. */
export async function readAround(device: Device, ask: AskOnce, record: Snapshot): Promise<void> {
  const replies = record.kind === "finding" ? await repliesTo(ask, record) : [];
  const read = new Set([record.id]);
  let next = [...mentions(spokenIn(record)), ...replies];
  for (let step = 0; step < STEPS && read.size < MOST; step += 1) {
    const asked = [...new Set(next)].filter((id) => !read.has(id) && !strangers.has(id)).slice(0, MOST - read.size);
    asked.forEach((id) => read.add(id));
    const here = await device.rowsById(asked);
    const known = new Set(here.map(({ id }) => id));
    // What others say of a finding goes on; names of places seldom do.
    const lacking = asked.filter((id) => !known.has(id) || replies.includes(id));
    const came = await all(lacking, (id) => readOne(ask, id));
    const rows = came.filter((row) => row !== undefined);
    if (rows.length > 0) {
      await device.keepRows(rows);
    }
    next = [...here, ...rows].flatMap(mentions);
  }
}

/** A bulletin names half a county in its figures: these have names of their own. */
function spokenIn(record: Snapshot): Snapshot {
  const { figures: _, ...fields } = record.fields;
  return { ...record, fields };
}

async function readOne(ask: AskOnce, id: Uuid): Promise<Snapshot | undefined> {
  const came = await ask<RecordView>({ method: "GET", path: pathOf(id, { limit: 1 }) });
  if (came.kind === "refused" && came.problem.status === 404) {
    strangers.add(id);
  }
  return came.kind === "answer" ? came.value.record : undefined;
}

/** So many of a kind are read for a form to choose from. */
const TO_CHOOSE_FROM = 40;

/** Reads what the form of a record that is begun may name: of each of those kinds, what is of its place. */
export async function readNear(device: Device, ask: AskOnce, kinds: readonly string[], place: { county?: string | undefined; school?: Uuid | undefined; project?: Uuid | undefined }): Promise<void> {
  const { county, school, project } = place;
  const of = project !== undefined ? `project=${project}` : school !== undefined ? `school=${school}` : `county=${county ?? ""}`;
  const lists = kinds.map((kind) => {
    // What belongs to the county belongs to every place of it.
    const where = OF_COUNTY.includes(kind) ? `county=${county ?? ""}` : of;
    return `/api/v1/records?kind=${kind}&${where}&limit=${TO_CHOOSE_FROM}`;
  });
  const came = await all(lists, (path) => ask<{ records: { id: Uuid }[] }>({ method: "GET", path }));
  const listed = came.flatMap((answer) => (answer.kind === "answer" ? answer.value.records.map(({ id }) => id) : []));
  const wanted = [...new Set([...(project === undefined ? [] : [project]), ...(school === undefined ? [] : [school]), ...listed])];
  const here = new Set((await device.rowsById(wanted)).map(({ id }) => id));
  const rows = await all(wanted.filter((id) => !here.has(id)), (id) => readOne(ask, id));
  await device.keepRows(rows.filter((row) => row !== undefined));
}

/** Kinds that are of a county and of no school. */
const OF_COUNTY: readonly string[] = ["bulletin", "programme", "plan", "zone_scheme", "zone", "checklist", "code_list", "division"];

/** What was said of a finding: attempts and verdicts of its place that name it. */
async function repliesTo(ask: AskOnce, finding: Snapshot): Promise<Uuid[]> {
  const kinds = ABOUT_FINDINGS.filter((kind) => kind !== "finding").join(",");
  const place = finding.project === null ? `school=${finding.school ?? ""}` : `project=${finding.project}`;
  const path = `/api/v1/records?kind=${kinds}&${place}&fields=finding,findings&limit=200`;
  const came = await ask<{ records: { id: Uuid; fields: Record<string, unknown[]> }[] }>({ method: "GET", path });
  const records = came.kind === "answer" ? (came.value.records ?? []) : [];
  return records.filter(({ fields }) => [...(fields["finding"] ?? []), ...(fields["findings"] ?? [])].includes(finding.id)).map(({ id }) => id);
}

/** Asks of each, a few at once, in order. */
async function all<T, R>(of: readonly T[], ask: (one: T) => Promise<R>): Promise<R[]> {
  const came: R[] = [];
  for (let from = 0; from < of.length; from += AT_ONCE) {
    came.push(...(await Promise.all(of.slice(from, from + AT_ONCE).map(ask))));
  }
  return came;
}
