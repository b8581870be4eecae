import { useState } from "preact/hooks";
import type { Field } from "../../../protocol/schema.ts";
import { form as words } from "../../../ui/words/form.ts";
import { useWords } from "../../../ui/words/language.ts";
import { useDesk } from "../desk.ts";
import { newKeyOf, withKey } from "../keys.ts";

/** What is tapped next must not move away under the finger, in milliseconds. */
const PATIENCE_MS = 250;

/**
 * A key that is not offered, such as another trade. What is typed is kept like all else, and counts as
 * added once the line is left: nobody has to know that there is a button for it.
 */
export function NewKey({ field, label, onAdded }: { field: Field; label: string; onAdded?: () => void }) {
  const say = useWords();
  const desk = useDesk();
  const name = newKeyOf(field);
  const isBegun = desk.form.typed[name] !== undefined;
  const add = () => {
    if (isBegun) {
      desk.put((form) => (form.typed[name] === undefined ? form : withKey(desk.book.schema, form, field, form.typed[name])));
      onAdded?.();
    }
  };
  return (
    <div class="amount-line">
      <input
        class="input"
        type="text"
        value={desk.form.typed[name] ?? ""}
        aria-label={label}
        placeholder={label}
        onInput={(event) => desk.type(name, event.currentTarget.value)}
        onBlur={() => setTimeout(add, PATIENCE_MS)}
        onKeyDown={(event) => {
          if (event.key === "Enter" && !event.isComposing) {
            event.preventDefault();
            add();
          }
        }}
      />
      <button type="button" class="button" onClick={add}>
        {say(words.add)}
      </button>
    </div>
  );
}

/** The same behind a chip: seldom wanted. What was begun stands open. */
export function OtherKey({ field, label }: { field: Field; label: string }) {
  const { form } = useDesk();
  const [isOpen, setOpen] = useState(false);
  return isOpen || form.typed[newKeyOf(field)] !== undefined ? (
    <NewKey field={field} label={label} onAdded={() => setOpen(false)} />
  ) : (
    <button type="button" class="chip quiet" onClick={() => setOpen(true)}>
      {label}
    </button>
  );
}
