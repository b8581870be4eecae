/** What a form may name besides the records of its device: a desk has not all of a county, and knows what it is called. */

import { createContext } from "preact";
import { useContext } from "preact/hooks";

/** Something that may be named, by its id or its code. */
export interface Named {
  id: string;
  name: string;
}

/** All that may be named as a kind; nothing where only the device's own records are. */
export type NamesOf = (kind: string) => readonly Named[];

const Context = createContext<NamesOf>(() => []);

export const NamedProvider = Context.Provider;

export function useNamed(kind: string): readonly Named[] {
  return useContext(Context)(kind);
}
