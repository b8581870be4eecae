/**
 * What somebody may write, as far as the device can tell: the server decides, and holds what it does not
 * allow. Nobody is offered a form that would only be held.
 */

import type { Field, Kind } from "../../protocol/schema.ts";
import type { Uuid } from "../../protocol/wire.ts";
import type { HeldRole } from "../today/state.ts";

/** Where a record belongs. */
export interface Place {
  school?: Uuid | undefined;
  project?: Uuid | undefined;
}

/** Whether a scope may hold that place. Counties, townships and zones hold whatever the device was sent. */
function mayCover(scope: string, { school, project }: Place): boolean {
  const [level, id] = scope.split(":");
  switch (level) {
    case "project":
      return project === undefined || project === id;
    case "school":
      return school === undefined || school === id;
    default:
      return true;
  }
}

/** The roles that somebody holds at that place. */
function rolesAt(roles: HeldRole[], place: Place): string[] {
  return [...new Set(roles.filter(({ scope }) => mayCover(scope, place)).map(({ role }) => role))];
}

export function mayWrite(kind: Kind, roles: HeldRole[], place: Place): boolean {
  return rolesAt(roles, place).some((role) => kind.writers.includes(role));
}

const INSPECTORS: readonly string[] = ["inspector", "inspection_office", "city_office"];

/** Whether somebody inspects there, and does not build there as well. */
export function inspectsAt(roles: HeldRole[], place: Place): boolean {
  const held = rolesAt(roles, place);
  return held.some((role) => INSPECTORS.includes(role)) && !held.includes("project_office");
}

export function mayWriteField(kind: Kind, field: Field, roles: HeldRole[], place: Place): boolean {
  const held = rolesAt(roles, place);
  const { writers } = field;
  if (typeof writers === "object") {
    return held.some((role) => writers.only.includes(role));
  }
  switch (writers) {
    case "kind":
      return held.some((role) => kind.writers.includes(role));
    case "readers":
      return held.some((role) => role !== "auditor" && role !== "system_admin");
    case "signers":
      return signingRole(kind, roles, place) !== undefined;
  }
}

const NEVER_SIGN = ["auditor", "system_admin", "township"];

/** The roles in which somebody may sign a record of that kind there. */
export function signingRoles(kind: Kind, roles: HeldRole[], place: Place): string[] {
  return rolesAt(roles, place).filter((role) => !NEVER_SIGN.includes(role) && (role !== "leader" || kind.name === "bulletin"));
}

/** The role in which somebody signs a record of that kind there: who answers for the school first. */
export function signingRole(kind: Kind, roles: HeldRole[], place: Place): string | undefined {
  const signs = signingRoles(kind, roles, place);
  return signs.includes("principal") ? "principal" : signs[0];
}
