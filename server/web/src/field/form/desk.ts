/** What every widget of a form has at hand: what stands in it, and how to write it. */

import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Device } from "../../db/device.ts";
import { baseOf } from "../../protocol/record.ts";
import type { Kind } from "../../protocol/schema.ts";
import type { FieldName, Value } from "../../protocol/wire.ts";
import type { Book } from "../record/book.ts";
import type { Reader } from "../record/show.ts";
import type { Entry, Form } from "./model.ts";
import type { Stop } from "./submission.ts";

export interface Desk {
  device: Device;
  book: Book;
  reader: Reader;
  kind: Kind;
  form: Form;
  /** The draft that pictures taken here belong to. */
  draft: string;
  /** `YYYY-MM-DD` of today. */
  today: string;
  /** What stopped the last attempt to save. */
  stops: Stop[];
  set(name: FieldName, value: Value): void;
  clear(name: FieldName): void;
  /** Keeps what is no value yet. */
  type(name: FieldName, text: string): void;
  /** Changes the entries of a set, from what stands in the form by then. */
  entries(name: FieldName, change: (entries: Entry[]) => Entry[]): void;
  /** Whether pictures that are taken from now on are kept as they are. */
  keepsOriginals: boolean;
  keepOriginals(yes: boolean): void;
  /** Waits for something that will stand in the form; it is not saved before. */
  await(work: () => Promise<void>): Promise<void>;
  /** Puts another form in the place of this one. */
  put(change: (form: Form) => Form): void;
}

const Context = createContext<Desk | undefined>(undefined);

export const DeskProvider = Context.Provider;

export function useDesk(): Desk {
  const desk = useContext(Context);
  if (desk === undefined) {
    throw new Error("a widget stands outside of a form");
  }
  return desk;
}

/** The id of the element that asks for a field, for labels and for jumping to it. */
export function anchorOf(name: FieldName): string {
  return `field-${name.replace(/[^\p{L}\p{N}_]/gu, "-")}`;
}

/** Goes to where a field is asked, and opens what it is folded away in. */
export function jumpTo(name: FieldName): void {
  const label = document.getElementById(anchorOf(name)) ?? document.getElementById(anchorOf(baseOf(name)));
  for (let fold = label?.closest("details"); fold != null; fold = fold.parentElement?.closest("details")) {
    fold.open = true;
  }
  label?.scrollIntoView({ block: "start" });
  label?.focus({ preventScroll: true });
}
