import { useMemo } from "preact/hooks";
import { baseOf, headsOf, keyOf } from "../../protocol/record.ts";
import type { Field } from "../../protocol/schema.ts";
import { isText } from "../../protocol/values.ts";
import { month, shortDay } from "../../ui/words/dates.ts";
import { form as words } from "../../ui/words/form.ts";
import { useWords } from "../../ui/words/language.ts";
import { choiceLabel, showKey, showValue } from "../record/show.ts";
import { useDesk } from "./desk.ts";
import { accept, followsBy, lastBefore, offered } from "./proposals.ts";

/** The afternoon is mostly as the morning was. */
export function AsMorning() {
  const say = useWords();
  const desk = useDesk();
  const morning = desk.form.single["weather_am"];
  if (!isText(morning) || desk.form.single["weather_pm"] !== undefined) {
    return null;
  }
  return (
    <button type="button" class="offer" onClick={() => desk.set("weather_pm", morning)}>
      {say(words.asMorning, { weather: choiceLabel(desk.reader, "weather", morning) })}
    </button>
  );
}

/** One tap takes what the last diary or report said, which is shown on the button; nothing is taken by itself. */
export function AsBefore({ field }: { field: Field }) {
  const say = useWords();
  const desk = useDesk();
  const { book, form, kind, reader } = desk;
  const by = followsBy(kind.name, field.name);
  const [project, when] = [form.single["project"], by === undefined ? undefined : form.single[by]];
  const last = useMemo(() => {
    const ours = book.all(kind.name).filter((record) => headsOf(record, "project").some((head) => head.value === project));
    return by !== undefined && isText(when) ? lastBefore(ours, by, when) : undefined;
  }, [book, kind, project, by, when]);
  const isEmpty =
    form.single[field.name] === undefined &&
    (form.sets[field.name] ?? []).length === 0 &&
    !Object.keys(form.single).some((name) => baseOf(name) === field.name);
  if (last === undefined || by === undefined || !isEmpty) {
    return null;
  }
  const offer = offered(book.schema, last, field.name);
  const values = Object.entries(offer).flatMap(([name, values]) => {
    const key = keyOf(name);
    const shown = key === undefined ? undefined : showKey(reader, field, key);
    return values.map((value) => [shown, showValue(reader, field, value)].filter(isText).join(" "));
  });
  if (values.length === 0) {
    return null;
  }
  const before = String(headsOf(last, by)[0]?.value ?? "");
  return (
    <button type="button" class="offer" onClick={() => desk.put((form) => accept(book.schema, form, offer))}>
      <span>{by === "month" ? say(words.sameAsIn, { month: month(before) }) : say(words.sameAs, { day: shortDay(before) })}</span>
      <span class="soft">{values.join(reader.language === "zh" ? "、" : ", ")}</span>
    </button>
  );
}
