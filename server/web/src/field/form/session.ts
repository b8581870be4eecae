/**
 * A form while somebody writes in it: opened from its draft or its record, kept on every keystroke.
 *
 * The same draft may be open in other windows. What they write is followed here as long as nothing was
 * written here meanwhile; where both wrote, field by field, nothing of either is dropped (`meet`).
 */

import { type Device, type Hand, WrittenElsewhere } from "../../db/device.ts";
import { picturesIn } from "../../photos/mentioned.ts";
import { newId } from "../../protocol/ids.ts";
import { type RecordState, emptyRecord } from "../../protocol/record.ts";
import { stamp } from "../../protocol/stamp.ts";
import type { FieldName, Sha256, Uuid, Value } from "../../protocol/wire.ts";
import type { Book } from "../record/book.ts";
import { draftOf, formIn, keep } from "./begin.ts";
import { lay, meet, restOf, saidIn } from "./beside.ts";
import { changeOfForm } from "./edits.ts";
import { withKeys } from "./keys.ts";
import { type Entry, type Form, clear, openForm, set, setEntries, type } from "./model.ts";
import { takeUp, upToDate } from "./takeup.ts";

/** How long until a draft that could not be kept is tried again, in milliseconds. */
const BETWEEN_TRIES = 2_000;

/** What the screen shows of a session. */
export interface Standing {
  form: Form;
  /** The record as it stands now, without this form. */
  record: RecordState;
  /** Whether the device could not keep the last of it: then it is on this screen alone. */
  isUnkept: boolean;
  /** Whether something that will stand in the form is still on its way into it. */
  isAwaiting: boolean;
  /** Whether another window saved the draft or threw it away: what is written here is on this screen alone. */
  isGone: boolean;
}

export class Session {
  private isOver = false;
  private isUnkept = false;
  private isGone = false;
  private awaited = 0;
  /** How many writings are under way. */
  private writing = 0;
  private trying: ReturnType<typeof setTimeout> | undefined;
  /** What of the draft is known to be on the device. */
  private base: Form;
  private readonly watchers = new Set<() => void>();
  private readonly unwatch: () => void;

  private constructor(
    private readonly device: Device,
    private book: Book,
    private readonly kind: string,
    private readonly id: Uuid,
    private form: Form,
    private readonly hand: Hand,
  ) {
    this.base = form;
    this.unwatch = device.watch(({ tables, here }) => {
      if (!here && tables.includes("drafts")) {
        void this.look();
      }
    });
  }

  /** Opens the form of a record. */
  static async open(device: Device, book: Book, kind: string, id: Uuid): Promise<Session> {
    const { form, hand } = await takeUp(device, book, recordIn(book, kind, id), stamp(new Date()));
    return new Session(device, book, kind, id, form, hand);
  }

  standing(): Standing {
    const { form, isUnkept, isGone } = this;
    return { form, record: recordIn(this.book, this.kind, this.id), isUnkept, isGone, isAwaiting: this.awaited > 0 };
  }

  /** Calls back whenever `standing()` may be another. Gives back how to stop it. */
  watch(watcher: () => void): () => void {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  }

  /** The records or the declarations are others now: shown where nothing was touched here. */
  renew(book: Book): void {
    this.book = book;
    if (!this.isOver) {
      this.become(upToDate(book.schema, this.form, recordIn(book, this.kind, this.id)));
    }
  }

  /** The page is left. A form in which nobody wrote leaves no draft behind. */
  leave(): void {
    const isLeft = this.form.untouched === true && !this.isOver;
    // What still comes is not of this page: the form may be open again, with more in it.
    this.end();
    if (isLeft) {
      void this.device.drafts.drop(this.id, this.hand).catch(() => undefined);
    }
  }

  // Writing -----------------------------------------------------------------------------------------

  set(name: FieldName, value: Value): void {
    void this.put((form) => set(this.book.schema, form, name, value));
  }

  clear(name: FieldName): void {
    void this.put((form) => clear(form, name));
  }

  type(name: FieldName, text: string): void {
    void this.put((form) => type(form, name, text));
  }

  entries(name: FieldName, change: (entries: Entry[]) => Entry[]): void {
    void this.put((form) => setEntries(form, name, change(form.sets[name] ?? [])));
  }

  /** Puts another form in the place of this one. Ends when it was tried to keep it. */
  async put(change: (form: Form) => Form): Promise<void> {
    if (!this.isOver) {
      const { untouched: _, ...written } = change(this.form);
      this.become(written);
      await this.keep(written);
    }
  }

  /** Waits for something that will stand in the form: it is written in from now on, and not saved before. */
  async await(work: () => Promise<void>): Promise<void> {
    this.awaited += 1;
    try {
      // What the camera is opened for may be the end of the page: then its draft is found again.
      await this.put((form) => form);
      await work();
    } finally {
      this.awaited -= 1;
      this.tell();
    }
  }

