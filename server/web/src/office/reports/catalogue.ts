/** The reports that there are, what each takes, and the address under which it is made. Pure. */

import { addressOf } from "../roads.ts";

export type Form = "html" | "xlsx" | "pdf" | "json" | "zip";
type Parameter = "county" | "at" | "month" | "from" | "project" | "sources";

interface Report {
  name: string;
  takes: readonly Parameter[];
  forms: readonly Form[];
  /** Whether it is of one project. */
  isOfProject?: true;
}

const SHEETS = ["html", "xlsx", "pdf", "json"] as const;
const sheet = <Name extends string>(name: Name, ...takes: Parameter[]): Report & { name: Name } => ({ name, takes: ["county", "at", ...takes], forms: SHEETS });

/** As the server's page of reports has them. */
export const PERIODIC = [
  sheet("dispatch", "month"),
  sheet("ledger"),
  sheet("rectification", "from", "project"),
  sheet("overdue"),
  sheet("funds", "from", "project", "sources"),
  sheet("reminders", "from", "month"),
  sheet("evaluation", "from", "month"),
  sheet("city", "from", "month", "sources"),
] as const satisfies readonly Report[];

export const BOOKS = [
  { name: "diary_book", takes: ["project", "month"], forms: ["html", "pdf"], isOfProject: true },
  { name: "dossier", takes: ["project"], forms: ["zip"], isOfProject: true },
] as const satisfies readonly Report[];

/** What is asked for, for all reports at once: each takes what it knows. */
export interface Asked {
  county?: string | undefined;
  at?: string | undefined;
  month?: string | undefined;
  from?: string | undefined;
  project?: string | undefined;
  sources?: string | undefined;
}

/** The address of a report in a form; nothing where it lacks its project. */
export function addressOfReport(report: Report, form: Form, asked: Asked, lang: string): string | undefined {
  if (report.isOfProject && asked.project === undefined) {
    return undefined;
  }
  const said = Object.fromEntries(report.takes.map((name) => [name, asked[name]]));
  return addressOf(`/api/v1/reports/${report.name}.${form}`, { ...said, lang });
}

/** How many days into a month its reports still are of the one before. */
const JUST_BEGUN = 5;

/** The month that reports are of if nobody says: that of today, or the last one while it has only begun. */
export function usualMonth(today: string): string {
  const [year = 0, month = 1, day = 1] = today.split("-").map(Number);
  const months = year * 12 + month - 1 - (day <= JUST_BEGUN ? 1 : 0);
  return `${Math.floor(months / 12)}-${String((months % 12) + 1).padStart(2, "0")}`;
}
