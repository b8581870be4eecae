/** What a list is asked for: its filters as they stand in the address, and the question that they make. Pure. */

import type { Listed } from "../places.ts";
import type { Query } from "../roads.ts";

/** How many lines a page of a list has, as somebody asks for; the first when nobody does. */
export const SIZES = [50, 200, 1000] as const;

/** In which order a list can stand, the first when nobody asks. */
export const SORTS = ["urgent", "newest", "oldest", "due"] as const;
export type Sort = (typeof SORTS)[number];

/** The states and marks by which a kind is filtered, in the order in which they are offered. */
export const FILTERS: Readonly<Record<Listed, { states: readonly string[]; marks: readonly string[] }>> = {
  diary: { states: ["submitted", "confirmed", "returned", "draft", "missing"], marks: ["late", "changed_since_confirmed", "photos_missing", "disputed"] },
  finding: { states: ["issued", "acknowledged", "claimed", "rejected", "closed"], marks: ["overdue", "grave", "repeated", "disputed", "in_bulletin", "next_bulletin", "next_interview"] },
  project: {
    states: ["planned", "approved", "designed", "contracted", "started", "suspended", "accepted", "filed", "in_use", "settled", "handed_over", "closed"],
    marks: ["behind", "irregular", "disputed"],
  },
  equipment_item: { states: ["listed", "tendered", "sample_sealed", "contracted", "delivered", "accepted", "paid", "in_service"], marks: ["doubtful", "disputed"] },
  fund_event: { states: ["waiting", "counted", "reversed"], marks: ["education_key", "finance_key", "disputed"] },
  complaint: { states: ["received", "taken", "replied"], marks: ["overdue"] },
  bulletin: { states: ["draft", "returned", "approved", "published", "corrected"], marks: ["unapproved"] },
};

/** The parts of an address by which a list leaves something out. */
const NAMES = ["county", "school", "project", "state", "mark", "from", "to"] as const;

/** The page that is asked for, from 0. Nonsense in an address is the first page. */
export function pageIn(query: Query): number {
  const page = Number(query["page"] ?? "1");
  return Number.isInteger(page) && page > 1 ? page - 1 : 0;
}

/** How many lines a page has. */
export function sizeIn(query: Query): number {
  return SIZES.find((size) => String(size) === query["size"]) ?? SIZES[0];
}

export function sortIn(query: Query): Sort {
  return SORTS.find((sort) => sort === query["sort"]) ?? SORTS[0];
}

/** Which lines are asked for, and in which order: what stands in the address and is known, and nothing else. */
function linesOf(query: Query): [string, string][] {
  const said = NAMES.flatMap((name): [string, string][] => (query[name] ? [[name, query[name]]] : []));
  const sort = sortIn(query);
  return sort === SORTS[0] ? said : [...said, ["sort", sort]];
}

/** The question to the server for the page that is shown. */
export function questionOf(kind: Listed, query: Query): string {
  const size = sizeIn(query);
  const skip = pageIn(query) * size;
  const all: [string, string][] = [...linesOf(query), ...(skip > 0 ? [["skip", String(skip)] as [string, string]] : []), ["limit", String(size)]];
  return `/api/v1/states/${kind}?${new URLSearchParams(all).toString()}`;
}

/** Where all lines are had as a file: the same as on all pages, in the same order, with these columns. */
export function fileOf(kind: Listed, query: Query, columns: string, format: "csv" | "xlsx", language: string): string {
  const all: [string, string][] = [...linesOf(query), ["columns", columns], ["lang", language]];
  return `/api/v1/export/list/${kind}.${format}?${new URLSearchParams(all).toString()}`;
}

/** By how many filters something is left out of the list. */
export function filtersIn(query: Query): number {
  return NAMES.filter((name) => (query[name] ?? "") !== "").length;
}
