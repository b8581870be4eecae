/**
 * How the numbers of figures read: what a share is a share of, what it is more or less than before, and how
 * long a bar it makes. Digits are moved as whole numbers: what is printed is never reckoned with.
 */

import type { Figure, Indicator } from "./answer.ts";

/** What the numbers of a figure are. */
export type Unit = "area" | "money" | "count" | "hours" | "days";

/** Shares of areas and of money; all others are shares of numbers of things. */
const OF_AREA: readonly string[] = ["started_rate", "completed_rate"];
const OF_MONEY: readonly string[] = ["schedule_lag", "equipment_rate", "funds_received_rate", "funds_paid_rate", "payment_gap"];

/** What the two numbers of a figure count. */
export function unitOf({ code, printed }: Indicator): Unit {
  switch (printed.as) {
    case "area":
    case "money":
      return printed.as;
    case "mean":
      return "days";
    case "middle_hours":
      return "hours";
    default:
      return OF_AREA.includes(code) ? "area" : OF_MONEY.includes(code) ? "money" : "count";
  }
}

/** By how many digits the point of a number of that unit is moved: 0.01 ㎡ to ㎡, 分 to 万元. */
const MOVED: Readonly<Partial<Record<Unit, number>>> = { area: 2, money: 6 };

/** A whole number as people read it, with two decimals where its unit is a small one, rounded half up. */
export function amountOf(number: number, unit: Unit): string {
  const moved = MOVED[unit];
  if (moved === undefined) {
    return String(number);
  }
  const hundredths = Math.round(Math.abs(number) / 10 ** (moved - 2));
  const text = String(hundredths).padStart(3, "0");
  return `${number < 0 && hundredths > 0 ? "-" : ""}${text.slice(0, -2)}.${text.slice(-2)}`;
}

/** Whether a figure is a share of a whole, so that a bar tells it. Lags and gaps may be below nothing. */
export function isShare({ code, printed }: Indicator): boolean {
  return printed.as === "percent" && code !== "schedule_lag" && code !== "payment_gap";
}

/** How much of the whole it is, in percent, for a bar; nothing where there is nothing to compare with. */
export function shareOf({ numerator, denominator }: Figure): number | undefined {
  return numerator === undefined || denominator === undefined || denominator === 0 ? undefined : (numerator / denominator) * 100;
}

/** Whether more was counted than there is to be: a real figure, and one to look at. */
export function isOverWhole(indicator: Indicator, figure: Figure): boolean {
  return isShare(indicator) && (shareOf(figure) ?? 0) > 100;
}

/** What a figure is more than before, with its sign and as many decimals as it has; nothing where one is not known. */
export function changeOf(now: Figure, before: Figure | undefined): string | undefined {
  const [one, other] = [digitsOf(now.printed), before && digitsOf(before.printed)];
  if (one === undefined || other === undefined || one.decimals !== other.decimals) {
    return undefined;
  }
  const apart = one.whole - other.whole;
  if (apart === 0) {
    return "0";
  }
  const text = String(Math.abs(apart)).padStart(one.decimals + 1, "0");
  const cut = text.length - one.decimals;
  return `${apart > 0 ? "+" : "−"}${text.slice(0, cut)}${one.decimals > 0 ? `.${text.slice(cut)}` : ""}`;
}

/** A printed figure as a whole number and how many of its digits are decimals. */
function digitsOf(printed: string): { whole: number; decimals: number } | undefined {
  const found = /^(-?\d+)(?:\.(\d+))?%?$/.exec(printed);
  const decimals = found?.[2]?.length ?? 0;
  return found === null ? undefined : { whole: Number(`${found[1]}${found[2] ?? ""}`), decimals };
}
