/** The open findings as the server lists them, and the addresses of lists of some of them. */

import type { Names } from "../names.ts";
import { type Answer, useAnswer } from "../answers.ts";
import { type Contents, fieldsOf } from "../contents.ts";
import { type Query, addressOf, paths } from "../roads.ts";
import { GROUPINGS, type OpenFinding } from "./matrix.ts";

/** So many findings come in one answer. */
const MOST = 1000;

/** What `GET /api/v1/states/finding` answers of those that are open. */
export interface OpenFindings {
  at: string;
  count: number;
  records: OpenFinding[];
  numbers?: Record<string, string>;
  contents?: Contents;
}

/** `contents`: with what they say, for whoever lists them. */
export function useOpenFindings(query: Query, contents?: "contents"): Answer<OpenFindings> {
  const county = query["county"] ? { county: query["county"] } : {};
  const fields = contents === undefined ? {} : { fields: fieldsOf("finding") ?? "" };
  return useAnswer<OpenFindings>(`/api/v1/states/finding?${new URLSearchParams({ ...county, state: "issued,acknowledged,claimed,rejected", limit: String(MOST), ...fields }).toString()}`);
}

/** The parts of an address that say which findings are meant. */
const WHICH = ["county", "age", "severity", "step", ...GROUPINGS] as const;

/** The list of the findings that a count counted. */
export function addressOfList(query: Query, which: Readonly<Record<string, string | undefined>>): string {
  const said = Object.fromEntries(WHICH.map((name) => [name, query[name]]));
  return addressOf(paths.to(["findings-by-age", "list"]), { ...said, ...which });
}

/** What a group is called. */
export function nameOfGroup(names: Names, group: string): string {
  const { townships, zones } = names.directory;
  return names.school(group) ?? townships.find(({ code }) => code === group)?.name ?? zones.find(({ id }) => id === group)?.name ?? group;
}
