import { useState } from "preact/hooks";
import { baseOf, keyOf } from "../../../protocol/record.ts";
import type { Field } from "../../../protocol/schema.ts";
import { form as words } from "../../../ui/words/form.ts";
import { useWords } from "../../../ui/words/language.ts";
import { choiceLabel, labelOf } from "../../record/show.ts";
import { anchorOf, useDesk } from "../desk.ts";
import { One } from "../field.tsx";
import { Chips } from "./chips.tsx";

/** A field with a value for each of several keys: the parties to an acceptance, money by source. */
export function KeyedCards({ field }: { field: Field }) {
  const say = useWords();
  const desk = useDesk();
  const list = field.key?.choices ?? "";
  const names = [...new Set([...Object.keys(desk.form.single), ...Object.keys(desk.form.typed)])];
  const [begun, setBegun] = useState<string[]>([]);
  const there = names.filter((name) => baseOf(name) === field.name).flatMap((name) => keyOf(name) ?? []);
  const keys = [...new Set([...there, ...begun])];
  const offered = desk.book.schema.choices(list).filter((choice) => !keys.includes(choice.code));
  const keyLabel = labelOf(field.key ?? field, desk.reader.language);
  return (
    <div class="entries">
      {keys.map((key) => (
        <div key={key} class="entry card" role="group" aria-label={choiceLabel(desk.reader, list, key)}>
          <strong>{choiceLabel(desk.reader, list, key)}</strong>
          <One field={field} name={`${field.name}/${key}`} value={desk.form.single[`${field.name}/${key}`]} />
        </div>
      ))}
      {offered.length === 0 ? null : (
        <Chips choices={offered} value={undefined} labelledBy={anchorOf(field.name)} onChoose={(code) => code !== undefined && setBegun([...begun, code])} />
      )}
      {list === "" ? <NewKey label={say(words.addOne, { what: keyLabel })} onAdd={(key) => setBegun([...begun, key])} /> : null}
    </div>
  );
}

function NewKey({ label, onAdd }: { label: string; onAdd: (key: string) => void }) {
  const say = useWords();
  const [text, setText] = useState("");
  const key = text.replaceAll("/", "／").trim().slice(0, 64);
  return (
    <div class="amount-line">
      <input class="input" type="text" value={text} aria-label={label} placeholder={label} onInput={(event) => setText(event.currentTarget.value)} />
      <button type="button" class="button" disabled={key === ""} onClick={() => { onAdd(key); setText(""); }}>
        {say(words.add)}
      </button>
    </div>
  );
}
