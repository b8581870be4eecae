/**
 * Amounts as people write them, and as the protocol stores them: whole numbers of a field's unit.
 *
 * Digits are moved as text: 0.29 元 is 29 分 and never 28.999…
 */

import { MAX_INTEGER } from "../../protocol/values.ts";

/** How many digits of the stored number stand behind the point that people write. */
const DECIMALS: Readonly<Record<string, number>> = {
  fen: 2,
  hundredth_square_metre: 2,
  tenth_celsius: 1,
  basis_point: 2,
  hundredth_point: 2,
};

/** What people write behind a number of that unit. */
const SIGNS: Readonly<Record<string, string>> = {
  fen: "元",
  hundredth_square_metre: "㎡",
  tenth_celsius: "℃",
  basis_point: "%",
  hundredth_point: "分",
  people: "人",
  day: "天",
};

/** Chinese counting words behind a number, by how many digits they move the point. */
const POWERS: Readonly<Record<string, number>> = { 十: 1, 百: 2, 千: 3, 万: 4, 亿: 8 };

/** What stands behind a number of that unit; nothing for things that a record names itself. */
export function signOf(unit: string | undefined, language: "zh" | "en" = "zh"): string {
  const sign = SIGNS[unit ?? ""] ?? "";
  return language === "zh" ? sign : (ENGLISH[unit ?? ""] ?? sign);
}

/** Whether numbers of that unit are large enough for 万. */
export function countsInWan(unit: string | undefined): boolean {
  return unit === "fen" || unit === "hundredth_square_metre";
}

/** What people write behind a number of that unit besides its sign, so that it may be left out. */
const ALSO_WRITTEN: Readonly<Record<string, RegExp>> = {
  fen: /(元|块|块钱)$/,
  hundredth_square_metre: /(㎡|m²|m2|平方米|平米|平方|平)$/i,
  tenth_celsius: /(℃|°C|度)$/i,
  basis_point: /%$/,
  hundredth_point: /分$/,
  people: /[人个名]$/,
  day: /天$/,
};

/** Full-width digits and marks as plain ones; group separators and the unit left out. */
function plain(text: string, unit: string): string {
  const narrow = text.replace(/[！-～]/g, (wide) => String.fromCharCode(wide.charCodeAt(0) - 0xfee0));
  const number = narrow.replace(/[\s,]|人民币|[¥￥]/g, "").replace(/[−–—]/g, "-").replace(/。/g, ".");
  return number.replace(ALSO_WRITTEN[unit] ?? "", "");
}

/**
 * Reads what somebody typed as a whole number of the unit; nothing if it is no such number.
 * `1.5万` is 15,000 of what people count.
 */
export function readQuantity(text: string, unit = ""): number | undefined {
  const match = /^([+-]?)(\d*)(?:\.(\d*))?([十百千万亿]*)$/.exec(plain(text, unit));
  const [, sign, whole = "", fraction = "", powers = ""] = match ?? [];
  if (match === null || whole + fraction === "") {
    return undefined;
  }
  const move = [...powers].reduce((sum, power) => sum + (POWERS[power] ?? 0), DECIMALS[unit] ?? 0);
  const kept = fraction.padEnd(move, "0").slice(0, move);
  if (/[1-9]/.test(fraction.slice(move))) {
    return undefined;
  }
  const number = Number(`${whole}${kept}`);
  return number > MAX_INTEGER ? undefined : sign === "-" ? 0 - number : number;
}

/** Reads a number that may be broken: 2.5 吨. Nothing if it is none. */
export function readNumber(text: string): number | undefined {
  const number = plain(text, "");
  return /^[+-]?\d+(\.\d*)?$/.test(number) && Math.abs(Number(number)) <= MAX_INTEGER ? Number(number) : undefined;
}

/** The number as somebody would type it, without its sign. */
export function writeQuantity(value: number, unit?: string): string {
  return shifted(value, DECIMALS[unit ?? ""] ?? 0);
}

/** `value` with the point moved so many digits to the left, without zeros at the end. */
function shifted(value: number, digits: number): string {
  const text = String(Math.abs(value)).padStart(digits + 1, "0");
  const whole = text.slice(0, text.length - digits);
  const fraction = text.slice(text.length - digits).replace(/0+$/, "");
  return `${value < 0 ? "-" : ""}${whole}${fraction === "" ? "" : `.${fraction}`}`;
}

/** What stands behind a number in English, where it is not the sign. */
const ENGLISH: Readonly<Record<string, string>> = {
  fen: " yuan",
  hundredth_square_metre: " m²",
  tenth_celsius: " ℃",
  hundredth_point: " points",
  people: "",
  day: " days",
};

/** The number as it is read, with its sign: exact, in 万 where that is shorter and Chinese. */
export function showQuantity(value: number, unit?: string, language: "zh" | "en" = "zh"): string {
  const digits = DECIMALS[unit ?? ""] ?? 0;
  const sign = signOf(unit, language);
  if (!Number.isInteger(value)) {
    return `${value}${sign}`;
  }
  const wan = shifted(value, digits + 4);
  const isShort = language === "zh" && countsInWan(unit) && Math.abs(value) >= 10 ** (digits + 4) && (wan.split(".")[1]?.length ?? 0) <= 4;
  const number = shifted(value, digits);
  return isShort ? `${grouped(wan)}万${sign}` : `${grouped(unit === "fen" ? withWholeFen(number) : number)}${sign}`;
}

/** An amount has both digits behind the point, or none: 69,423.20 元. */
function withWholeFen(number: string): string {
  const [whole = "", fraction] = number.split(".");
  return fraction === undefined ? whole : `${whole}.${fraction.padEnd(2, "0")}`;
}

function grouped(number: string): string {
  const [whole = "", fraction] = number.split(".");
  const parts = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return fraction === undefined ? parts : `${parts}.${fraction}`;
}
