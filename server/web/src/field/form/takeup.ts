/** Takes up a form: from its draft, brought up to date, with the pictures that a killed page left behind. */

import { type Device, Hand } from "../../db/device.ts";
import type { RecordState } from "../../protocol/record.ts";
import type { Schema } from "../../protocol/schema.ts";
import type { Stamp } from "../../protocol/wire.ts";
import { WITHDRAWN, forceOf } from "../../protocol/withdrawal.ts";
import type { Book } from "../record/book.ts";
import { formIn, hashesIn, keep } from "./begin.ts";
import { type Said, fitted, lay, saidIn } from "./beside.ts";
import { lostShots, photoValue } from "./camera.ts";
import { refresh } from "./meanwhile.ts";
import { type Form, clear, openForm, set } from "./model.ts";

/** A form and the hand that writes it. */
interface TakenUp {
  form: Form;
  hand: Hand;
}

export async function takeUp(device: Device, book: Book, record: RecordState, now: Stamp): Promise<TakenUp> {
  const hand = new Hand();
  const draft = await device.drafts.of(record.id);
  hand.saw(draft);
  const before = formIn(draft);
  const form = before === undefined ? openForm(book.schema, record) : upToDate(book.schema, before, record);
  // A phone that can store no more must open what it has all the same.
  const lost = await lostShots(device, record.id, hashesIn(form)).catch(() => []);
  if (lost.length === 0) {
    return { form, hand };
  }
  // Whoever took a picture has written something: the draft is not thrown away with the page.
  const { untouched: _, ...written } = form;
  const found = lost.reduce<Form>((form, taken) => set(book.schema, form, "photos", photoValue(taken, {})), written);
  await keep(device, found, hand, now).catch(() => undefined);
  return { form: found, hand };
}

/** Keeps a draft of what the office refused; what was written since stays, and where both say something one is beside. */
export async function takeUpRefused(device: Device, book: Book, record: RecordState, refused: readonly Said[], now: Stamp): Promise<void> {
  const { form, hand } = await takeUp(device, book, record, now);
  const { untouched: _, ...laid } = lay(book.schema, form, refused, "refused");
  await keep(device, laid, hand, now);
}

/** A form under today's declarations, over the record as it stands. */
export function upToDate(schema: Schema, form: Form, record: RecordState): Form {
  // Who took the withdrawal back meanwhile wants what stood there: it is not written over.
  const isBack = form.anew === true && forceOf(record, schema) === "in_force";
  return refresh(schema, fitted(schema, isBack ? overAgain(schema, form, record) : form, record), record);
}

/** A form that was begun blank, over what stands in its record, with all that was written in it. */
export function overAgain(schema: Schema, form: Form, record: RecordState): Form {
  const opened = clear(openForm(schema, record), WITHDRAWN);
  const laid = lay(schema, form.beside === undefined ? opened : { ...opened, beside: form.beside }, saidIn(form), "elsewhere");
  return form.untouched === true ? { ...laid, untouched: true } : laid;
}
