import type { Field } from "../../../protocol/schema.ts";
import { form as words } from "../../../ui/words/form.ts";
import { useWords } from "../../../ui/words/language.ts";
import { labelOf, showKey } from "../../record/show.ts";
import { anchorOf, useDesk } from "../desk.ts";
import { One } from "../field.tsx";
import { keysOf } from "../keys.ts";
import { Chips } from "./chips.tsx";
import { NewKey } from "./newkey.tsx";

/** A field with a value for each of several keys: the parties to an acceptance, money by source. */
export function KeyedCards({ field }: { field: Field }) {
  const say = useWords();
  const desk = useDesk();
  const list = field.key?.choices ?? "";
  const keys = keysOf(desk.form, field);
  const offered = desk.book.schema.choices(list).filter((choice) => !keys.includes(choice.code));
  const keyLabel = labelOf(field.key ?? field, desk.reader.language);
  return (
    <div class="entries">
      {keys.map((key) => (
        <div key={key} class="entry card" role="group" aria-label={showKey(desk.reader, field, key)}>
          <strong>{showKey(desk.reader, field, key)}</strong>
          <One field={field} name={`${field.name}/${key}`} value={desk.form.single[`${field.name}/${key}`]} />
          <button
            type="button"
            class="remove"
            aria-label={say(words.removeWhat, { what: showKey(desk.reader, field, key) })}
            onClick={() => desk.clear(`${field.name}/${key}`)}
          >
            {say(words.remove)}
          </button>
        </div>
      ))}
      {offered.length === 0 ? null : (
        <Chips choices={offered} value={undefined} labelledBy={anchorOf(field.name)} onChoose={(code) => code !== undefined && desk.type(`${field.name}/${code}`, "")} />
      )}
      {list === "" ? <NewKey field={field} label={say(words.addOne, { what: keyLabel })} /> : null}
    </div>
  );
}
