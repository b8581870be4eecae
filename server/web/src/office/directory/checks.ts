/** What is odd about the registers of a county: found in the directory itself. Pure. */

import type { Uuid } from "../../protocol/wire.ts";
import type { Directory } from "../names.ts";

export const CHECKS = [
  "without_zone",
  "in_two_zones",
  "without_township",
  "odd_code",
  "same_code",
  "without_code",
  "same_name",
  "without_plan",
  "without_class",
  "without_year",
  "zone_without_inspector",
  "inspector_without_account",
] as const;
export type CheckCode = (typeof CHECKS)[number];

export interface Found {
  check: CheckCode;
  of: { id: Uuid; name: string }[];
}

type School = Directory["schools"][number];

/** The inspection zones that each school is in. */
export function zonesBySchool({ zones }: Pick<Directory, "zones">): Map<Uuid, Directory["zones"]> {
  const found = new Map<Uuid, Directory["zones"]>();
  for (const zone of zones.filter(({ inspection }) => inspection)) {
    zone.schools.forEach((school) => found.set(school, [...(found.get(school) ?? []), zone]));
  }
  return found;
}

/** All that is odd, check by check; those that find nothing are left out. `unplanned`: the projects that are in no plan. */
export function oddities(directory: Directory, unplanned: readonly Uuid[] = []): Found[] {
  const { schools, projects, zones, townships } = directory;
  const zoned = zonesBySchool(directory);
  // A county that has no zones at all does not inspect by zones.
  const inspects = new Set(zones.filter(({ inspection }) => inspection).map(({ county }) => county));
  const known = new Set(townships.map(({ code }) => code));
  const unplannedIds = new Set(unplanned);
  const found: Record<CheckCode, { id: Uuid; name: string }[]> = {
    without_zone: schools.filter(({ id, county }) => inspects.has(county) && !zoned.has(id)),
    in_two_zones: schools.filter(({ id }) => (zoned.get(id)?.length ?? 0) > 1),
    without_township: schools.filter(({ township }) => township === undefined || !known.has(township)),
    odd_code: schools.filter(({ code }) => code !== undefined && !/^\d{10}$/.test(code)),
    same_code: shared(schools, ({ code }) => code),
    // A teaching point may have none of its own.
    without_code: schools.filter(({ code, category }) => code === undefined && category !== "教学点"),
    same_name: shared(schools, ({ county, township, name }) => `${county}/${township ?? ""}/${name}`),
    without_plan: projects.filter(({ id }) => unplannedIds.has(id)),
    without_class: projects.filter((project) => project.class === undefined),
    without_year: projects.filter(({ plan_year: year }) => year === undefined),
    zone_without_inspector: zones.filter(({ inspection, inspectors }) => inspection && inspectors.length === 0),
    inspector_without_account: zones.filter(({ inspection, inspectors }) => inspection && inspectors.some(({ user }) => user === undefined)),
  };
  return CHECKS.map((check) => ({ check, of: found[check].map(({ id, name }) => ({ id, name })) })).filter(({ of }) => of.length > 0);
}

/** Those that share what others have, too. */
function shared(schools: readonly School[], of: (school: School) => string | undefined): School[] {
  const counts = new Map<string, number>();
  for (const key of schools.map(of)) {
    if (key !== undefined) {
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  }
  return schools.filter((school) => (counts.get(of(school) ?? "") ?? 0) > 1);
}
