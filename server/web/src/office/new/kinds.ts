/** The kinds that somebody may begin at a desk, in the order in which they are offered. Pure. */

import { mayWrite } from "../../field/form/rights.ts";
import type { HeldRole } from "../../field/today/state.ts";
import type { Kind } from "../../protocol/schema.ts";

/** The kinds that are begun from another record or have a page of their own. */
const BEGUN_ELSEWHERE: readonly string[] = ["rectification", "verification", "bulletin"];

/** How kinds are grouped, those that are begun most often first. */
const GROUPS = {
  daily: ["finding", "inspection", "interview", "complaint", "meeting", "visit", "notice", "diary", "evaluation", "baseline_check"],
  works: ["fund_event", "progress_report", "stage_event", "suspension", "contract", "design_change", "acceptance", "concealed_acceptance", "equipment_item", "equipment_receipt", "sample", "service_visit"],
  registers: ["school", "project", "programme", "plan", "zone_scheme", "zone", "checklist", "code_list", "division"],
} as const;
export type KindGroup = keyof typeof GROUPS;

export function mayBegin(kind: Kind, roles: HeldRole[]): boolean {
  return !BEGUN_ELSEWHERE.includes(kind.name) && mayWrite(kind, roles, {});
}

/** What may be begun, by group; groups of which there is nothing are left out. */
export function kindsToBegin(kinds: readonly Kind[], roles: HeldRole[]): { group: KindGroup; kinds: Kind[] }[] {
  const groupOf = ({ name }: Kind): KindGroup => (Object.keys(GROUPS) as KindGroup[]).find((group) => (GROUPS[group] as readonly string[]).includes(name)) ?? "works";
  const orderOf = (group: KindGroup, { name }: Kind) => {
    const place = (GROUPS[group] as readonly string[]).indexOf(name);
    return place < 0 ? GROUPS[group].length : place;
  };
  const offered = kinds.filter((kind) => mayBegin(kind, roles));
  return (Object.keys(GROUPS) as KindGroup[])
    .map((group) => ({ group, kinds: offered.filter((kind) => groupOf(kind) === group).sort((one, other) => orderOf(group, one) - orderOf(group, other)) }))
    .filter(({ kinds }) => kinds.length > 0);
}

/** Of the two offices that both write a kind, the project office writes that of buildings, the equipment station that of equipment. */
export function mayBeginAt(kind: Kind, roles: HeldRole[], place: { school?: string; project?: string }, sort: "building" | "equipment" | undefined): boolean {
  const isOfBoth = ["project_office", "equipment_station"].every((office) => kind.writers.includes(office));
  const other = !isOfBoth ? undefined : sort === "equipment" ? "project_office" : sort === "building" ? "equipment_station" : undefined;
  return mayWrite(kind, roles.filter(({ role }) => role !== other), place);
}
