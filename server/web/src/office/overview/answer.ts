/** What `GET /api/v1/indicators` answers, as far as the office reads it, and how it is asked. Pure. */

import type { Uuid } from "../../protocol/wire.ts";
import type { Query } from "../roads.ts";

/** How a figure is printed, and so what its numbers mean. */
export interface Printed {
  as: "percent" | "count" | "mean" | "middle_hours" | "area" | "money";
  decimals?: number;
}

export interface Indicator {
  code: string;
  zh: string;
  en: string;
  printed: Printed;
}

/** A figure, exact and as it is read; without numbers where it is not known. */
export interface Figure {
  numerator?: number;
  denominator?: number;
  printed: string;
  told?: string;
}

/** What is to be known beside figures. A newer server may have others. */
export type Warning =
  | { warning: "plan_differs"; indicator: string; plan: number; projects: number }
  | { warning: "fund_scope_differs"; indicator: string; counted: string[]; whole: string[] }
  | { warning: "disputed" | "damaged"; records: number }
  | { warning: "known_of_now_alone"; indicators: string[] };

export interface Taken {
  county: string;
  name: string;
  city?: string | null;
  position: number;
  whole: boolean;
  plan?: { id: Uuid; name: string; version: string } | null;
  warnings: Warning[];
}

export interface Group {
  key: string;
  name: string;
  county?: string;
  figures: Record<string, Figure>;
}

export interface Figures {
  at: string;
  from?: string;
  to: string;
  by: string;
  counties: Taken[];
  indicators: Indicator[];
  total: Record<string, Figure>;
  count: number;
  groups: Group[];
}

/** By what figures are told apart, in the order in which it is offered. */
export const BYS = ["township", "category", "work_type", "zone", "school", "project", "county"] as const;
export type By = (typeof BYS)[number];

/** The parts of an address that decide what a figure is, the same on every page of figures. */
export const SCOPE = ["county", "city", "at", "from", "to", "plan", "sources", "as_of"] as const;

/** So many groups come in one answer. */
export const MOST_GROUPS = 1000;

/** What a query says of its scope, and nothing else. */
export function scopeIn(query: Query): Query {
  return Object.fromEntries(SCOPE.flatMap((name): [string, string][] => (query[name] ? [[name, query[name]]] : [])));
}

/** By what an address tells figures apart; `otherwise` where it says nothing known. */
export function byIn(query: Query, otherwise: By): By {
  return BYS.find((by) => by === query["by"]) ?? otherwise;
}

/** The question for figures. */
export function questionOf(scope: Query, more: { by?: string; codes?: readonly string[]; group?: string } = {}): string {
  const { by, codes, group } = more;
  const parts = { ...scope, ...(by && { by, limit: String(MOST_GROUPS) }), ...(codes && { codes: codes.join(",") }), ...(group && { group }) };
  return `/api/v1/indicators?${new URLSearchParams(parts).toString()}`;
}

/** The day a month before; the last of its month where that has no such day. */
export function monthBefore(day: string): string {
  const [year = 0, month = 1, date = 1] = day.split("-").map(Number);
  const [before, of] = month === 1 ? [12, year - 1] : [month - 1, year];
  const last = new Date(Date.UTC(of, before, 0)).getUTCDate();
  const two = (number: number) => String(number).padStart(2, "0");
  return `${of}-${two(before)}-${two(Math.min(date, last))}`;
}
