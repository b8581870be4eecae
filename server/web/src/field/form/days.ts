/** Days as people count them: `YYYY-MM-DD` in the calendar of the place, without a clock of its own. */

/** A moment as a clock on the wall shows it. */
export interface LocalTime {
  /** `YYYY-MM-DD`. */
  day: string;
  /** Minutes since midnight. */
  minutes: number;
}

const DAY_MS = 86_400_000;

/** What the clock on the wall shows at that time. */
export function localTime(at: Date): LocalTime {
  const two = (number: number) => String(number).padStart(2, "0");
  const day = `${String(at.getFullYear()).padStart(4, "0")}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return { day, minutes: at.getHours() * 60 + at.getMinutes() };
}

/** How far the clock on the wall in China is ahead of UTC, all year round. */
const CHINA_MS = 8 * 60 * 60_000;

/** The day in China at a moment, whatever clock it was written down by: the server's days are these. */
export function dayInChina(at: string): string | undefined {
  const moment = Date.parse(at);
  return Number.isNaN(moment) ? undefined : new Date(moment + CHINA_MS).toISOString().slice(0, 10);
}

/** The day so many days later, or earlier if negative. */
export function addDays(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

/** How many days from one day to another; negative if it lies before. */
export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / DAY_MS);
}

/** All days from one to another, both included; none if the second lies before the first. */
export function daysFrom(from: string, to: string): string[] {
  const count = daysBetween(from, to) + 1;
  return Array.from({ length: Math.max(0, count) }, (_, place) => addDays(from, place));
}

const NOON = 12 * 60;

/** Whether a day's entry written now comes later than noon of the next day (补记). */
export function isLateEntry(day: string, now: LocalTime): boolean {
  const next = addDays(day, 1);
  return now.day > next || (now.day === next && now.minutes >= NOON);
}
