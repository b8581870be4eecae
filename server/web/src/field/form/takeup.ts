/** Takes up a form: from its draft, brought up to date, with the pictures that a killed page left behind. */

import type { Device } from "../../db/device.ts";
import type { RecordState } from "../../protocol/record.ts";
import type { Stamp } from "../../protocol/wire.ts";
import type { Book } from "../record/book.ts";
import { hashesIn, keep, kept } from "./begin.ts";
import { lostShots, photoValue } from "./camera.ts";
import { refresh } from "./meanwhile.ts";
import { type Form, openForm, set } from "./model.ts";

export async function takeUp(device: Device, book: Book, record: RecordState, now: Stamp): Promise<Form> {
  const draft = await kept(device, record.id);
  const form = draft === undefined ? openForm(book.schema, record) : refresh(book.schema, draft, record);
  // A phone that can store no more must open what it has all the same.
  const lost = await lostShots(device, record.id, hashesIn(form)).catch(() => []);
  if (lost.length === 0) {
    return form;
  }
  // Whoever took a picture has written something: the draft is not thrown away with the page.
  const { untouched: _, ...written } = form;
  const found = lost.reduce<Form>((form, taken) => set(book.schema, form, "photos", photoValue(taken, {})), written);
  await keep(device, found, now).catch(() => undefined);
  return found;
}
