/** The contents of a record as a table: each value with who said it and when. */

import { ELSEWHERE, isAlone, isBad, mainWriting, wordsOf } from "../../field/record/values.tsx";
import { type Reader, labelOf } from "../../field/record/show.ts";
import { type RecordState, baseOf, changeOf, headsOf, inConflict, read } from "../../protocol/record.ts";
import type { Field, Kind } from "../../protocol/schema.ts";
import type { FieldName, Head } from "../../protocol/wire.ts";
import { moment } from "../../ui/words/dates.ts";
import { useWords } from "../../ui/words/language.ts";
import { record as words } from "../../ui/words/record.ts";
import { review } from "../../ui/words/review.ts";

interface FieldsProps {
  reader: Reader;
  kind: Kind;
  record: RecordState;
}

export function FieldsTable({ reader, kind, record }: FieldsProps) {
  const say = useWords();
  const names = [...record.fields.keys()];
  const rows = kind.fields
    .filter((field) => !ELSEWHERE.includes(field.name) && field.type !== "photo" && field.type !== "any")
    .flatMap((field) => {
      const own = names.filter((name) => baseOf(name) === field.name && headsOf(record, name).length > 0).sort();
      return own.length === 0 ? [] : [{ field, names: own }];
    });
  if (rows.length === 0) {
    return <p class="soft">{say(review.empty)}</p>;
  }
  // Who wrote most of it is said once, so that what others wrote, and what was changed, stands out.
  const main = mainWriting(record);
  return (
    <div class="table-box">
      <table class="fields">
        <caption>
          {main === undefined ? say(review.fields) : say(isAlone(record, main) ? words.written : words.mainly, { name: main.by_name, at: moment(main.made_at, reader.now, reader.language) })}
        </caption>
        <thead>
          <tr>
            <th scope="col">{say(review.field)}</th>
            <th scope="col">{say(review.value)}</th>
            <th scope="col">{say(review.author)}</th>
          </tr>
        </thead>
        {rows.map(({ field, names }) => (
          <Rows key={field.name} reader={reader} field={field} names={names} record={record} main={main} />
        ))}
      </table>
    </div>
  );
}

interface RowsProps {
  reader: Reader;
  field: Field;
  names: FieldName[];
  record: RecordState;
  main: Head | undefined;
}

/** The values of one field, under its label. What the same person said in one go is signed once. */
function Rows({ reader, field, names, record, main }: RowsProps) {
  const say = useWords();
  const lines = names.flatMap((name) => {
    const heads = headsOf(record, name);
    const reading = read(field.rule, heads);
    const shown = reading.shows === "single" ? [reading.head] : heads;
    const isContested = inConflict(field.rule, heads);
    return shown.map((head) => ({ head, isContested, text: wordsOf(reader, field, name, head, record) }));
  });
  return (
    <tbody>
      {lines.map(({ head, isContested, text }, place) => {
        const before = lines[place - 1]?.head;
        const isOf = (other: Head | undefined) => other !== undefined && changeOf(other.edit) === changeOf(head.edit);
        const isSigned = !isContested && (isOf(before) || isOf(main));
        return (
          <tr key={head.edit} class={isContested ? "contested" : isBad(head) ? "wrong" : ""}>
            {place === 0 ? (
              <th scope="rowgroup" rowSpan={lines.length}>
                {labelOf(field, reader.language)}
              </th>
            ) : null}
            <td class="value-text">{text}</td>
            <td class="by">
              {isSigned ? "" : `${head.by_name} · ${moment(head.made_at, reader.now, reader.language)}`}
              {head.seq === undefined ? <span class="tag told">{say(words.notSentYet)}</span> : null}
            </td>
          </tr>
        );
      })}
    </tbody>
  );
}
