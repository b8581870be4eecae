/** What every page of the office has at hand besides what all pages have. */

import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Answers } from "./answers.ts";
import type { Queue } from "./queue.ts";

interface Office {
  answers: Answers;
  /** The list that somebody is working through. */
  queue: Queue;
}

const Context = createContext<Office | undefined>(undefined);

export const OfficeProvider = Context.Provider;

export function useOffice(): Office {
  const office = useContext(Context);
  if (office === undefined) {
    throw new Error("a page stands outside of the office");
  }
  return office;
}
