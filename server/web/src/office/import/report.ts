/** What the server says of a table: what it would change, or changed. Pure. */

import type { Uuid } from "../../protocol/wire.ts";
import type { Language } from "../../ui/words/catalogue.ts";

/** The kinds of which there are tables, in the order in which a county fills them in. */
export const KINDS = ["division", "school", "programme", "plan", "project", "contract", "equipment_item", "zone_scheme", "zone", "checklist"] as const;
export type TableKind = (typeof KINDS)[number];

export type Action = "new" | "changed" | "restored" | "unchanged" | "error";

export interface Issue {
  cell?: string;
  zh: string;
  en: string;
}

export interface Warning extends Issue {
  code: string;
  count: number;
  records?: Uuid[];
}

export interface RecordPlan {
  rows: number[];
  action: Action;
  record?: Uuid;
  name: string;
  fields?: { field: string; label: string; cell?: string; old: string[]; new: string }[];
  issues?: Issue[];
  held?: { code: string; zh: string; en: string };
}

export interface Report {
  import?: Uuid;
  seq?: [number, number];
  county: string;
  kind: string;
  token: string;
  counts: { new: number; changed: number; restored: number; unchanged: number; errors: number; held: number };
  issues: Issue[];
  warnings: Warning[];
  records: RecordPlan[];
}

export interface Withdrawn {
  import: Uuid;
  withdrawn: number;
  put_back: number;
  held: number;
  kept: { record: Uuid; name: string; zh: string; en: string }[];
}

/** How many records would be written. */
export function written({ counts }: Report): number {
  return counts.new + counts.changed + counts.restored;
}

/** How many things are to be mended before anything is imported. */
export function faults({ issues, records }: Report): number {
  return issues.length + records.reduce((sum, { action, issues = [] }) => sum + (action === "error" ? Math.max(1, issues.length) : 0), 0);
}

/** The report that came with a refusal; nothing where none did. */
export function reportIn(said: unknown): Report | undefined {
  const report = (said as { report?: Partial<Report> } | null | undefined)?.report;
  return report !== undefined && Array.isArray(report.records) && typeof report.token === "string" ? (report as Report) : undefined;
}

/** How the records stand in the list: what is wrong first, then what changes, as it stands in the file. */
export function inOrder(records: readonly RecordPlan[]): RecordPlan[] {
  const order: Action[] = ["error", "changed", "restored", "new", "unchanged"];
  return [...records].sort((one, other) => order.indexOf(one.action) - order.indexOf(other.action) || (one.rows[0] ?? 0) - (other.rows[0] ?? 0));
}

export function wordsOf(issue: { zh: string; en: string }, language: Language): string {
  return language === "zh" ? issue.zh : issue.en;
}
