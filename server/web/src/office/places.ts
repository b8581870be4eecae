/** The places of the office, and whose they are. */

import type { HeldRole } from "../field/today/state.ts";
import type { Route } from "../ui/route.ts";

/** Who sees the held box, as the server has it. */
const SEE_HELD: readonly string[] = ["project_office", "equipment_station", "inspection_office", "auditor", "leader", "city_office"];

/** The kinds of which there are lists, in the order of the navigation. */
export const LISTED = ["diary", "finding", "project", "equipment_item", "fund_event", "complaint", "bulletin"] as const;
export type Listed = (typeof LISTED)[number];

/** Kinds that only offices read. */
const OF_OFFICES: readonly string[] = ["complaint"];
const OFFICES: readonly string[] = ["inspector", "project_office", "equipment_station", "inspection_office", "auditor", "city_office"];

export interface Place {
  route: Route;
  is: "desk" | "held" | Listed;
}

/** The places that somebody in these roles has. Who administrates the system reads no records. */
export function placesOf(roles: readonly HeldRole[]): Place[] {
  const holds = (among: readonly string[]) => roles.some(({ role }) => among.includes(role));
  const reads = roles.some(({ role }) => role !== "system_admin");
  if (!reads) {
    return [];
  }
  const lists = LISTED.filter((kind) => !OF_OFFICES.includes(kind) || holds(OFFICES));
  return [
    { route: [], is: "desk" },
    ...(holds(SEE_HELD) ? [{ route: ["held"], is: "held" } as const] : []),
    ...lists.map((is): Place => ({ route: ["list", is], is })),
  ];
}

/** Whether a page lies in a place of the navigation. */
export function isAt(place: Place, route: Route): boolean {
  const [page, what] = route;
  return place.is === "desk" ? page === undefined : place.is === "held" ? page === "held" : page === "list" && what === place.is;
}
