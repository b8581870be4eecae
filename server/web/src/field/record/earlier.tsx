/** Earlier values of a record, asked for: from the office where there is a line, else as far as the phone has them. */

import { useState } from "preact/hooks";
import type { Device } from "../../db/device.ts";
import { type RecordState, emptyRecord, keyOf, recordOf } from "../../protocol/record.ts";
import type { Kind } from "../../protocol/schema.ts";
import { isMap, isText } from "../../protocol/values.ts";
import type { FieldName, Value } from "../../protocol/wire.ts";
import { outsideOf } from "../../sync/browser.ts";
import { Office } from "../../sync/office.ts";
import { useHouse } from "../../ui/house.ts";
import { Button } from "../../ui/widgets/button.tsx";
import { moment } from "../../ui/words/dates.ts";
import { languageTag, useWords } from "../../ui/words/language.ts";
import { record as words } from "../../ui/words/record.ts";
import { declared } from "../form/model.ts";
import { type Replaced, type Told, type Turn, turnsOf } from "./history.ts";
import { type Reader, choiceLabel, labelOf, showValue } from "./show.ts";

interface EarlierProps {
  reader: Reader;
  kind: Kind;
  record: RecordState;
}

type State = "closed" | "asking" | { turns: Turn[]; isWhole: boolean };

export function EarlierValues({ reader, kind, record }: EarlierProps) {
  const say = useWords();
  const { device } = useHouse();
  const [state, setState] = useState<State>("closed");
  const look = async () => {
    setState("asking");
    setState(await history(device, reader, record));
  };
  if (record.fields.size === 0) {
    return null;
  }
  if (typeof state === "string") {
    return (
      <Button weight="quiet" disabled={state === "asking"} onClick={() => void look()}>
        {say(state === "asking" ? words.earlierAsking : words.earlierSee)}
      </Button>
    );
  }
  return (
    <section class="card" aria-label={say(words.earlierTitle)} role="status">
      <h3>{say(words.earlierTitle)}</h3>
      {state.isWhole ? null : <p>{say(words.earlierHere)}</p>}
      {state.turns.length === 0 ? <p class="soft">{say(words.earlierNone)}</p> : null}
      {state.turns.map((turn) => (
        <div key={turn.id}>
          <p class="soft">{say(words.whoWhen, { name: turn.by_name, at: moment(turn.made_at, reader.now, reader.language) })}</p>
          <ul class="held-says">
            {turn.replaced.map((replaced) => (
              <Line key={replaced.field} reader={reader} kind={kind} replaced={replaced} />
            ))}
          </ul>
        </div>
      ))}
    </section>
  );
}

function Line({ reader, kind, replaced }: { reader: Reader; kind: Kind; replaced: Replaced }) {
  const say = useWords();
  const { field, before, after } = replaced;
  const what = labelled(reader, kind, field);
  const said = before.map((earlier) => `“${worded(reader, kind, field, earlier.value)}”`).join(reader.language === "zh" ? "、" : ", ");
  return <li>{after === undefined ? say(words.earlierGone, { what, before: said }) : say(words.earlierLine, { what, before: said, after: worded(reader, kind, field, after) })}</li>;
}

/** A field with its key, as people call it. */
export function labelled(reader: Reader, kind: Kind, name: FieldName): string {
  const [field, key] = [declared(kind, name), keyOf(name)];
  const label = labelOf(field ?? { zh: name, en: name }, reader.language);
  return key === undefined ? label : `${label} ${choiceLabel(reader, field?.key?.choices ?? "", key)}`;
}

/** A value that stands in a change, in words. */
export function worded(reader: Reader, kind: Kind, name: FieldName, value: Value): string {
  const field = declared(kind, name);
  if (field?.type === "photo") {
    const of = (part: string) => (isMap(value) && isText(value[part]) ? value[part] : "");
    return [choiceLabel(reader, "photo_category", of("category")), of("caption")].filter((word) => word !== "").join(" ") || labelOf(field, reader.language);
  }
  return field === undefined ? String(value) : showValue(reader, field, value);
}

/** From the office, page by page; without a line from the outbox, over what the office sent before. */
async function history(device: Device, { book }: Reader, record: RecordState): Promise<{ turns: Turn[]; isWhole: boolean }> {
  const [row, token] = await Promise.all([device.row(record.id), device.token()]);
  const { waiting, kept } = book.phone.outbox;
  const ours = (change: Told["change"]) => change.record === record.id;
  const by_name = book.phone.owner.name;
  const unsent = waiting.filter(ours).map((change): Told => ({ change, by_name }));
  const sent = kept.filter(({ change }) => ours(change)).map(({ change, seq }): Told => ({ change, seq, by_name }));
  const stands = row === undefined ? emptyRecord(record.id, record.kind) : recordOf(row);
  const asked = row === undefined && sent.length === 0 ? [] : await new Office(outsideOf(window, device, languageTag), token ?? "").history(record.id).catch(() => undefined);
  return { turns: turnsOf([...(asked ?? sent), ...unsent], stands), isWhole: asked !== undefined };
}
