/** Which guides there are, and which of them is whose. */

export const GUIDES = ["team", "inspector", "office"] as const;
export type GuideName = (typeof GUIDES)[number];

/** Who writes at the site, and who goes from school to school. */
const WRITES: readonly string[] = ["school_team", "contractor", "supervising_engineer"];
const GOES_AROUND: readonly string[] = ["inspector"];

/** The guide for whoever has these roles: the one of the office for whoever has none of the others. */
export function guideOf(roles: readonly { role: string }[]): GuideName {
  const holds = (among: readonly string[]) => roles.some(({ role }) => among.includes(role));
  return holds(GOES_AROUND) ? "inspector" : holds(WRITES) ? "team" : "office";
}
