/** Days and times as people there write them: 2026年3月2日 周一. */

import { type Language } from "./catalogue.ts";
import { language } from "./language.ts";

const WEEKDAYS: Record<Language, readonly string[]> = {
  zh: ["周日", "周一", "周二", "周三", "周四", "周五", "周六"],
  en: ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"],
};
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** `2026-03-02` of a moment, by the device's own calendar. */
function dayOf(moment: Date): string {
  return `${moment.getFullYear()}-${two(moment.getMonth() + 1)}-${two(moment.getDate())}`;
}

/** `2026-03-02` → 2026年3月2日 周一. */
export function day(date: string, inLanguage: Language = language()): string {
  const [year, month, dayOfMonth, weekday] = parts(date, inLanguage);
  return inLanguage === "zh"
    ? `${year}年${month}月${dayOfMonth}日 ${weekday}`
    : `${weekday}, ${dayOfMonth} ${MONTHS[month - 1]} ${year}`;
}

/** `2026-03-02` → 3月2日 周一, for days of this year. */
export function shortDay(date: string, inLanguage: Language = language()): string {
  const [, month, dayOfMonth, weekday] = parts(date, inLanguage);
  return inLanguage === "zh"
    ? `${month}月${dayOfMonth}日 ${weekday}`
    : `${weekday}, ${dayOfMonth} ${MONTHS[month - 1]}`;
}

/** `2026-03-02` → 03-02 周一, as columns of dates are read; with the year where it is not that of `now`. */
export function columnDay(date: string, now: Date, inLanguage: Language = language()): string {
  const [year, month, dayOfMonth, weekday] = parts(date, inLanguage);
  const short = `${two(month)}-${two(dayOfMonth)} ${weekday}`;
  return year === now.getFullYear() ? short : `${year}-${short}`;
}

/** `2026-03` → 2026年3月. */
export function month(date: string, inLanguage: Language = language()): string {
  const [year, number] = date.split("-").map(Number) as [number, number];
  return inLanguage === "zh" ? `${year}年${number}月` : `${MONTHS[number - 1]} ${year}`;
}

/** A time of day, 17:41, with the day where it is not today's. Takes RFC 3339 or milliseconds. */
export function moment(at: string | number, now: Date, inLanguage: Language = language()): string {
  const when = new Date(at);
  const [date, time] = [dayOf(when), timeOf(when)];
  if (date === dayOf(now)) {
    return inLanguage === "zh" ? `今天 ${time}` : `today ${time}`;
  }
  if (date === dayOf(new Date(now.getFullYear(), now.getMonth(), now.getDate() - 1))) {
    return inLanguage === "zh" ? `昨天 ${time}` : `yesterday ${time}`;
  }
  return dated(at, now, inLanguage);
}

/** A time of day with its day, whatever day it is: for paper, on which no day is today's. */
export function dated(at: string | number, now: Date, inLanguage: Language = language()): string {
  const when = new Date(at);
  const isThisYear = when.getFullYear() === now.getFullYear();
  return `${isThisYear ? shortDay(dayOf(when), inLanguage) : day(dayOf(when), inLanguage)} ${timeOf(when)}`;
}

function timeOf(when: Date): string {
  return `${two(when.getHours())}:${two(when.getMinutes())}`;
}

function parts(date: string, inLanguage: Language): [number, number, number, string] {
  const [year = 0, month = 1, dayOfMonth = 1] = date.split("-").map(Number);
  const weekday = WEEKDAYS[inLanguage][new Date(year, month - 1, dayOfMonth).getDay()] ?? "";
  return [year, month, dayOfMonth, weekday];
}

function two(number: number): string {
  return String(number).padStart(2, "0");
}
