/** What waits at a desk, as the server says it, and where each line is done. */

import type { Uuid } from "../../protocol/wire.ts";
import { type Contents, fieldsOfAll } from "../contents.ts";
import { addressOf, paths } from "../roads.ts";
import type { Mark } from "../states.ts";

export const GROUPS = [
  "findings_overdue",
  "conflicts",
  "held",
  "payments",
  "bulletins",
  "verifications",
  "diaries_to_confirm",
  "changed_since_confirmed",
  "complaints",
  "missing_diaries",
  "silent_schools",
  "devices",
] as const;
export type GroupCode = (typeof GROUPS)[number];

export interface DeskLine {
  record?: Uuid;
  kind?: string;
  county: string;
  school?: Uuid;
  project?: Uuid;
  day?: string;
  due?: string;
  state?: string;
  marks: Mark[];
  number?: string;
  fields?: string[];
  count?: number;
  held?: { id: number; code: string; message: string; by_name: string; received_at: string };
  device?: DeviceLine;
  keys?: ("education" | "finance")[];
}

interface DeviceLine {
  id: Uuid;
  name: string;
  user: Uuid;
  by_name: string;
  phone: boolean;
  last_seen_at?: string;
  clock_offset_ms?: number;
  storage_alarms: number;
  photos_missing: number;
}

export interface Group {
  code: GroupCode;
  count: number;
  lines: DeskLine[];
}

/** What `GET /api/v1/desk` answers. */
export interface DeskAnswer {
  at: string;
  counties: { county: string; name: string; position: number }[];
  groups: Group[];
  contents?: Contents;
}

/** What `GET /api/v1/desk/{code}` answers. */
export type GroupAnswer = Omit<DeskAnswer, "groups"> & Group;

/** The question of a desk, of one group or of all: of one county or of all that its owner has, with what stands in the records whose number or place tells nobody what they are about. */
export function questionOf({ code, county, limit }: { code?: GroupCode | undefined; county?: string | undefined; limit?: number }): string {
  const fields = fieldsOfAll(["finding", "fund_event", "complaint", "bulletin"]);
  return addressOf(code === undefined ? "/api/v1/desk" : `/api/v1/desk/${code}`, { county, limit: limit?.toString(), fields });
}

/** The groups that this app knows; a newer server may have others, which have a page elsewhere. */
export function knownGroups(groups: readonly Group[]): Group[] {
  return groups.filter(({ code }) => (GROUPS as readonly string[]).includes(code));
}

/** Where a line is done; nothing where there is no page for it. */
export function addressOfLine(code: GroupCode, line: DeskLine): string | undefined {
  switch (code) {
    case "held":
      return line.held === undefined ? undefined : paths.to(["held", String(line.held.id)]);
    case "conflicts":
      return line.record === undefined ? undefined : paths.to(["settle", line.record]);
    case "missing_diaries":
      return addressOf(paths.to(["list", "diary"]), { project: line.project ?? line.record, state: "missing" });
    case "silent_schools":
      return paths.to(["school", line.school ?? line.record ?? ""]);
    case "devices":
      return addressOf(paths.to(["devices"]), { user: line.device?.user });
    default:
      return line.record === undefined ? undefined : paths.to(["record", line.record]);
  }
}

/** The addresses of those lines that lead from one to the next. */
export function walkOf(code: GroupCode, lines: readonly DeskLine[]): string[] {
  const isList = code === "missing_diaries" || code === "silent_schools" || code === "devices";
  return isList ? [] : lines.flatMap((line) => addressOfLine(code, line) ?? []);
}
