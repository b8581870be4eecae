/** The places of the office in their groups, and whose they are. A page of its own gets one line in `PLACES`. */

import type { HeldRole } from "../field/today/state.ts";
import type { Route } from "../ui/route.ts";
import { begin } from "../ui/words/begin.ts";
import { bulletin } from "../ui/words/bulletin.ts";
import { directory } from "../ui/words/directory.ts";
import { guide } from "../ui/words/guide.ts";
import { imports } from "../ui/words/imports.ts";
import { office as words } from "../ui/words/office.ts";
import { places } from "../ui/words/places.ts";
import { reports } from "../ui/words/reports.ts";

/** The groups of the navigation, in its order. */
export const PLACE_GROUPS = ["work", "overviews", "ledgers", "reports", "administration", "help"] as const;
export type PlaceGroup = (typeof PLACE_GROUPS)[number];

/** The kinds of which there are lists, in the order of the navigation. */
export const LISTED = ["diary", "finding", "project", "equipment_item", "fund_event", "complaint", "bulletin"] as const;
export type Listed = (typeof LISTED)[number];

/** Who sees the held box, as the server has it. */
const SEE_HELD: readonly string[] = ["project_office", "equipment_station", "inspection_office", "auditor", "leader", "city_office"];
/** Who writes at a desk. */
const WRITE: readonly string[] = ["principal", "inspector", "project_office", "equipment_station", "inspection_office", "finance", "city_office"];
/** Who imports tables. */
const IMPORT: readonly string[] = ["project_office", "equipment_station", "inspection_office", "city_office"];
/** Who looks after more than one school. */
const OVERSEERS: readonly string[] = ["inspector", "township", "project_office", "equipment_station", "inspection_office", "finance", "auditor", "leader", "city_office"];
/** Who reads what only offices read, such as complaints. */
const OFFICES: readonly string[] = ["inspector", "project_office", "equipment_station", "inspection_office", "auditor", "city_office"];

export interface Place {
  in: PlaceGroup;
  /** The page, with all pages below its address. */
  route: Route;
  /** What it is called: in words, or as the kind of records that it lists. */
  name: { readonly zh: string; readonly en: string } | Listed;
  /** The roles that have it; all that read records, if left out. */
  whose?: readonly string[];
}

const list = (kind: Listed, whose?: readonly string[]): Place => ({ in: "ledgers", route: ["list", kind], name: kind, ...(whose && { whose }) });

const PLACES: readonly Place[] = [
  { in: "work", route: [], name: words.desk },
  { in: "work", route: ["held"], name: words.held, whose: SEE_HELD },
  { in: "work", route: ["new"], name: begin.title, whose: WRITE },

  { in: "overviews", route: ["overview"], name: places.overview, whose: OVERSEERS },
  { in: "overviews", route: ["calendar"], name: places.calendar },
  { in: "overviews", route: ["findings-by-age"], name: places.ages },
  { in: "overviews", route: ["cities"], name: places.cities, whose: ["city_office"] },

  list("diary"),
  list("finding"),
  list("project"),
  list("equipment_item"),
  list("fund_event"),
  list("complaint", OFFICES),
  { in: "reports", route: ["bulletins"], name: bulletin.title },
  { in: "reports", route: ["reports"], name: reports.title },

  { in: "administration", route: ["directory"], name: directory.title },
  { in: "administration", route: ["import"], name: imports.title, whose: IMPORT },

  { in: "help", route: ["guide"], name: guide.title },
];

/** Whether somebody reads records at all. Who administrates the system and nothing else does not. */
export function readsRecords(roles: readonly HeldRole[]): boolean {
  return roles.some(({ role }) => role !== "system_admin");
}

/** The places that somebody in these roles has. */
export function placesOf(roles: readonly HeldRole[], all: readonly Place[] = PLACES): Place[] {
  const reads = readsRecords(roles);
  return all.filter(({ whose }) => (whose === undefined ? reads : roles.some(({ role }) => whose.includes(role))));
}

/** The place that a page lies in: the one whose address leads furthest towards it; the desk is a page alone. */
export function placeAt(places: readonly Place[], route: Route): Place | undefined {
  const leads = ({ route: its }: Place) => (its.length === 0 ? route.length === 0 : its.every((part, at) => route[at] === part));
  return places.filter(leads).sort((one, other) => other.route.length - one.route.length)[0];
}

/** What a group is called, and its places; groups without any are left out. */
export function grouped(of: readonly Place[]): { group: PlaceGroup; name: { readonly zh: string; readonly en: string }; places: Place[] }[] {
  const groups = PLACE_GROUPS.map((group) => ({ group, name: places[group], places: of.filter((place) => place.in === group) }));
  return groups.filter(({ places }) => places.length > 0);
}
