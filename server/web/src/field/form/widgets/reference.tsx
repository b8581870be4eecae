import type { RecordState } from "../../../protocol/record.ts";
import { form as words } from "../../../ui/words/form.ts";
import { useWords } from "../../../ui/words/language.ts";
import { titleOf } from "../../record/title.ts";
import { useDesk } from "../desk.ts";

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
  const records = (among ?? book.all(kind)).filter((record) => record.id !== form.record);
  const isThere = value === undefined || records.some((record) => record.id === value);
  if (records.length === 0 && isThere) {
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
      {records.map((record) => (
        <option key={record.id} value={record.id}>
          {titleOf(reader, record)}
        </option>
      ))}
    </select>
  );
}
