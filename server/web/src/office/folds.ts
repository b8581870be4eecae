/** Which groups of the navigation are folded: as somebody left them on this computer, else by how many places there are. */

import { type PlaceGroup, PLACE_GROUPS } from "./places.ts";

const KEPT = "siteledger.places";
/** So many places stand on an office screen below each other without scrolling. */
const FIT = 17;
/** What is looked for less often is folded where not all of it fits. */
const FOLDED_FIRST: readonly PlaceGroup[] = ["reports", "administration", "help"];

/** What somebody folded or opened themselves. */
export type Folds = Readonly<Partial<Record<PlaceGroup, "open" | "shut">>>;

/** Whether a group's places are shown. */
export function isOpen(folds: Folds, group: PlaceGroup, placesInAll: number): boolean {
  const left = folds[group];
  return left === undefined ? placesInAll <= FIT || !FOLDED_FIRST.includes(group) : left === "open";
}

/** What outlasts the page on this computer; nothing where it is refused. */
export function lasting(): Storage | undefined {
  try {
    return globalThis.localStorage;
  } catch {
    return undefined;
  }
}

export function keptFolds(storage: Storage | undefined): Folds {
  try {
    const kept = JSON.parse(storage?.getItem(KEPT) ?? "{}") as Readonly<Record<string, unknown>> | null;
    const said = PLACE_GROUPS.flatMap((group) => (kept?.[group] === "open" || kept?.[group] === "shut" ? [[group, kept[group]]] : []));
    return Object.fromEntries(said) as Folds;
  } catch {
    return {};
  }
}

/** Where storage is refused, it lasts as long as the page. */
export function keepFolds(storage: Storage | undefined, folds: Folds): void {
  try {
    storage?.setItem(KEPT, JSON.stringify(folds));
  } catch {
    // See above.
  }
}
