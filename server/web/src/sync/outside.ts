/** All that the sync needs of the world: the line, the time, chance, and whether somebody looks. */

import type { HttpStack } from "tus-js-client";

/** One at a time, across all pages of the device. */
export interface Turns {
  /** Does the work when it is this page's turn. */
  inTurn<T>(name: string, work: () => Promise<T>): Promise<T>;
  /** Does the work if no page is at it; nothing otherwise. */
  ifFree<T>(name: string, work: () => Promise<T>): Promise<T | undefined>;
}

/** What the owner or the device did. */
export type Sign =
  /** The page came to the front, or the line came back. */
  | "looked"
  /** The page went to the back. */
  | "hidden";

export interface Outside {
  /** Paths are of this server. */
  fetch(path: string, init: RequestInit): Promise<Response>;
  /** Milliseconds since 1970, by the device's clock. */
  now(): number;
  /** From 0 to 1, drawn anew each time. */
  luck(): number;
  /** Calls back after so many milliseconds; gives back how to call it off. */
  after(ms: number, run: () => void): () => void;
  turns: Turns;
  isVisible(): boolean;
  /** Whether the owner told the browser to use little data. */
  savesData(): boolean;
  /** The language of the app, as in `Accept-Language`. */
  language(): string;
  /** Gives back how to stop watching. */
  watch(tell: (sign: Sign) => void): () => void;
  /** How photos travel; nothing: as tus-js-client does it in a browser. */
  photoLine?: HttpStack;
}
