/** Programmes, plans, zone schemes, checklists, code lists, divisions and contracts: each a short list of its records. */

import type { Me } from "../../field/record/book.ts";
import { labelOf } from "../../field/record/show.ts";
import type { Kind, WireSchema } from "../../protocol/schema.ts";
import { isText } from "../../protocol/values.ts";
import type { Uuid, Value } from "../../protocol/wire.ts";
import { directory as words } from "../../ui/words/directory.ts";
import { language, useWords } from "../../ui/words/language.ts";
import { useAnswer } from "../answers.ts";
import { mayBegin } from "../new/kinds.ts";
import { paths } from "../roads.ts";

/** What tells the records of each apart. */
const SAYS = {
  programme: ["name", "from_year", "to_year"],
  plan: ["name", "version", "document_no", "approved_on"],
  zone_scheme: ["name", "from", "to"],
  checklist: ["name", "version", "theme", "from"],
  code_list: ["list"],
  division: ["name", "code"],
} as const;

interface Line {
  id: Uuid;
  fields: Record<string, Value[]>;
}

export function Plans({ county, wire, me }: { county: string | undefined; wire: WireSchema | undefined; me: Me }) {
  return (
    <div class="plans">
      {(Object.keys(SAYS) as (keyof typeof SAYS)[]).flatMap((name) => {
        const kind = wire?.kinds.find((kind) => kind.name === name);
        return kind === undefined ? [] : [<Records key={name} kind={kind} says={SAYS[name]} county={county} isOffered={mayBegin(kind, me.roles)} />];
      })}
    </div>
  );
}

function Records({ kind, says, county, isOffered }: { kind: Kind; says: readonly string[]; county: string | undefined; isOffered: boolean }) {
  const say = useWords();
  const query = new URLSearchParams({ kind: kind.name, fields: says.join(","), limit: "200", ...(county === undefined ? {} : { county }) });
  const { value } = useAnswer<{ records: Line[] }>(`/api/v1/records?${query.toString()}`);
  const label = labelOf(kind, language());
  const records = [...(value?.records ?? [])].sort((one, other) => titleOf(one, says).localeCompare(titleOf(other, says), "zh-CN", { numeric: true }));
  return (
    <section class="card" aria-label={label}>
      <h2>{label}</h2>
      {value !== undefined && records.length === 0 ? <p class="soft">{say(kind.name === "checklist" || kind.name === "code_list" ? words.shipped : words.nothingOf)}</p> : null}
      <ul class="named-places">
        {records.map((line) => (
          <li key={line.id}>
            <a href={paths.to(["record", line.id])} data-line>
              {titleOf(line, says)}
            </a>
          </li>
        ))}
      </ul>
      {isOffered ? (
        <p class="no-print">
          <a href={paths.to(["new", kind.name])}>{say(words.newOf, { kind: label })}</a>
        </p>
      ) : null}
    </section>
  );
}

function titleOf({ fields }: Line, says: readonly string[]): string {
  const said = says.flatMap((name) => {
    const value = fields[name]?.[0];
    return value === undefined ? [] : [isText(value) ? value : String(value)];
  });
  return said.join(" · ") || "—";
}
