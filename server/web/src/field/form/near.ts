/** The days that a form offers with one tap. */

/** A day by how far it lies from today. */
export interface NearDay {
  days: number;
  /** A word of the catalogue. */
  label: "yesterday" | "today" | "in1" | "in3" | "in7" | "in15";
}

/** When something was: mostly just now. */
const BEHIND: readonly NearDay[] = [
  { days: 0, label: "today" },
  { days: -1, label: "yesterday" },
];

/** By when something is to be done: as long as findings may take by their severity, and what offices mostly set. */
const AHEAD: readonly NearDay[] = [
  { days: 0, label: "today" },
  { days: 1, label: "in1" },
  { days: 3, label: "in3" },
  { days: 7, label: "in7" },
  { days: 15, label: "in15" },
];

/** The days near today that are likely for a field or a part; its declaration says which way it looks. */
export function nearDays({ ahead }: { ahead?: boolean }): readonly NearDay[] {
  return ahead === true ? AHEAD : BEHIND;
}
