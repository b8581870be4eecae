/** What a list is asked for: its filters as they stand in the address, and the question that they make. Pure. */

import { fieldsOf } from "../contents.ts";
import type { Listed } from "../places.ts";
import type { Query } from "../roads.ts";

/** How many lines a page of a list has. */
export const PAGE = 50;

/** The states and marks by which a kind is filtered, in the order in which they are offered. */
export const FILTERS: Readonly<Record<Listed, { states: readonly string[]; marks: readonly string[] }>> = {
  diary: { states: ["submitted", "confirmed", "returned", "draft", "missing"], marks: ["late", "changed_since_confirmed", "photos_missing", "disputed"] },
  finding: { states: ["issued", "acknowledged", "claimed", "rejected", "closed"], marks: ["overdue", "grave", "considerable", "repeated", "disputed", "in_bulletin", "next_bulletin", "next_interview"] },
  project: {
    states: ["planned", "approved", "designed", "contracted", "started", "suspended", "accepted", "filed", "in_use", "settled", "handed_over", "closed"],
    marks: ["behind", "irregular", "disputed"],
  },
  equipment_item: { states: ["listed", "tendered", "sample_sealed", "contracted", "delivered", "accepted", "paid", "in_service"], marks: ["doubtful", "disputed"] },
  fund_event: { states: ["waiting", "counted", "reversed"], marks: ["education_key", "finance_key", "disputed"] },
  complaint: { states: ["received", "taken", "replied"], marks: ["overdue"] },
  bulletin: { states: ["draft", "returned", "approved", "published", "corrected"], marks: ["unapproved"] },
};

/** The parts of an address that a list reads. */
const NAMES = ["county", "school", "project", "state", "mark", "from", "to"] as const;

/** The page that is asked for, from 0. Nonsense in an address is the first page. */
export function pageIn(query: Query): number {
  const page = Number(query["page"] ?? "1");
  return Number.isInteger(page) && page > 1 ? page - 1 : 0;
}

/** The question to the server: what stands in the address and is known there, and nothing else. */
export function questionOf(kind: Listed, query: Query): string {
  const said = NAMES.flatMap((name): [string, string][] => {
    const value = query[name];
    return value === undefined || value === "" ? [] : [[name, value]];
  });
  const [skip, fields] = [pageIn(query) * PAGE, fieldsOf(kind)];
  const all: [string, string][] = [...said, ...(skip > 0 ? [["skip", String(skip)] as [string, string]] : []), ["limit", String(PAGE)], ...(fields === undefined ? [] : [["fields", fields] as [string, string]])];
  return `/api/v1/states/${kind}?${new URLSearchParams(all).toString()}`;
}

/** Whether anything is left out of the list. */
export function isFiltered(query: Query): boolean {
  return NAMES.some((name) => (query[name] ?? "") !== "");
}
