/** What stands in the records that wait: a number alone tells nobody what it is about. */

import type { Schema } from "../../protocol/schema.ts";
import type { Uuid } from "../../protocol/wire.ts";
import { useContents } from "../contents.ts";
import type { Listed } from "../places.ts";
import type { Group } from "./lines.ts";

/** The contents of all lines, by record, as far as they are known. */
export function useSaid(groups: readonly Pick<Group, "code" | "lines">[], schema: Schema | undefined): ReadonlyMap<Uuid, string> {
  const kinds = new Set(groups.filter(({ code }) => code !== "conflicts").flatMap(({ lines }) => lines.map(({ kind }) => kind)));
  const asked = (kind: Listed) => (kinds.has(kind) ? kind : undefined);
  const found = [
    useContents(asked("finding"), {}, schema),
    useContents(asked("fund_event"), {}, schema),
    useContents(asked("complaint"), {}, schema),
    useContents(asked("bulletin"), {}, schema),
  ];
  return new Map(found.flatMap((said) => [...said]));
}
