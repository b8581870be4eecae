/** Begins a record: its id, where it belongs, and what stands in its form from the start. */

import { type Device, type Draft, Hand } from "../../db/device.ts";
import { picturesIn } from "../../photos/mentioned.ts";
import { naturalId, newId } from "../../protocol/ids.ts";
import { emptyRecord } from "../../protocol/record.ts";
import type { Kind } from "../../protocol/schema.ts";
import type { FieldName, Sha256, Stamp, Uuid, Value } from "../../protocol/wire.ts";
import { forceOf } from "../../protocol/withdrawal.ts";
import type { Book } from "../record/book.ts";
import { tidy } from "./edits.ts";
import { type Form, openAnew, openForm, set } from "./model.ts";

/**
 * The form of a record that is begun with these values. A kind with a natural key has one record for
 * them: where that is there already, the form opens over it, and blank over one that was withdrawn.
 */
export function begun(
  book: Book,
  kindName: string,
  presets: Record<FieldName, Value>,
  photos: Value[] = [],
): Form | undefined {
  const kind = book.schema.kind(kindName);
  if (kind === undefined) {
    return undefined;
  }
  const id = ownId(kind, presets) ?? newId();
  const record = book.record(id) ?? emptyRecord(id, kindName);
  const open = forceOf(record, book.schema) === "withdrawn" ? openAnew : openForm;
  const form = open(book.schema, record, presets);
  return photos.reduce<Form>((form, photo) => set(book.schema, form, "photos", photo), form);
}

/** The id of the one record that there is for these values; nothing where each that is begun is another. */
export function ownId(kind: Kind, presets: Record<FieldName, Value>): Uuid | undefined {
  // A change says its values without white space around them, and so does the key that is made of them.
  return naturalId(kind, (field) => (presets[field] === undefined ? undefined : tidy(presets[field])));
}

/** Begins a record and keeps its draft; a draft of it that is there already is left as it is. */
export async function begin(
  device: Device,
  book: Book,
  kind: string,
  presets: Record<FieldName, Value>,
  now: Stamp,
  photos: Value[] = [],
): Promise<Uuid | undefined> {
  const form = begun(book, kind, presets, photos);
  // A hand that saw no draft writes over none.
  if (form !== undefined && (await keep(device, { ...form, untouched: true }, new Hand(), now))) {
    await device.album.showIn(form.record, hashesIn(form));
  }
  return form?.record;
}

/** A form as a draft, under the id of its record. */
export function draftOf(form: Form, now: Stamp): Omit<Draft, "mark"> {
  return { id: form.record, kind: form.kind, fields: { ...form }, touchedAt: now };
}

/** Keeps a form as a draft; tells whether it did: not where another hand wrote since. */
export function keep(device: Device, form: Form, hand: Hand, now: Stamp): Promise<boolean> {
  return device.drafts.keep(draftOf(form, now), hand);
}

/** The form in a draft; nothing if it holds none. */
export function formIn(draft: Draft | undefined): Form | undefined {
  const fields = draft?.fields as Partial<Form> | undefined;
  const isForm =
    fields?.shown !== undefined && fields.single !== undefined && fields.sets !== undefined && fields.record === draft?.id;
  return isForm ? { ...EMPTY, ...(fields as Form) } : undefined;
}

/** The pictures that stand in a form, wherever they stand. */
export function hashesIn(form: Form): Set<Sha256> {
  const entries = Object.values(form.sets).flatMap((entries) => entries.map((entry) => entry.value));
  const beside = (form.beside ?? []).map(({ value }) => value);
  return picturesIn([...entries, ...Object.values(form.single), ...beside]);
}

/** Whether a draft is a form in which somebody wrote something. */
export function isWrittenIn(draft: Draft): boolean {
  return draft.fields["single"] !== undefined && draft.fields["untouched"] !== true;
}

const EMPTY = { typed: {}, settles: [] };
