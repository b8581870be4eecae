import type { Field } from "../../../protocol/schema.ts";
import { form as words } from "../../../ui/words/form.ts";
import { language, useWords } from "../../../ui/words/language.ts";
import { choiceLabel, labelOf } from "../../record/show.ts";
import { anchorOf, useDesk } from "../desk.ts";
import { keysOf, withKey } from "../keys.ts";
import { readQuantity, showQuantity } from "../quantity.ts";
import { Chips } from "./chips.tsx";
import { OtherKey } from "./newkey.tsx";

/** How many of each: a line a trade with less and more, and chips to add one. */
export function Counters({ field }: { field: Field }) {
  const say = useWords();
  const desk = useDesk();
  const list = field.key?.choices ?? "";
  const keys = keysOf(desk.form, field);
  const offered = desk.book.schema.choices(list).filter((choice) => !keys.includes(choice.code));
  const add = (text: string) => desk.put((form) => withKey(desk.book.schema, form, field, text));
  return (
    <div class="counters">
      {keys.map((key) => (
        <Counter key={key} field={field} trade={key} label={choiceLabel(desk.reader, list, key)} />
      ))}
      {keys.length === 0 ? null : <Total field={field} keys={keys} />}
      <Chips
        choices={offered}
        value={undefined}
        labelledBy={anchorOf(field.name)}
        onChoose={(code) => code !== undefined && add(code)}
        first={6}
      />
      <OtherKey field={field} label={say(words.otherOf, { what: labelOf(field.key ?? field, desk.reader.language) })} />
    </div>
  );
}

function Counter({ field, trade, label }: { field: Field; trade: string; label: string }) {
  const say = useWords();
  const desk = useDesk();
  const name = `${field.name}/${trade}`;
  const value = desk.form.single[name];
  const count = typeof value === "number" ? value : 0;
  const typed = desk.form.typed[name];
  const to = (count: number) => (count < 0 ? undefined : desk.set(name, count));
  const read = (text: string) => {
    const number = readQuantity(text, field.unit);
    return number === undefined || number < 0 ? desk.type(name, text) : desk.set(name, number);
  };
  const isUnread = typed !== undefined && typed.trim() !== "";
  return (
    <div class="counter">
      <span class="counter-label">{label}</span>
      <button type="button" class="step" aria-label={say(words.less, { what: label })} onClick={() => (count > 0 ? to(count - 1) : desk.clear(name))}>
        {count > 0 ? "−" : "×"}
      </button>
      <input
        class="input count"
        type="text"
        inputMode="numeric"
        autocomplete="off"
        aria-label={label}
        value={typed ?? String(count)}
        aria-invalid={isUnread}
        onInput={(event) => read(event.currentTarget.value)}
      />
      <button type="button" class="step" aria-label={say(words.more1, { what: label })} onClick={() => to(count + 1)}>
        +
      </button>
      {isUnread ? <p class="wrong">{say(words.notANumber)}</p> : null}
    </div>
  );
}

function Total({ field, keys }: { field: Field; keys: string[] }) {
  const say = useWords();
  const { form } = useDesk();
  const counts = keys.map((key) => form.single[`${field.name}/${key}`]);
  const sum = counts.reduce<number>((sum, count) => sum + (typeof count === "number" ? count : 0), 0);
  return <p class="soft">{say(words.inAll, { amount: showQuantity(sum, field.unit, language()) })}</p>;
}
