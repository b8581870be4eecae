/** A form while somebody writes in it: opened from its draft or its record, kept on every keystroke. */

import { useEffect, useRef, useState } from "preact/hooks";
import type { Device } from "../../db/device.ts";
import { type RecordState, emptyRecord } from "../../protocol/record.ts";
import { newId } from "../../protocol/ids.ts";
import type { FieldName, Uuid, Value } from "../../protocol/wire.ts";
import type { Book } from "../record/book.ts";
import { keep } from "./begin.ts";
import { takeUp } from "./takeup.ts";
import { stamp } from "../../protocol/stamp.ts";
import { changeOfForm } from "./edits.ts";
import { refresh } from "./meanwhile.ts";
import { type Entry, type Form, clear, set, setEntries, type } from "./model.ts";

export interface Session {
  form: Form;
  /** The record as it stands now, without this form. */
  record: RecordState;
  /** Whether the device could not keep the last of it: then it is on this screen alone. */
  isUnkept: boolean;
  set(name: FieldName, value: Value): void;
  clear(name: FieldName): void;
  type(name: FieldName, text: string): void;
  entries(name: FieldName, change: (entries: Entry[]) => Entry[]): void;
  /** Whether something that will stand in the form is still on its way into it. */
  isAwaiting: boolean;
  /** Waits for something that will stand in the form: it is written in from now on, and not saved before. */
  await(work: () => Promise<void>): Promise<void>;
  /** Puts another form in the place of this one. */
  put(change: (form: Form) => Form): void;
  /** Saves the change; tells whether there was one. */
  save(): Promise<boolean>;
  throwAway(): Promise<void>;
}

/** Opens the form of a record; nothing until it is there. */
export function useSession(device: Device, book: Book | undefined, kind: string, id: Uuid): Session | undefined {
  const [form, setForm] = useState<Form>();
  const [isUnkept, setUnkept] = useState(false);
  const [awaited, setAwaited] = useState(0);
  // What is typed while a keystroke is being kept must not wait for a new drawing.
  const now = useRef<Form | undefined>(undefined);
  const isOver = useRef(false);
  const isOpened = useRef(false);
  const record = book?.record(id) ?? emptyRecord(id, kind);

  useEffect(() => {
    if (book === undefined || isOpened.current) {
      return;
    }
    isOpened.current = true;
    void takeUp(device, book, record, stamp(new Date())).then((opened) => {
      now.current = opened;
      setForm(opened);
    });
  }, [book]);

  // What somebody else wrote meanwhile is shown where nothing was touched here.
  useEffect(() => {
    if (book !== undefined && now.current !== undefined && !isOver.current) {
      now.current = refresh(book.schema, now.current, record);
      setForm(now.current);
    }
  }, [book]);

  useEffect(
    () => () => {
      const isLeft = now.current?.untouched === true && !isOver.current;
      // What still comes is not of this page: the form may be open again, with more in it.
      isOver.current = true;
      if (isLeft) {
        void device.dropDraft(id);
      }
    },
    [],
  );

  if (book === undefined || form === undefined) {
    return undefined;
  }
  const put = (change: (form: Form) => Form) => {
    if (now.current === undefined || isOver.current) {
      return;
    }
    const { untouched: _, ...written } = change(now.current);
    now.current = written;
    setForm(written);
    keep(device, written, stamp(new Date())).then(
      () => setUnkept(false),
      () => setUnkept(true),
    );
  };
  return {
    form,
    record,
    isUnkept,
    isAwaiting: awaited > 0,
    async await(work) {
      put((form) => form);
      setAwaited((count) => count + 1);
      await work().finally(() => setAwaited((count) => count - 1));
    },
    put,
    set: (name, value) => put((form) => set(book.schema, form, name, value)),
    clear: (name) => put((form) => clear(form, name)),
    type: (name, text) => put((form) => type(form, name, text)),
    entries: (name, change) => put((form) => setEntries(form, name, change(form.sets[name] ?? []))),
    async save() {
      const change = now.current && changeOfForm(book.schema, now.current, newId(), stamp(new Date()));
      isOver.current = true;
      try {
        await (change === undefined ? device.dropDraft(id) : device.save(change, id));
      } catch (error) {
        isOver.current = false;
        throw error;
      }
      return change !== undefined;
    },
    async throwAway() {
      isOver.current = true;
      await device.dropDraft(id);
    },
  };
}
