/** The calendar of diaries: what its letters are, and which rows and days are shown. Pure. */

import { daysFrom } from "../../field/form/days.ts";
import { natural } from "../../protocol/ids.ts";
import type { Uuid } from "../../protocol/wire.ts";
import { addressOf, paths } from "../roads.ts";

/** What a day of a project can have come to, as the server writes it, what needs somebody first. */
export const LETTERS = ["m", "x", "r", "d", "l", "s", "c", "i"] as const;
export type Letter = (typeof LETTERS)[number];

export interface CalendarRow {
  project: Uuid;
  school: Uuid;
  county: string;
  /** A letter a day. */
  days: string;
}

/** What `GET /api/v1/calendar` answers. */
export interface Calendar {
  from: string;
  to: string;
  counties: { county: string; name: string; position: number }[];
  projects: CalendarRow[];
}

/** The first and the last day of a month, `2026-11`. */
export function daysOfMonth(month: string): [first: string, last: string] {
  const [year = 0, number = 1] = month.split("-").map(Number);
  return [`${month}-01`, `${month}-${new Date(Date.UTC(year, number, 0)).getUTCDate()}`];
}

/** The month that an address names; the one of `today` where it names none. */
export function monthIn(text: string | undefined, today: string): string {
  return text !== undefined && /^\d{4}-(0[1-9]|1[0-2])$/.test(text) ? text : today.slice(0, 7);
}

/** The month so many months later. */
export function monthsOn(month: string, by: number): string {
  const [year = 0, number = 1] = month.split("-").map(Number);
  return new Date(Date.UTC(year, number - 1 + by, 1)).toISOString().slice(0, 7);
}

export function daysOf({ from, to }: Calendar): string[] {
  return daysFrom(from, to);
}

/** What a letter stands for; nothing of a day for which no diary is asked, or one that a newer server has. */
export function letterAt(row: CalendarRow, place: number): Letter | undefined {
  return LETTERS.find((letter) => letter === row.days[place]);
}

export type Counts = Readonly<Record<Letter, number>> & { readonly asked: number };

/** How many days there are of each. */
export function countsOf(letters: Iterable<string | undefined>): Counts {
  const counts = Object.fromEntries(LETTERS.map((letter) => [letter, 0])) as Record<Letter, number>;
  let asked = 0;
  for (const letter of letters) {
    const known = LETTERS.find((one) => one === letter);
    if (known !== undefined) {
      counts[known] += 1;
      asked += 1;
    }
  }
  return { ...counts, asked };
}

/** Where a day of a project is read: its diary; a day without one, and one that stood still by order, in the list of that day. */
export function addressOfDay(row: CalendarRow, day: string, letter: Letter): string {
  return letter === "m" || letter === "i"
    ? addressOf(paths.to(["list", "diary"]), { project: row.project, from: day, to: day })
    : paths.to(["record", natural("diary", `${row.project}/${day}`)]);
}
