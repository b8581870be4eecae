/** Which schools the inspectors of each zone have been to. Pure. */

import type { Directory } from "../names.ts";
import type { SchoolLine } from "../site/answers.ts";

export type Zone = Directory["zones"][number];

/** Which schools are shown. */
export const SHOWN = ["all", "unvisited", "none", "twice"] as const;
export type Shown = (typeof SHOWN)[number];

/** Since when inspections count. */
export const PERIODS = ["term", "month", "year"] as const;
export type Period = (typeof PERIODS)[number];

/** The first day of the period that a day lies in; of a term the server says it. */
export function beginOf(period: Period, day: string): string | undefined {
  const [year = 0, month = 1] = day.split("-").map(Number);
  switch (period) {
    case "term":
      return undefined;
    case "month":
      return `${day.slice(0, 7)}-01`;
    case "year":
      return `${month >= 9 ? year : year - 1}-09-01`;
  }
}

export interface OfZone {
  zone: Zone;
  /** Those that are shown. */
  schools: SchoolLine[];
  /** How many the zone has, and how many of them were visited. */
  all: number;
  visited: number;
}

export interface Grid {
  zones: OfZone[];
  /** Schools in no zone, as far as they are shown. */
  without: SchoolLine[];
  counts: { schools: number; visited: number; none: number; twice: number };
}

/** The schools of each zone, those that nobody has been to for longest first. */
export function gridOf(zones: readonly Zone[], schools: readonly SchoolLine[], shown: Shown): Grid {
  const inspection = zones.filter((zone) => zone.inspection);
  const isShown = (school: SchoolLine) => {
    switch (shown) {
      case "all":
        return true;
      case "unvisited":
        return school.inspections === 0;
      case "none":
        return school.zones.length === 0;
      case "twice":
        return school.zones.length > 1;
    }
  };
  const ordered = [...schools].sort(byNeed);
  const ofZone = (zone: Zone): OfZone => {
    const its = ordered.filter((school) => school.zones.includes(zone.id));
    return { zone, schools: its.filter(isShown), all: its.length, visited: its.filter(({ inspections }) => inspections > 0).length };
  };
  return {
    zones: inspection.map(ofZone).filter(({ all }) => all > 0 || shown === "all"),
    without: ordered.filter((school) => school.zones.length === 0 && isShown(school)),
    counts: {
      schools: schools.length,
      visited: schools.filter(({ inspections }) => inspections > 0).length,
      none: schools.filter(({ zones }) => zones.length === 0).length,
      twice: schools.filter(({ zones }) => zones.length > 1).length,
    },
  };
}

function byNeed(one: SchoolLine, other: SchoolLine): number {
  const last = ({ last_inspection: last }: SchoolLine) => last?.day ?? "";
  return last(one).localeCompare(last(other)) || one.name.localeCompare(other.name, "zh-CN", { numeric: true });
}

/** The names of the townships, by code. */
export function townshipNames(directory: Directory): ReadonlyMap<string, string> {
  return new Map(directory.townships.map(({ code, name }) => [code, name]));
}

