/** The columns of a list: which there are, which are shown, and what they are in a file. Pure. */

import type { FieldName } from "../../protocol/wire.ts";
import type { Listed } from "../places.ts";

export type Column = "day" | "number" | "place" | "content" | "state" | "due";

/** What a file calls a column that says what the record says. */
const OF_THE_RECORD = "field.";
/** The kinds whose records get a number, and those that have a deadline. */
const NUMBERED: readonly Listed[] = ["finding"];
const DUE: readonly Listed[] = ["finding", "project", "complaint"];
/** The kinds that are told apart by their place alone. */
const WITHOUT_CONTENT: readonly Listed[] = ["project"];

/** The columns that a list of the kind has when nobody chose. */
export function plainColumns(kind: Listed): Column[] {
  return [
    "day",
    ...(NUMBERED.includes(kind) ? (["number"] as const) : []),
    "place",
    ...(WITHOUT_CONTENT.includes(kind) ? [] : (["content"] as const)),
    "state",
    ...(DUE.includes(kind) ? (["due"] as const) : []),
  ];
}

/** All that can be chosen. */
export function allColumns(kind: Listed): Column[] {
  return plainColumns(kind);
}

/** The columns as an address or the device names them: those that there are, each once; nothing where none is. */
export function readColumns(text: string | undefined, all: readonly Column[]): Column[] | undefined {
  const named = [...new Set((text ?? "").split(","))];
  const known = named.flatMap((name) => all.filter((column) => column === name));
  return known.length === 0 ? undefined : known;
}

/** What a file has of these columns: a place is its school and its project, a state comes with what is to be seen at once. */
export function columnsOfFile(columns: readonly Column[], contents: readonly FieldName[]): string {
  const each = columns.flatMap((column): string[] => {
    switch (column) {
      case "place":
        return ["county", "school", "project"];
      case "state":
        return ["state", "marks"];
      case "content":
        return contents.map((name) => `${OF_THE_RECORD}${name}`);
      default:
        return [column];
    }
  });
  return [...new Set(each)].join(",");
}

/** The columns with one of them put a place further up or down. */
export function shifted(columns: readonly Column[], column: Column, by: 1 | -1): Column[] {
  const at = columns.indexOf(column);
  const to = at + by;
  if (at < 0 || to < 0 || to >= columns.length) {
    return [...columns];
  }
  const rest = columns.filter((other) => other !== column);
  return [...rest.slice(0, to), column, ...rest.slice(to)];
}
