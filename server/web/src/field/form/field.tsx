/** One field of a form: its label, the widget for what it holds, and what is wrong with it. */

import type { ComponentChildren } from "preact";
import type { Field } from "../../protocol/schema.ts";
import { isText } from "../../protocol/values.ts";
import type { FieldName, Value } from "../../protocol/wire.ts";
import { form as words } from "../../ui/words/form.ts";
import { useWords } from "../../ui/words/language.ts";
import { countingWord } from "../record/counting.ts";
import { IN_ORDER, OF_DIVISION, labelOf } from "../record/show.ts";
import { anchorOf, useDesk } from "./desk.ts";
import { isCount } from "./keys.ts";
import { LARGE_QUESTIONS } from "./layout.ts";
import { nearDays } from "./near.ts";
import { teachingPointsOf } from "./places.ts";
import { Amount } from "./widgets/amount.tsx";
import { Chips } from "./widgets/chips.tsx";
import { Counters } from "./widgets/counter.tsx";
import { Day, Moment, Month, Time } from "./widgets/day.tsx";
import { Division } from "./widgets/division.tsx";
import { Entries } from "./widgets/entries.tsx";
import { KeyedCards } from "./widgets/keyed.tsx";
import { Parts } from "./widgets/parts.tsx";
import { Photos } from "./widgets/photos.tsx";
import { Question } from "./widgets/question.tsx";
import { Reference } from "./widgets/reference.tsx";
import { Text } from "./widgets/text.tsx";

interface RowProps {
  field: Field;
  hint?: string;
  /** The heading that it stands under: a label that says the same is left to who does not see it. */
  under?: string | undefined;
  /** What comes below the widget, such as what belongs to a bad answer. */
  children?: ComponentChildren;
}

/** A field with its label. */
export function FieldRow({ field, hint, under, children }: RowProps) {
  const say = useWords();
  const { reader, stops } = useDesk();
  const stop = stops.find((stop) => stop.name === field.name);
  const id = anchorOf(field.name);
  const isNeeded = field.required !== "optional";
  const label = labelOf(field, reader.language);
  return (
    <div class={LARGE_QUESTIONS.includes(field.name) ? "field question" : "field"}>
      <h3 id={id} class={label === under && !isNeeded ? "spoken" : "field-label"} tabIndex={-1}>
        {label}
        {isNeeded ? <span class="needed">{` ${say(words.needed)}`}</span> : null}
      </h3>
      {hint === undefined ? null : <p class="soft">{hint}</p>}
      <Widget field={field} />
      {stop?.why === "reason" ? <p class="wrong">{say(words.reasonNeeded)}</p> : null}
      {children}
    </div>
  );
}

/** The widget for what a field holds. */
function Widget({ field }: { field: Field }) {
  const { form } = useDesk();
  if (field.key !== undefined) {
    return isCount(field) ? <Counters field={field} /> : <KeyedCards field={field} />;
  }
  if (field.type === "photo") {
    return <Photos name={field.name} />;
  }
  if (field.rule === "many" || field.rule === "log" || field.rule === "sum") {
    return <Entries field={field} />;
  }
  return <One field={field} name={field.name} value={form.single[field.name]} />;
}

/** The widget of a field that reads as one value, whole or under one key. */
export function One({ field, name, value }: { field: Field; name: FieldName; value: Value | undefined }) {
  const say = useWords();
  const desk = useDesk();
  const id = anchorOf(field.name);
  const text = isText(value) ? value : undefined;
  const put = (given: Value | undefined) => (given === undefined ? desk.clear(name) : desk.set(name, given));
  const { type, unit } = field;
  if (typeof type === "object") {
    return <OneCompound field={field} name={name} value={value} />;
  }
  switch (type) {
    case "bool":
      return (
        <Question
          labelledBy={id}
          large={LARGE_QUESTIONS.includes(field.name)}
          value={typeof value === "boolean" ? value : undefined}
          onAnswer={put}
          answers={answersOf(field.name, say(words.yes), say(words.no), say(words.fine), say(words.bad))}
        />
      );
    case "number":
      return (
        <Amount
          labelledBy={id}
          value={typeof value === "number" ? value : undefined}
          typed={desk.form.typed[name]}
          unit={unit}
          sign={countingWord(desk.reader, field, (name) => desk.form.single[name])}
          broken
          onValue={put}
          onTyped={(typed) => desk.type(name, typed)}
        />
      );
    case "date":
      return <Day labelledBy={id} value={text} onValue={put} today={desk.today} near={nearDays(field)} />;
    case "month":
      return <Month labelledBy={id} value={text} onValue={put} today={desk.today} />;
    case "time":
      return <Time labelledBy={id} value={text} onValue={put} />;
    case "moment":
      return <Moment labelledBy={id} value={text} onValue={put} />;
    default:
      return <Text labelledBy={id} value={text ?? ""} onInput={(written) => put(written === "" ? undefined : written)} />;
  }
}

function OneCompound({ field, name, value }: { field: Field; name: FieldName; value: Value | undefined }) {
  const say = useWords();
  const desk = useDesk();
  const id = anchorOf(field.name);
  const { type, unit } = field;
  const text = isText(value) ? value : undefined;
  const put = (given: Value | undefined) => (given === undefined ? desk.clear(name) : desk.set(name, given));
  if (typeof type !== "object") {
    return null;
  }
  if ("int" in type) {
    return (
      <Amount
        labelledBy={id}
        value={typeof value === "number" ? value : undefined}
        typed={desk.form.typed[name]}
        unit={unit}
        within={type.int}
        onValue={put}
        onTyped={(typed) => desk.type(name, typed)}
      />
    );
  }
  if ("choice" in type && type.choice === "verification_result") {
    return (
      <Question
        labelledBy={id}
        large
        value={text}
        onAnswer={put}
        answers={[
          { value: "通过", label: say(words.passed), tone: "good" },
          { value: "不通过", label: say(words.failed), tone: "bad" },
        ]}
      />
    );
  }
  if ("choice" in type || "open_choice" in type) {
    const list = "choice" in type ? type.choice : type.open_choice;
    return <Chips labelledBy={id} choices={desk.book.schema.choices(list)} value={text} onChoose={put} open={"open_choice" in type} />;
  }
  if ("ref" in type) {
    const among = field.name === "on_behalf_of" ? teachingPointsOf(desk.book, desk.form) : undefined;
    return <Reference kind={type.ref} value={text} onValue={put} labelledBy={id} among={among} />;
  }
  if ("digits" in type && OF_DIVISION.includes(field.name)) {
    return <Division value={text} onValue={put} labelledBy={id} />;
  }
  if ("object" in type) {
    const stop = desk.stops.find((stop) => stop.why === "part" && stop.name === name);
    return <Parts parts={type.object} value={value ?? {}} onValue={put} lacking={stop?.why === "part" ? stop.part.name : undefined} />;
  }
  return <Text labelledBy={id} value={text ?? ""} onInput={(written) => put(written === "" ? undefined : written)} />;
}

/** What the answers are called: a question of safety is in order or not, any other is yes or no. */
function answersOf(name: string, yes: string, no: string, fine: string, bad: string) {
  const isLarge = LARGE_QUESTIONS.includes(name);
  const isOrder = IN_ORDER.includes(name);
  return [
    { value: true, label: isOrder ? fine : yes, tone: isLarge ? ("good" as const) : ("plain" as const) },
    { value: false, label: isOrder ? bad : no, tone: isLarge ? ("bad" as const) : ("plain" as const) },
  ];
}
