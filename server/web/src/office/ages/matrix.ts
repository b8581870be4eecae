/** Open findings by how long they have been open and how bad they are, and how far up the ladder they have come. Pure. */

import { daysBetween } from "../../field/form/days.ts";
import type { Uuid } from "../../protocol/wire.ts";
import type { Directory } from "../names.ts";
import type { Query } from "../roads.ts";
import type { Mark } from "../states.ts";

/** An open finding, as `GET /api/v1/states/finding` lists it. */
export interface OpenFinding {
  record: Uuid;
  school?: Uuid | null;
  project?: Uuid | null;
  state: string;
  day?: string | null;
  due?: string | null;
  marks: Mark[];
}

/** The age classes of the programme: until so many days, both included. */
export const AGES = [
  ["0_7", 7],
  ["8_15", 15],
  ["16_30", 30],
  ["over_30", Number.POSITIVE_INFINITY],
] as const;
export type Age = (typeof AGES)[number][0];

export const SEVERITIES = ["grave", "considerable", "ordinary"] as const;
export type Severity = (typeof SEVERITIES)[number];

/** The ladder: overdue, named by the next bulletin, named already, to be talked about. */
export const STEPS = ["overdue", "next_bulletin", "in_bulletin", "next_interview"] as const;
export type Step = (typeof STEPS)[number];

export const GROUPINGS = ["school", "township", "zone"] as const;
export type Grouping = (typeof GROUPINGS)[number];

export function ageOf(finding: OpenFinding, at: string): Age {
  const days = finding.day == null ? 0 : daysBetween(finding.day, at);
  return AGES.find(([, until]) => days <= until)?.[0] ?? "over_30";
}

export function severityOf({ marks }: OpenFinding): Severity {
  const has = (name: string) => marks.some(({ mark }) => mark === name);
  return has("grave") ? "grave" : has("considerable") ? "considerable" : "ordinary";
}

export function isOn({ marks }: OpenFinding, step: Step): boolean {
  return marks.some(({ mark }) => mark === step);
}

/** The groups that a finding belongs to: its school, that one's township, its inspection zones. */
export function groupsOf(finding: OpenFinding, by: Grouping, { schools, zones }: Pick<Directory, "schools" | "zones">): string[] {
  const { school } = finding;
  if (school == null) {
    return [];
  }
  switch (by) {
    case "school":
      return [school];
    case "township":
      return schools.flatMap(({ id, township }) => (id === school && township !== undefined ? [township] : []));
    case "zone":
      return zones.flatMap(({ id, inspection, schools }) => (inspection && schools.includes(school) ? [id] : []));
  }
}

/** Whether a finding is among those that an address asks for. */
export function isAsked(finding: OpenFinding, query: Query, at: string, directory: Pick<Directory, "schools" | "zones">): boolean {
  const step = STEPS.find((step) => step === query["step"]);
  const is = (name: string, value: string) => (query[name] ?? "") === "" || query[name] === value;
  const isOf = (by: Grouping) => (query[by] ?? "") === "" || groupsOf(finding, by, directory).includes(query[by] ?? "");
  return is("age", ageOf(finding, at)) && is("severity", severityOf(finding)) && (step === undefined || isOn(finding, step)) && GROUPINGS.every(isOf);
}

/** So many of each group and class. Groups without any are left out; the fullest stand first. */
export function grouped<Class extends string>(findings: readonly OpenFinding[], groups: (finding: OpenFinding) => readonly string[], classOf: (finding: OpenFinding) => Class): { group: string; counts: ReadonlyMap<Class, number>; total: number }[] {
  const found = new Map<string, Map<Class, number>>();
  for (const finding of findings) {
    for (const group of groups(finding)) {
      const counts = found.get(group) ?? new Map<Class, number>();
      counts.set(classOf(finding), (counts.get(classOf(finding)) ?? 0) + 1);
      found.set(group, counts);
    }
  }
  const rows = [...found].map(([group, counts]) => ({ group, counts, total: [...counts.values()].reduce((sum, count) => sum + count, 0) }));
  return rows.sort((one, other) => other.total - one.total);
}
