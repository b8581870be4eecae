import type { Me } from "../../field/record/book.ts";

/** Who administrates people and devices. */
export const ADMINISTRATES: readonly string[] = ["system_admin"];

/** The scopes that somebody administrates. */
export function ownScopes(me: Me): string[] {
  return me.roles.filter(({ role }) => ADMINISTRATES.includes(role)).map(({ scope }) => scope);
}