  private async keep(form: Form): Promise<void> {
    this.writing += 1;
    const isKept = await keep(this.device, form, this.hand, stamp(new Date())).catch(() => undefined);
    this.writing -= 1;
    this.isUnkept = isKept === undefined;
    if (isKept === true) {
      this.base = form;
      this.isGone = false;
    } else if (isKept === false) {
      await this.look();
    } else {
      this.tryAgain();
    }
    this.tell();
  }

  /** Tries again to keep what the device could not keep, until it does. */
  private tryAgain(): void {
    clearTimeout(this.trying);
    this.trying = setTimeout(() => {
      if (this.isUnkept && !this.isOver) {
        void this.keep(this.form);
      }
    }, BETWEEN_TRIES);
  }

  // Other windows -----------------------------------------------------------------------------------

  /** Takes in what another window wrote. What is being written here is judged once that is refused. */
  private async look(): Promise<void> {
    const there = await this.device.drafts.of(this.id).catch(() => undefined);
    if (this.isOver || this.writing > 0 || this.hand.knows(there)) {
      return;
    }
    const theirs = formIn(there);
    if (theirs === undefined) {
      this.lose();
      return;
    }
    const { schema } = this.book;
    const [base, mine] = [this.base, this.form];
    this.hand.saw(there);
    this.base = theirs;
    const met = meet(schema, base, mine, theirs);
    const form = upToDate(schema, met, recordIn(this.book, this.kind, this.id));
    if (met === theirs) {
      this.become(form);
    } else {
      await this.put(() => form);
    }
  }

  /** The draft is no more. Where nobody wrote anything here, that changes nothing. */
  private lose(): void {
    if (this.form.untouched === true) {
      this.hand.saw(undefined);
    } else {
      this.isGone = true;
    }
    this.tell();
  }

  /** Goes on with what stands here although another window put the draft away. */
  async goOn(): Promise<void> {
    const there = await this.device.drafts.of(this.id);
    const { schema } = this.book;
    const opened = formIn(there) ?? openForm(schema, recordIn(this.book, this.kind, this.id));
    this.hand.saw(there);
    // What is in the record since is not said again.
    await this.put((form) => lay(schema, opened, saidIn(form), "elsewhere"));
  }

  // The end -----------------------------------------------------------------------------------------

  /** Takes in what was typed and not added yet; gives back the form as it would be saved. */
  complete(): Form {
    const whole = withKeys(this.book.schema, this.form);
    if (whole !== this.form) {
      void this.put(() => whole);
    }
    return this.form;
  }

  /** Saves the change; tells of which record. What nobody decided about stays a draft. */
  async save(): Promise<Uuid> {
    const now = stamp(new Date());
    const change = changeOfForm(this.book.schema, this.form, newId(), now);
    const rest = restOf(this.form);
    this.isOver = true;
    try {
      if (change !== undefined) {
        const from = { draft: this.id, hand: this.hand, ...(rest === undefined ? {} : { rest: draftOf(rest, now) }) };
        await this.device.save(change, from);
      } else if (rest === undefined && !(await this.device.drafts.drop(this.id, this.hand))) {
        throw new WrittenElsewhere("another window wrote in the draft");
      }
    } catch (error) {
      this.isOver = false;
      if (error instanceof WrittenElsewhere) {
        await this.look();
      }
      throw error;
    }
    this.end();
    return change?.record ?? this.id;
  }

  /** Takes pictures out of the form that are nowhere any more. */
  async takeOut(hashes: readonly Sha256[]): Promise<void> {
    const isLost = (value: Value) => [...picturesIn([value])].some((hash) => hashes.includes(hash));
    await this.put((form) =>
      Object.entries(form.sets).reduce(
        (form, [name, entries]) => setEntries(form, name, entries.filter(({ value }) => !isLost(value))),
        form,
      ),
    );
  }

  /** Throws the draft away; tells whether it did: not where another window wrote since. */
  async throwAway(): Promise<boolean> {
    const isAway = await this.device.drafts.drop(this.id, this.hand);
    if (isAway) {
      this.end();
    } else {
      await this.look();
    }
    return isAway;
  }

  private end(): void {
    this.isOver = true;
    clearTimeout(this.trying);
    this.unwatch();
  }

  private become(form: Form): void {
    this.form = form;
    this.tell();
  }

  private tell(): void {
    this.watchers.forEach((watcher) => watcher());
  }
}

function recordIn(book: Book, kind: string, id: Uuid): RecordState {
  return book.record(id) ?? emptyRecord(id, kind);
}
