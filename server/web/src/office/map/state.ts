/** What a school is on the map: what needs somebody first. Pure. */

import type { Say } from "../../ui/words/catalogue.ts";
import { map as words } from "../../ui/words/map.ts";
import type { SchoolLine } from "../site/answers.ts";
import type { Tone } from "../states.ts";

/** The states, the most urgent first. */
export const MAP_STATES = ["overdue", "silent", "works", "done", "quiet"] as const;
export type MapState = (typeof MAP_STATES)[number];

/** How each is drawn: a shape in a box of 24 × 24 around its middle, told apart without its colour. */
export const SHAPES: Readonly<Record<MapState, { path: string; tone: Tone; size: number }>> = {
  overdue: { path: "M0 -12 L12 9 L-12 9 Z", tone: "bad", size: 1 },
  silent: { path: "M0 -12 L12 0 L0 12 L-12 0 Z", tone: "care", size: 1 },
  works: { path: "M-10 -10 H10 V10 H-10 Z", tone: "told", size: 1 },
  done: { path: "M-11 0 A11 11 0 1 0 11 0 A11 11 0 1 0 -11 0 Z", tone: "good", size: 1 },
  quiet: { path: "M-8 0 A8 8 0 1 0 8 0 A8 8 0 1 0 -8 0 Z", tone: "plain", size: 0.75 },
};

export function stateOf(school: SchoolLine): MapState {
  if (school.findings_overdue > 0) {
    return "overdue";
  }
  if (school.silent !== undefined) {
    return "silent";
  }
  return school.under_way > 0 ? "works" : school.completed > 0 ? "done" : "quiet";
}

/** Why it is drawn so. */
export function whyOf(say: Say, school: SchoolLine): string {
  switch (stateOf(school)) {
    case "overdue":
      return say(words.whyOverdue, { count: school.findings_overdue });
    case "silent":
      return say(words.whySilent, { days: school.silent?.days });
    case "works":
      return say(words.whyWorks, { count: school.under_way });
    case "done":
      return say(words.whyDone, { count: school.completed });
    case "quiet":
      return say(words.quiet);
  }
}

/** The letter in the shape. */
export function letterOf(say: Say, state: MapState): string {
  const letters = { overdue: words.overdueLetter, silent: words.silentLetter, works: words.worksLetter, done: words.doneLetter, quiet: words.quietLetter };
  return say(letters[state]);
}

/** The most urgent first, then by name. */
export function inOrder(schools: readonly SchoolLine[]): SchoolLine[] {
  const rank = (school: SchoolLine) => MAP_STATES.indexOf(stateOf(school));
  return [...schools].sort((one, other) => rank(one) - rank(other) || one.name.localeCompare(other.name, "zh-CN", { numeric: true }));
}

/** How many schools there are of each state. */
export function countsOf(schools: readonly SchoolLine[]): Readonly<Record<MapState, number>> {
  const counts = { overdue: 0, silent: 0, works: 0, done: 0, quiet: 0 };
  for (const school of schools) {
    counts[stateOf(school)] += 1;
  }
  return counts;
}
