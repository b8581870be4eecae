import type { ComponentChildren } from "preact";
import type { Field } from "../../../protocol/schema.ts";
import { isText } from "../../../protocol/values.ts";
import type { Value } from "../../../protocol/wire.ts";
import { form as words } from "../../../ui/words/form.ts";
import { useWords } from "../../../ui/words/language.ts";
import { showValue, labelOf } from "../../record/show.ts";
import { anchorOf, useDesk } from "../desk.ts";
import { type Entry, isBlank } from "../model.ts";
import { Parts } from "./parts.tsx";
import { Reference } from "./reference.tsx";
import { Text } from "./text.tsx";

/** Several entries of one field, each of them a card or a text. */
export function Entries({ field }: { field: Field }) {
  const say = useWords();
  const desk = useDesk();
  const entries = desk.form.sets[field.name] ?? [];
  const isPlain = field.type === "text";
  const empty: Value = isPlain ? "" : {};
  // A text has its empty line from the start, and so has the card of what has to be filled in; any other comes
  // when it is asked for.
  const startsOpen = isPlain || isWanted(desk, field);
  const lines: Entry[] = startsOpen && !entries.some(isOwn(desk, field)) ? [...entries, { value: empty }] : entries;
  const put = (place: number, value: Value) =>
    desk.entries(field.name, (entries) =>
      place < entries.length ? entries.map((entry, at) => (at === place ? { ...entry, value } : entry)) : [...entries, { value }],
    );
  const remove = (place: number) => desk.entries(field.name, (entries) => entries.filter((_, at) => at !== place));
  const add = () => desk.entries(field.name, (entries) => [...entries, { value: empty }]);
  const label = labelOf(field, desk.reader.language);
  // An empty line is there to be written in: another one below it would only be in the way.
  const isRoomLeft = startsOpen && lines.some((entry) => isOwn(desk, field)(entry) && isBlank(entry.value));
  return (
    <div class="entries">
      {lines.map((entry, place) =>
        isOwn(desk, field)(entry) ? (
          <Line key={entry.from ?? `new-${place}`} isCard={!isPlain} label={`${label} ${place + 1}`} onRemove={place < entries.length ? () => remove(place) : undefined}>
            <EntryInput field={field} place={place} value={entry.value} onValue={(value) => put(place, value)} />
          </Line>
        ) : (
          <Told key={entry.from ?? place} field={field} entry={entry} />
        ),
      )}
      {isRoomLeft ? null : (
        <button type="button" class="chip quiet" onClick={add}>
          {say(words.addOne, { what: label })}
        </button>
      )}
    </div>
  );
}

/** Whether the record does not count as submitted without an entry there, as the form stands. */
function isWanted({ form }: ReturnType<typeof useDesk>, { required }: Field): boolean {
  return required === "always" || (typeof required === "object" && form.single[required.if.field] === required.if.value);
}

/** Whether an entry may be changed here: what others said in talk is theirs. */
function isOwn({ form, book }: ReturnType<typeof useDesk>, field: Field) {
  return (entry: Entry) => {
    const head = form.shown[field.name]?.find((head) => head.edit === entry.from);
    return head === undefined || field.talk !== true || head.by === book.me.user.id;
  };
}

function Line({ children, isCard, label, onRemove }: { children: ComponentChildren; isCard: boolean; label: string; onRemove: (() => void) | undefined }) {
  const say = useWords();
  return (
    <div class={isCard ? "entry card" : "entry"}>
      {children}
      {onRemove === undefined ? null : (
        <button type="button" class="remove" aria-label={say(words.removeWhat, { what: label })} onClick={onRemove}>
          {say(words.remove)}
        </button>
      )}
    </div>
  );
}

function EntryInput({ field, place, value, onValue }: { field: Field; place: number; value: Value; onValue: (value: Value) => void }) {
  const { stops } = useDesk();
  const { type, name } = field;
  const stop = stops.find((stop) => stop.why === "part" && stop.name === name && stop.place === place);
  if (typeof type === "object" && "object" in type) {
    return <Parts parts={type.object} value={value} onValue={onValue} lacking={stop?.why === "part" ? stop.part.name : undefined} />;
  }
  if (typeof type === "object" && "ref" in type) {
    return <Reference kind={type.ref} value={isText(value) ? value : undefined} onValue={(given) => onValue(given ?? "")} labelledBy={anchorOf(name)} />;
  }
  return <Text value={isText(value) ? value : ""} onInput={onValue} labelledBy={anchorOf(name)} />;
}

/** What somebody else said. */
function Told({ field, entry }: { field: Field; entry: Entry }) {
  const { form, reader } = useDesk();
  const head = form.shown[field.name]?.find((head) => head.edit === entry.from);
  return (
    <p class="told">
      {showValue(reader, field, entry.value)} <span class="soft">— {head?.by_name}</span>
    </p>
  );
}
