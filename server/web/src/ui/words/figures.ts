/** Amounts as people there write them: 万, ㎡, 元. */

import { type Language } from "./catalogue.ts";
import { language } from "./language.ts";

const LARGEST = ["GB", 1e9] as const;
const UNITS = [["KB", 1e3] as const, ["MB", 1e6] as const, LARGEST];

/** Bytes as people see them in other apps: 340 KB, 1.2 MB. */
export function bytes(count: number): string {
  if (count < 1000) {
    return `${Math.round(count)} B`;
  }
  const [unit, size] = UNITS.find(([, size]) => count < 999.5 * size) ?? LARGEST;
  const amount = count / size;
  return `${amount < 10 ? amount.toFixed(1) : Math.round(amount)} ${unit}`;
}

/** A plain number, grouped: 12,500. Chinese figures from ten thousand on stand in 万: 1.25万. */
export function figure(value: number, inLanguage: Language = language()): string {
  if (inLanguage === "zh" && Math.abs(value) >= 10_000) {
    return `${trimmed(value / 10_000, 4)}万`;
  }
  const [whole = "", decimals] = trimmed(value, 2).split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return decimals === undefined ? grouped : `${grouped}.${decimals}`;
}

/** A figure with its unit as the schema names it: 1.25万元, 320㎡. */
export function quantity(value: number, unit: string | undefined, inLanguage: Language = language()): string {
  const gap = inLanguage === "en" && unit !== undefined ? " " : "";
  return `${figure(value, inLanguage)}${gap}${unit ?? ""}`;
}

/** At most so many decimals, and none that say nothing. */
function trimmed(value: number, decimals: number): string {
  return String(Number(value.toFixed(decimals)));
}
