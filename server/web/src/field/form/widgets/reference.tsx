import type { RecordState } from "../../../protocol/record.ts";
import { form as words } from "../../../ui/words/form.ts";
import { useWords } from "../../../ui/words/language.ts";
import { titleOf } from "../../record/title.ts";
import { useDesk } from "../desk.ts";
import { useNamed } from "../named.ts";

interface ReferenceProps {
  id?: string;
  kind: string;
  value: string | undefined;
  onValue: (value: string | undefined) => void;
  labelledBy: string;
  /** Those that it may be; without them any of the kind. */
  among?: RecordState[] | undefined;
}

/** Another record, chosen from those on this device. */
export function Reference({ id, kind, value, onValue, labelledBy, among }: ReferenceProps) {
  const say = useWords();
  const { book, reader, form } = useDesk();
  const named = useNamed(kind);
  const records = (among ?? book.all(kind)).filter((record) => record.id !== form.record);
  const here = new Set(records.map(({ id }) => id));
  const options = [
    ...records.map((record) => ({ id: record.id, name: titleOf(reader, record) })),
    // What is chosen among a few is none of the others.
    ...(among === undefined ? named.filter(({ id }) => !here.has(id) && id !== form.record) : []),
  ];
  const isThere = value === undefined || options.some(({ id }) => id === value);
  if (options.length === 0 && isThere) {
    return <p class="soft">{say(words.nothingToChoose)}</p>;
  }
  return (
    <select
      id={id}
      class="input"
      aria-labelledby={labelledBy}
      value={value ?? ""}
      onChange={(event) => onValue(event.currentTarget.value || undefined)}
    >
      <option value="">{say(words.chooseOne)}</option>
      {isThere ? null : <option value={value}>{say(words.elsewhere)}</option>}
      {options.map(({ id, name }) => (
        <option key={id} value={id}>
          {name}
        </option>
      ))}
    </select>
  );
}
