/** What is searched for, as it stands in the address, and the question that it makes. Pure. */

import type { FieldName, Uuid, Value } from "../../protocol/wire.ts";
import { isMap, isText } from "../../protocol/values.ts";
import type { Query } from "../roads.ts";

/** A record that was found. */
export interface Found {
  id: Uuid;
  kind: string;
  county: string;
  school?: Uuid;
  project?: Uuid;
  day?: string;
  seq: number;
  received_at: string;
  by: Uuid;
  by_name: string;
  withdrawn?: true;
  conflicts: string[];
  number?: string;
  fields: Record<FieldName, Value[]>;
}

/** What `GET /api/v1/records` answers. */
export interface FoundPage {
  records: Found[];
  next?: string;
  behind?: true;
}

/** The fields whose words name a record best, whatever its kind. */
export const NAMING = ["name", "description", "measures", "progress_text", "subject", "part", "text", "note", "conclusion", "reason", "content", "result", "type", "month"] as const;

const PAGE = 50;
const NAMES = ["q", "kind", "county", "school", "project", "from", "to"] as const;

/** The question to the server; nothing where nothing is asked. */
export function questionOf(query: Query, before?: string): string | undefined {
  const said = NAMES.flatMap((name): [string, string][] => {
    const value = (query[name] ?? "").trim();
    return value === "" ? [] : [[name, value]];
  });
  const isConflict = query["conflict"] === "true";
  if (said.length === 0 && !isConflict) {
    return undefined;
  }
  const more: [string, string][] = [
    ...(isConflict ? [["conflict", "true"] as [string, string]] : []),
    ...(query["withdrawn"] === "any" ? [["withdrawn", "any"] as [string, string]] : []),
    ["fields", NAMING.join(",")],
    ["limit", String(PAGE)],
    ...(before === undefined ? [] : [["before", before] as [string, string]]),
  ];
  return `/api/v1/records?${new URLSearchParams([...said, ...more]).toString()}`;
}

/** So many characters of what was found are shown. */
const MOST = 60;

/** The words of a record that are shown in a line: those with what was searched for, else the first that name it. */
export function wordsOf({ fields }: Found, sought: string): string {
  const texts = NAMING.flatMap((name) => (fields[name] ?? []).flatMap(textsIn));
  const parts = sought.trim().split(/\s+/).filter((part) => part !== "");
  const hit = texts.find((text) => parts.some((part) => text.includes(part))) ?? texts[0] ?? "";
  const at = Math.max(0, ...parts.map((part) => hit.indexOf(part)));
  const characters = Array.from(hit);
  const from = at > MOST / 2 ? at - MOST / 3 : 0;
  const shown = characters.slice(Math.floor(from), Math.floor(from) + MOST).join("");
  return `${from > 0 ? "…" : ""}${shown}${characters.length > from + MOST ? "…" : ""}`;
}

function textsIn(value: Value): string[] {
  return isText(value) ? [value.replace(/\s+/g, " ").trim()] : isMap(value) ? Object.values(value).flatMap(textsIn) : [];
}
