/**
 * The book opened for what one page shows: a record with what it speaks of and what speaks of it, the form
 * of one, or what waits for somebody. A county's phone has thousands of records, and these are found by
 * their keys. What is only in the outbox is always in it.
 */

import type { Device } from "../../db/device.ts";
import { ABOUT_FINDINGS, ON_THE_WAY, idsIn, mayBeOpen, mentions } from "../../db/keys.ts";
import type { Row } from "../../db/tables.ts";
import { natural } from "../../protocol/ids.ts";
import { baseOf, keyOf } from "../../protocol/record.ts";
import type { FieldType, Kind } from "../../protocol/schema.ts";
import { isText } from "../../protocol/values.ts";
import type { Uuid, Value } from "../../protocol/wire.ts";
import { allOf } from "../../sync/phone.ts";
import { OF_DIVISION } from "./show.ts";
import { type Book, NAMED, type Papers, bookOf, papersOf } from "./book.ts";

/** How far names are followed: from a receipt to its item, from an attempt to its project and that one's school. */
const STEPS = 2;

/** Opens the book for the page of one record. */
export async function openAround(device: Device, id: Uuid, kind: string): Promise<Book | undefined> {
  const papers = await papersOf(device);
  const attempts = kind === "finding" ? await device.speaking(ABOUT_FINDINGS.map((kind) => ({ kind, of: id }))) : [];
  return papers && bookAround(device, papers, attempts, [id], [kind, ...ABOUT_FINDINGS]);
}

/** Opens the book for what waits for somebody who has the whole of a county on the phone. */
export async function openWaiting(device: Device, papers: Papers): Promise<Book> {
  const [rows, drafts] = await Promise.all([device.waiting(), device.drafts.all()]);
  // Drafts are listed, too, by what they are of.
  const ids = drafts.flatMap(({ id, fields }) => [id, ...idsIn(Object.values((fields["single"] ?? {}) as Record<string, Value>))]);
  return bookAround(device, papers, rows, ids, ON_THE_WAY, "with attempts");
}

/** Where a form's record belongs, and which one it is. */
export interface FormOf {
  id: Uuid;
  project?: Uuid;
  school?: Uuid;
}

/** Kinds of which a form offers what is of the same project or school, besides those that its fields name. */
const BESIDE_FORMS = ["finding", "rectification", "inspection", "contract"];
/** Kinds that belong to the county and are few. */
const OF_COUNTY = ["checklist", "code_list"];

/** Opens the book for a form: its record, and of each kind that it may name those of its project or school. */
export async function openForForm(device: Device, papers: Papers, name: string, form: FormOf): Promise<Book> {
  const formKind = papers.wire.kinds.find((kind) => kind.name === name);
  const named = new Set([name, ...BESIDE_FORMS, ...(formKind === undefined ? [] : namedBy(formKind))]);
  const isWhole = (kind: string) => OF_COUNTY.includes(kind) || (form.project === undefined && form.school === undefined) || isChosenAnywhere(papers, name, kind);
  const whole = [...new Set([...named, ...OF_COUNTY])].filter(isWhole);
  const near = [...named].filter((kind) => !isWhole(kind));
  const places = [form.project, form.school].filter((id) => id !== undefined);
  // What is of the school and of none of its projects may be named, too.
  const placesOf = (kind: string) => (form.project === undefined || (formKind !== undefined && namedBy(formKind).includes(kind)) ? places : [form.project]);
  const [rows, here] = await Promise.all([
    Promise.all(whole.map((kind) => device.rowsOfKind(kind))),
    device.speaking(near.flatMap((kind) => placesOf(kind).map((of) => ({ kind, of })))),
  ]);
  // What a school has of its other projects is not for this one.
  const isNear = (row: Row) => form.project === undefined || (row.project ?? form.project) === form.project || mentions(row).includes(form.project);
  return bookAround(device, papers, [...rows.flat(), ...here.filter(isNear)], [form.id, ...places], [...named, ...OF_COUNTY]);
}

/** Whether a form may name any project of all: a contract is for several. */
function isChosenAnywhere(papers: Papers, form: string, named: string): boolean {
  const kind = papers.wire.kinds.find((kind) => kind.name === form);
  const isPlace = (name: string) => (NAMED as readonly string[]).includes(name) || name === "on_behalf_of";
  return (NAMED as readonly string[]).includes(named) && kind?.fields.some((field) => !isPlace(field.name) && refsIn(field.type).includes(named)) === true;
}

/** The kinds that a form of that kind names in its fields. */
export function namedBy(kind: Kind): string[] {
  return kind.fields.flatMap((field) => refsIn(field.type));
}

function refsIn(type: FieldType): string[] {
  if (typeof type !== "object") {
    return [];
  }
  return "ref" in type ? [type.ref] : "object" in type ? type.object.flatMap((part) => refsIn(part.type)) : [];
}

/** The divisions whose codes a row tells: people know them by name. */
function divisionsOf({ fields }: Row): Uuid[] {
  const codes = [...OF_DIVISION, "cutoff"].flatMap((base) =>
    Object.entries(fields).flatMap(([name, heads]) => (baseOf(name) === base ? [keyOf(name), ...heads.map(({ value }) => value)] : [])),
  );
  return codes.filter(isText).map((code) => natural("division", code));
}

/**
 * The book over these rows, those of the outbox, and what they all name. `kinds`: also of those that are only in the outbox.
 * `closed`: how findings stand is told, of those that came although they are closed, too.
 */
async function bookAround(device: Device, { phone, wire, me }: Papers, rows: Row[], ids: Uuid[], kinds: readonly string[], closed?: "with attempts"): Promise<Book> {
  const changes = allOf(phone.outbox);
  const found = new Map(rows.map((row) => [row.id, row]));
  const asked = new Set([...ids, ...changes.map((change) => change.record)]);
  // What is only on this phone may speak of a finding that others have closed.
  const said = idsIn(changes.flatMap((change) => change.edits.map((edit) => edit.value)));
  let next = new Set([...asked, ...said]);
  for (let step = 0; step <= STEPS; step += 1) {
    const came = await device.rowsById([...next].filter((id) => !found.has(id)));
    came.forEach((row) => found.set(row.id, row));
    const from = step === 0 ? [...found.values()] : came;
    next = new Set([...from.flatMap(mentions), ...from.flatMap(divisionsOf)].filter((id) => !found.has(id)));
  }
  if (closed === "with attempts") {
    // What closed them came by no key of theirs.
    const findings = [...found.values()].filter((row) => row.kind === "finding" && !mayBeOpen(row));
    const attempts = await device.speaking(findings.flatMap(({ id }) => ON_THE_WAY.map((kind) => ({ kind, of: id }))));
    attempts.forEach((row) => found.set(row.id, row));
  }
  const byKind = new Map<string, Row[]>([...NAMED, ...kinds, ...changes.map((change) => change.kind)].map((kind) => [kind, []]));
  for (const row of found.values()) {
    const there = byKind.get(row.kind) ?? [];
    there.push(row);
    byKind.set(row.kind, there);
  }
  return bookOf(phone, wire, me, byKind);
}
