/** With what the dashboard is compared: a month before, or how the ledger stood when the last bulletin was drawn up. */

import type { Uuid, Value } from "../../protocol/wire.ts";
import { isMap, isText } from "../../protocol/values.ts";
import { useAnswer } from "../answers.ts";
import { type RecordView, pathOf } from "../record/answer.ts";
import type { Query } from "../roads.ts";
import { type Figures, monthBefore, questionOf } from "./answer.ts";

export const SINCE = ["month", "bulletin", "none"] as const;
export type Since = (typeof SINCE)[number];

export function sinceIn(query: Query): Since {
  return SINCE.find((since) => since === query["since"]) ?? "month";
}

/** A bulletin as far as figures can be compared with it. */
interface Frozen {
  number: string | undefined;
  at: string;
  /** `350823:4711` */
  asOf: string;
}

export interface Before {
  figures: Figures["total"] | undefined;
  /** As of which day they are. */
  at: string | undefined;
  /** The number of the bulletin that they are of. */
  number?: string | undefined;
  /** That there is no bulletin to compare with. */
  isNone: boolean;
}

/** How the figures of a scope were. Asked only where somebody wants to know it. */
export function useBefore(since: Since, scope: Query, now: Figures | undefined): Before {
  const county = now?.counties.length === 1 ? now.counties[0]?.county : undefined;
  const published = useAnswer<{ records: { record: Uuid }[] }>(since === "bulletin" && county !== undefined ? `/api/v1/states/bulletin?county=${county}&state=published&limit=1` : undefined);
  const last = published.value?.records[0]?.record;
  const record = useAnswer<RecordView>(last && pathOf(last, { limit: 1 }));
  const frozen = record.value && frozenIn(record.value);
  const at = since === "month" ? now && monthBefore(now.at) : frozen?.at;
  const asked = at === undefined ? undefined : { ...scope, at, ...(since === "bulletin" && frozen ? { as_of: frozen.asOf } : {}) };
  const before = useAnswer<Figures>(since === "none" || asked === undefined ? undefined : questionOf(asked));
  const isNone = since === "bulletin" && (county === undefined || published.value?.records.length === 0 || (record.value !== undefined && frozen === undefined));
  return { figures: before.value?.total, at, number: frozen?.number, isNone };
}

/** What a bulletin says of where its figures were taken; nothing where people differ about that. */
export function frozenIn({ record }: Pick<RecordView, "record">): Frozen | undefined {
  const said = (name: string): Value | undefined => (record.fields[name]?.length === 1 ? record.fields[name][0]?.value : undefined);
  const figures = said("figures");
  const at = figures !== undefined && isMap(figures) ? figures["at"] : undefined;
  const positions = Object.keys(record.fields).flatMap((name) => {
    const position = name.startsWith("cutoff/") ? said(name) : undefined;
    return typeof position === "number" ? [`${name.slice("cutoff/".length)}:${position}`] : [];
  });
  const number = said("number");
  return typeof at === "string" && positions.length === 1 ? { at, asOf: positions.join(","), number: number !== undefined && isText(number) ? number : undefined } : undefined;
}
