/** The equipment of a school or a project. */

import type { Schema } from "../../protocol/schema.ts";
import type { Uuid } from "../../protocol/wire.ts";
import { columnDay } from "../../ui/words/dates.ts";
import { useWords } from "../../ui/words/language.ts";
import { site as words } from "../../ui/words/site.ts";
import { useAnswer } from "../answers.ts";
import { type Contents, fieldsOf, saidOf } from "../contents.ts";
import { addressOf, paths } from "../roads.ts";
import type { Mark } from "../states.ts";
import { MarkTags, StateTag } from "../tags.tsx";
import type { Of } from "./findings.tsx";
import { Section } from "./parts.tsx";

const MOST = 12;

interface Items {
  count: number;
  records: { record: Uuid; state: string; day?: string | null; marks: Mark[] }[];
  contents?: Contents;
}

/** Nothing at all where there is none: most schools build and buy nothing at the same time. */
export function EquipmentOf({ of, schema }: { of: Of; schema: Schema | undefined }) {
  const say = useWords();
  const { value } = useAnswer<Items>(addressOf("/api/v1/states/equipment_item", { ...of, limit: String(MOST), fields: fieldsOf("equipment_item") }));
  if (value === undefined || value.count === 0) {
    return null;
  }
  const now = new Date();
  return (
    <Section id="equipment" title={`${say(words.equipment)} ${value.count}`} more={{ href: addressOf(paths.to(["list", "equipment_item"]), { ...of }), text: say(words.allEquipment) }}>
      <div class="table-box">
        <table class="lines">
          <thead>
            <tr>
              <th scope="col">{say(words.item)}</th>
              <th scope="col">{say(words.state)}</th>
              <th scope="col" class="when">
                {say(words.cameOn)}
              </th>
            </tr>
          </thead>
          <tbody>
            {value.records.map(({ record, state, day, marks }) => (
              <tr key={record}>
                <td>
                  <a href={paths.to(["record", record])} data-line>
                    {saidOf(value.contents, schema, "equipment_item", record) || say(words.equipment)}
                  </a>
                </td>
                <td class="tags">
                  <StateTag kind="equipment_item" state={state} />
                  <MarkTags marks={marks} />
                </td>
                <td class="when" data-label={say(words.cameOn)}>{day == null ? "" : columnDay(day, now)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Section>
  );
}
