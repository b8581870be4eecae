/** What a value says to a reader, in words: `6人`, `3月2日 周一`, `柱（①–⑤轴，二层）`. */

import { natural } from "../../protocol/ids.ts";
import type { Field, FieldType, Part } from "../../protocol/schema.ts";
import { isMap, isText } from "../../protocol/values.ts";
import type { Value } from "../../protocol/wire.ts";
import { readWithdrawal } from "../../protocol/withdrawal.ts";
import { type Language, counted } from "../../ui/words/catalogue.ts";
import { day, moment, month } from "../../ui/words/dates.ts";
import { showQuantity } from "../form/quantity.ts";
import type { Book } from "./book.ts";
import { titleOf } from "./title.ts";

/** What a reader is given with each value. */
export interface Reader {
  book: Book;
  language: Language;
  now: Date;
}

/** The label of a field or part in a language. */
export function labelOf(named: { zh: string; en: string }, language: Language): string {
  // English labels are declared as they read inside a sentence.
  return language === "zh" ? named.zh : capitalised(named.en);
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** The label of a choice; a free text is its own. */
export function choiceLabel({ book, language }: Reader, list: string, code: string): string {
  const choice = book.schema.choices(list).find((choice) => choice.code === code);
  return choice === undefined ? code : labelOf(choice, language);
}

/** A value as text. */
export function showValue(reader: Reader, field: Field, value: Value): string {
  if (typeof value === "boolean" && IN_ORDER.includes(field.name)) {
    return value ? FINE[reader.language] : BAD[reader.language];
  }
  if (isText(value) && OF_DIVISION.includes(field.name)) {
    return divisionName(reader, value);
  }
  return shown(reader, field.type, value, field.unit);
}

/** A value of a field that may not be declared any more, or not take it: as text, whatever it is. */
export function showAny(reader: Reader, field: Field | undefined, value: Value): string {
  return field !== undefined && typeof value !== "string" ? showValue(reader, field, value) : plain(value);
}

function shown(reader: Reader, type: FieldType, value: Value, unit?: string): string {
  if (typeof type === "object") {
    return shownCompound(reader, type, value, unit);
  }
  const { language, now } = reader;
  switch (type) {
    case "bool":
      return value === true ? YES[language] : NO[language];
    case "date":
      return isText(value) ? day(value, language) : plain(value);
    case "month":
      return isText(value) ? month(value, language) : plain(value);
    case "moment":
      return isText(value) && !Number.isNaN(Date.parse(value)) ? moment(value, now, language) : plain(value);
    case "number":
      return typeof value === "number" ? showQuantity(value, unit, language) : plain(value);
    case "user":
      return value === reader.book.me.user.id ? reader.book.me.user.display_name : plain(value);
    case "withdrawal":
      return readWithdrawal(value)?.reason ?? (value === true ? YES[language] : plain(value));
    case "any":
      return isMap(value) ? FIGURES[language](Object.keys(value).length) : plain(value);
    case "position":
      return isMap(value) ? `${String(value["lat"])}, ${String(value["lon"])}` : plain(value);
    default:
      return plain(value);
  }
}

/** The fields that hold the code of a division. */
export const OF_DIVISION: readonly string[] = ["township", "county", "parent"];

/** The questions that are answered by "in order". */
export const IN_ORDER: readonly string[] = ["isolation_ok", "safety_ok", "quality_ok", "in_order"];
/** Figures that a desk made are read there. */
const FIGURES: Record<Language, (count: number) => string> = {
  zh: (count) => `${count} 项，请在办公室的网页上看`,
  en: (count) => `${counted(count, "figure")}, to be read on the office’s pages`,
};
const FINE: Record<Language, string> = { zh: "正常", en: "In order" };
const BAD: Record<Language, string> = { zh: "有问题", en: "Problem" };
const YES: Record<Language, string> = { zh: "是", en: "Yes" };
const NO: Record<Language, string> = { zh: "否", en: "No" };

function shownCompound(
  reader: Reader,
  type: Exclude<FieldType, string>,
  value: Value,
  unit: string | undefined,
): string {
  if ("int" in type) {
    // A year is a name and no amount.
    const isYear = type.int.min === 1900 && type.int.max === 2999;
    return isYear ? plain(value) : typeof value === "number" ? showQuantity(value, unit, reader.language) : plain(value);
  }
  if ("choice" in type || "open_choice" in type) {
    const list = "choice" in type ? type.choice : type.open_choice;
    return isText(value) ? choiceLabel(reader, list, value) : plain(value);
  }
  if ("ref" in type) {
    const record = isText(value) ? reader.book.record(value) : undefined;
    return record === undefined ? ELSEWHERE[reader.language] : titleOf(reader, record);
  }
  if ("object" in type && isMap(value)) {
    return shownParts(reader, type.object, value);
  }
  return plain(value);
}

/** The key of a value as people call it: a choice, or the county of that code. */
export function showKey(reader: Reader, { key }: Field, code: string): string {
  return key?.choices === undefined ? divisionName(reader, code) : choiceLabel(reader, key.choices, code);
}

/** The name of the township or county of that code; the code where the device has no such division. */
function divisionName({ book }: Reader, code: string): string {
  return /^\d{6,12}$/.test(code) ? (book.nameOf(natural("division", code)) ?? code) : code;
}

/** Whether it is what a reader is told of a record that the device does not have. */
export function isElsewhere(text: string): boolean {
  return Object.values(ELSEWHERE).includes(text);
}

const ELSEWHERE: Record<Language, string> = { zh: "不在这里的记录", en: "a record that is not here" };

/** The parts of an object: the first as it is, the others behind it. */
function shownParts(reader: Reader, parts: Part[], value: { [name: string]: Value }): string {
  const counts = parts.some(isUnit) ? parts.find(isNumber) : undefined;
  const said = parts.flatMap((part) => {
    const given = value[part.name];
    if (given === undefined || part.type === "user" || (isUnit(part) && counts !== undefined && value[counts.name] !== undefined)) {
      return [];
    }
    const text = shown(reader, part.type, given);
    if (part === counts) {
      return [[text, shownUnit(reader, parts.find(isUnit), value)].filter((word) => word !== "").join(" ")];
    }
    // A bare number or yes says nothing without what it is of.
    return [part.type === "bool" || isNumber(part) ? `${labelOf(part, reader.language)} ${text}` : text];
  });
  const [first = "", ...rest] = said;
  if (rest.length === 0) {
    return first;
  }
  return reader.language === "zh" ? `${first}（${rest.join("，")}）` : `${first} (${rest.join(", ")})`;
}

function isNumber({ type }: Part): boolean {
  return type === "number" || (typeof type === "object" && "int" in type);
}

/** Whether a part names the unit of the number beside it. */
function isUnit({ type }: Part): boolean {
  return typeof type === "object" && "open_choice" in type && type.open_choice === "unit";
}

/** The unit as it stands behind a number: `m³`, `cubic metres`. */
function shownUnit({ book, language }: Reader, part: Part | undefined, value: { [name: string]: Value }): string {
  const code = part === undefined ? undefined : value[part.name];
  const choice = book.schema.choices("unit").find((choice) => choice.code === code);
  return choice?.[language] ?? (isText(code) ? code : "");
}

function plain(value: Value): string {
  return isText(value) ? value : typeof value === "object" ? JSON.stringify(value) : String(value);
}
