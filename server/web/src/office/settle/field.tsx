/** One field in conflict: its versions beside each other, and what may be decided. */

import { useState } from "preact/hooks";
import { DeskProvider, anchorOf } from "../../field/form/desk.ts";
import { One } from "../../field/form/field.tsx";
import { type Form, openSettlement } from "../../field/form/model.ts";
import { deskOver } from "../../field/record/conflict.tsx";
import { type Reader, labelOf, showValue } from "../../field/record/show.ts";
import { type RecordState, changeOf, keyOf } from "../../protocol/record.ts";
import type { Kind } from "../../protocol/schema.ts";
import { equal } from "../../protocol/values.ts";
import type { Head, Value } from "../../protocol/wire.ts";
import { useHouse } from "../../ui/house.ts";
import { Button } from "../../ui/widgets/button.tsx";
import { moment } from "../../ui/words/dates.ts";
import { useWords } from "../../ui/words/language.ts";
import { settle as words } from "../../ui/words/settle.ts";
import type { RecordView } from "../record/answer.ts";
import type { Contested, Decision } from "./settling.ts";

interface ContestedProps {
  reader: Reader;
  kind: Kind;
  record: RecordState;
  contested: Contested;
  view: RecordView;
  decision: Decision | undefined;
  onDecide: (decision: Decision | undefined) => void;
}

export function ContestedField({ reader, kind, record, contested, view, decision, onDecide }: ContestedProps) {
  const say = useWords();
  const { device } = useHouse();
  const { field, name, heads, unsent, mayDecide, base, proposal } = contested;
  const key = keyOf(name);
  const what = [labelOf(field, reader.language), key].filter((word) => word !== undefined).join(" ");
  const group = `decide-${anchorOf(name)}`;
  const seen = heads.map(({ edit }) => edit);
  const take = (value: Value) => onDecide({ value, seen });
  const isOneOfThem = decision !== undefined && heads.some(({ value }) => equal(value, decision.value));
  const isProposal = decision !== undefined && !isOneOfThem && decision.value === proposal;
  const [own, setOwn] = useState<Form | undefined>(() => (decision === undefined || isOneOfThem || isProposal ? undefined : { ...openSettlement(record, name), single: { [name]: decision.value } }));
  const write = (change: (form: Form) => Form) => {
    const next = change(own ?? openSettlement(record, name));
    setOwn(next);
    const value = next.single[name];
    onDecide(value === undefined ? undefined : { value, seen });
  };
  return (
    <fieldset class="contested-field card">
      <legend>{what}</legend>
      {base === undefined ? null : <p class="soft">{say(words.before, { value: showValue(reader, field, base) })}</p>}
      <div class="sides" role="radiogroup" aria-label={say(words.versions, { what })}>
        {heads.map((head, place) => (
          <label key={head.edit} class={decision !== undefined && own === undefined && equal(head.value, decision.value) ? "side chosen" : "side"}>
            {mayDecide ? <input type="radio" name={group} checked={own === undefined && decision !== undefined && equal(head.value, decision.value)} onChange={() => (setOwn(undefined), take(head.value))} /> : null}
            <span class="side-value">{showValue(reader, field, head.value)}</span>
            <WhoWhen reader={reader} head={head} view={view} isOfficial={place === 0} />
          </label>
        ))}
        {proposal !== undefined && mayDecide ? (
          <label class={isProposal && own === undefined ? "side proposal chosen" : "side proposal"}>
            <input type="radio" name={group} checked={isProposal && own === undefined} onChange={() => (setOwn(undefined), take(proposal))} />
            <span class="tag told">{say(words.combine)}</span>
            <span class="side-value">{proposal}</span>
            <span class="soft">{say(words.combineWhy)}</span>
          </label>
        ) : null}
        {mayDecide ? (
          <label class={own === undefined ? "side" : "side chosen"}>
            <input type="radio" name={group} checked={own !== undefined} onChange={() => (setOwn(openSettlement(record, name)), onDecide(undefined))} />
            <span>{say(words.another)}</span>
          </label>
        ) : null}
      </div>
      {own === undefined ? null : (
        <DeskProvider value={deskOver({ book: reader.book, reader, kind, form: own, put: write }, device)}>
          <span id={anchorOf(field.name)} class="spoken">
            {what}
          </span>
          <One field={field} name={name} value={own.single[name]} />
          {proposal === undefined ? null : (
            <Button weight="quiet" onClick={() => write((form) => ({ ...form, single: { ...form.single, [name]: proposal } }))}>
              {say(words.combine)}
            </Button>
          )}
        </DeskProvider>
      )}
      {unsent > 0 ? <p class="care-text">{say(words.tooMany, { count: unsent })}</p> : mayDecide ? null : <p class="care-text">{say(words.mayNot)}</p>}
    </fieldset>
  );
}

/** Who wrote it, when, on which device, and when it came. */
function WhoWhen({ reader, head, view, isOfficial }: { reader: Reader; head: Head; view: RecordView; isOfficial: boolean }) {
  const say = useWords();
  const at = (when: string) => moment(when, reader.now, reader.language);
  const entry = view.history.find(({ change }) => change?.id === changeOf(head.edit));
  return (
    <span class="soft">
      {say(words.by, { name: head.by_name, made: at(head.made_at) })}
      {entry === undefined ? null : ` · ${say(words.receivedAt, { received: at(entry.received_at) })}`}
      {` · ${say(words.device, { device: head.device.slice(-4) })}`}
      {isOfficial ? ` · ${say(words.official)}` : null}
    </span>
  );
}
