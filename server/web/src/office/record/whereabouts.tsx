import type { Reader } from "../../field/record/show.ts";
import type { RecordState } from "../../protocol/record.ts";
import { paths } from "../roads.ts";

/** The school and the project of a record, each a way there. */
export function PlacesLine({ reader: { book }, record }: { reader: Reader; record: RecordState }) {
  const ids = [book.schoolOf(record), book.projectOf(record)];
  const named = ids.flatMap((id) => {
    const name = book.nameOf(id);
    return id === undefined || name === undefined || id === record.id ? [] : [{ id, name }];
  });
  return named.length === 0 ? null : (
    <p class="places-line">
      {named.map(({ id, name }) => (
        <a key={id} href={paths.to(["record", id])}>
          {name}
        </a>
      ))}
    </p>
  );
}
