/** Where a figure leads to: the records that make it, asked for as it was itself. */

import type { Query } from "../roads.ts";
import { addressOf, paths } from "../roads.ts";

interface Which {
  /** Of that group alone, among those of that sort. */
  by?: string;
  group?: string;
  /** Of these sources alone, where the page is of all. */
  sources?: string;
}

export function addressOfFigure(code: string, scope: Query, which: Which = {}): string {
  return addressOf(paths.to(["figure", code]), { ...scope, ...which });
}
