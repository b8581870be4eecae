import { useId } from "preact/hooks";
import type { FieldType, Part } from "../../../protocol/schema.ts";
import { isMap, isText } from "../../../protocol/values.ts";
import type { Value } from "../../../protocol/wire.ts";
import { form as words } from "../../../ui/words/form.ts";
import { useWords } from "../../../ui/words/language.ts";
import { labelOf } from "../../record/show.ts";
import { useDesk } from "../desk.ts";
import { nearDays } from "../near.ts";
import { Amount } from "./amount.tsx";
import { Chips } from "./chips.tsx";
import { Day, Moment, Time } from "./day.tsx";
import { Question } from "./question.tsx";
import { Reference } from "./reference.tsx";
import { Text } from "./text.tsx";

type Map = { [name: string]: Value };

interface PartsProps {
  parts: Part[];
  value: Value;
  onValue: (value: Value) => void;
  /** The part that stopped a save. */
  lacking?: string | undefined;
}

/** A small card with the parts of one entry. */
export function Parts({ parts, value, onValue, lacking }: PartsProps) {
  const map = isMap(value) ? value : {};
  const change = (name: string, given: Value | undefined) => {
    const { [name]: _, ...rest } = map;
    onValue(given === undefined ? rest : { ...rest, [name]: given });
  };
  return (
    <div class="parts">
      {parts
        .filter((part) => part.type !== "user")
        .map((part) => (
          <PartRow key={part.name} part={part} map={map} lacking={lacking === part.name} onValue={(given) => change(part.name, given)} />
        ))}
    </div>
  );
}

function PartRow({ part, map, lacking, onValue }: { part: Part; map: Map; lacking: boolean; onValue: (value: Value | undefined) => void }) {
  const say = useWords();
  const desk = useDesk();
  const id = useId();
  return (
    <div class="part">
      <span id={id} class="part-label">
        {labelOf(part, desk.reader.language)}
        {part.required ? <span class="needed">{` ${say(words.needed)}`}</span> : null}
      </span>
      <PartInput part={part} value={map[part.name]} id={id} onValue={onValue} />
      {lacking ? <p class="wrong">{say(words.partMissing)}</p> : null}
    </div>
  );
}

interface InputProps {
  value: Value | undefined;
  id: string;
  onValue: (value: Value | undefined) => void;
}

function PartInput({ part, value, id, onValue }: InputProps & { part: Part }) {
  const { type } = part;
  const say = useWords();
  const desk = useDesk();
  const text = isText(value) ? value : undefined;
  if (typeof type === "object") {
    return <CompoundInput type={type} value={value} id={id} onValue={onValue} />;
  }
  switch (type) {
    case "bool":
      return (
        <Question
          labelledBy={id}
          value={typeof value === "boolean" ? value : undefined}
          onAnswer={onValue}
          answers={[
            { value: true, label: say(words.yes), tone: "plain" },
            { value: false, label: say(words.no), tone: "plain" },
          ]}
        />
      );
    case "number":
      return <PartAmount value={value} id={id} onValue={onValue} broken />;
    case "date":
      return <Day labelledBy={id} value={text} onValue={onValue} today={desk.today} near={part.ahead === true ? nearDays(part) : []} />;
    case "time":
      return <Time labelledBy={id} value={text} onValue={onValue} />;
    case "moment":
      return <Moment labelledBy={id} value={text} onValue={onValue} />;
    default:
      return <Text labelledBy={id} value={text ?? ""} onInput={(written) => onValue(written === "" ? undefined : written)} />;
  }
}

function CompoundInput({ type, value, id, onValue }: InputProps & { type: Exclude<FieldType, string> }) {
  const desk = useDesk();
  const text = isText(value) ? value : undefined;
  if ("int" in type) {
    return <PartAmount value={value} id={id} onValue={onValue} within={type.int} />;
  }
  if ("ref" in type) {
    return <Reference kind={type.ref} value={text} onValue={onValue} labelledBy={id} />;
  }
  if ("choice" in type || "open_choice" in type) {
    const list = "choice" in type ? type.choice : type.open_choice;
    const isOpen = "open_choice" in type;
    return <Chips labelledBy={id} choices={desk.book.schema.choices(list)} value={text} onChoose={onValue} open={isOpen} />;
  }
  return <Text labelledBy={id} value={text ?? ""} onInput={(written) => onValue(written === "" ? undefined : written)} />;
}

/** In a card, what is no number yet stands as text; a save says which card it is in. */
function PartAmount({ value, id, onValue, ...rest }: { value: Value | undefined; id: string; onValue: (value: Value | undefined) => void; broken?: boolean; within?: { min: number; max: number } }) {
  const typed = isText(value) ? { typed: value } : { typed: undefined };
  return (
    <Amount
      {...rest}
      {...typed}
      labelledBy={id}
      value={typeof value === "number" ? value : undefined}
      onValue={onValue}
      onTyped={onValue}
    />
  );
}
