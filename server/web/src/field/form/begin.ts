/** Begins a record: its id, where it belongs, and what stands in its form from the start. */

import type { Device, Draft } from "../../db/device.ts";
import { picturesIn } from "../../photos/mentioned.ts";
import { naturalId, newId } from "../../protocol/ids.ts";
import { emptyRecord } from "../../protocol/record.ts";
import type { FieldName, Sha256, Stamp, Uuid, Value } from "../../protocol/wire.ts";
import type { Book } from "../record/book.ts";
import { tidy } from "./edits.ts";
import { type Form, openForm, set } from "./model.ts";

/**
 * The form of a record that is begun with these values. A kind with a natural key has one record for
 * them: where that is there already, the form opens over it.
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
  // A change says its values without white space around them, and so does the key that is made of them.
  const said = (field: string) => (presets[field] === undefined ? undefined : tidy(presets[field]));
  const id = naturalId(kind, said) ?? newId();
  const form = openForm(book.schema, book.record(id) ?? emptyRecord(id, kindName), presets);
  return photos.reduce<Form>((form, photo) => set(book.schema, form, "photos", photo), form);
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
  if (form !== undefined && (await device.draft(form.record)) === undefined) {
    await device.album.showIn(form.record, hashesIn(form));
    await keep(device, { ...form, untouched: true }, now);
  }
  return form?.record;
}

/** Keeps a form as a draft, under the id of its record. */
export async function keep(device: Device, form: Form, now: Stamp): Promise<void> {
  const fields: Record<string, unknown> = { ...form };
  await device.keepDraft({ id: form.record, kind: form.kind, fields, touchedAt: now });
}

/** The form in a draft; nothing if it holds none. */
export async function kept(device: Device, id: Uuid): Promise<Form | undefined> {
  const draft = await device.draft(id);
  const fields = draft?.fields as Partial<Form> | undefined;
  const isForm =
    fields?.shown !== undefined && fields.single !== undefined && fields.sets !== undefined && fields.record === id;
  return isForm ? { ...EMPTY, ...(fields as Form) } : undefined;
}

/** The pictures that stand in a form, wherever they stand. */
export function hashesIn(form: Form): Set<Sha256> {
  const entries = Object.values(form.sets).flatMap((entries) => entries.map((entry) => entry.value));
  return picturesIn([...entries, ...Object.values(form.single)]);
}

/** Whether somebody wrote something in a draft. */
export function isWrittenIn(draft: Draft): boolean {
  return draft.fields["untouched"] !== true;
}

const EMPTY = { typed: {}, settles: [] };
