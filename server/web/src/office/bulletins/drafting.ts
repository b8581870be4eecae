/** Who drafts bulletins, of which counties, and the question for their figures. Pure. */

import type { Me } from "../../field/record/book.ts";
import type { Directory } from "../names.ts";
import type { Query } from "../roads.ts";
import { type Period, lastPeriod } from "./period.ts";

/** The roles that write bulletins, as the schema has them; it may not be there yet when a page is drawn. */
const WRITERS: readonly string[] = ["project_office", "inspection_office", "city_office"];

export function draftsBulletins({ roles }: Me): boolean {
  return roles.some(({ role }) => WRITERS.includes(role));
}

/** By what the rows of a bulletin are told apart. */
export const BY = ["school", "township", "zone", "project", "county"] as const;
export type By = (typeof BY)[number];

/** What a draft is about, as it stands in the address. */
export interface About extends Period {
  counties: string[];
  by: By;
}

/** What an address asks for; the last two months of the first county where it does not say. */
export function aboutIn(query: Query, { counties }: Pick<Directory, "counties">, today: string): About {
  const whole = counties.filter(({ whole }) => whole).map(({ code }) => code);
  const asked = (query["county"] ?? "").split(",").filter((code) => whole.includes(code));
  const usual = lastPeriod(today);
  const day = (name: "from" | "at") => (/^\d{4}-\d{2}-\d{2}$/.test(query[name] ?? "") ? (query[name] as string) : usual[name]);
  return {
    counties: asked.length > 0 ? asked : whole.slice(0, 1),
    from: day("from"),
    at: day("at"),
    by: BY.find((by) => by === query["by"]) ?? "school",
  };
}

export function draftOf({ counties, from, at, by }: { counties: readonly string[]; from?: string | undefined; at: string; by: string }): string {
  const query = new URLSearchParams({ county: counties.join(","), ...(from === undefined ? {} : { from }), at, by });
  return `/api/v1/bulletins/draft?${query.toString()}`;
}
