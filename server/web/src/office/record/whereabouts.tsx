import type { Reader } from "../../field/record/show.ts";
import type { RecordState } from "../../protocol/record.ts";
import { useWords } from "../../ui/words/language.ts";
import { site as words } from "../../ui/words/site.ts";
import { paths } from "../roads.ts";

/** The school and the project of a record, each a way there; of a school or a project itself, the way to its page. */
export function PlacesLine({ reader: { book }, record }: { reader: Reader; record: RecordState }) {
  const say = useWords();
  const ids = [
    ["school", book.schoolOf(record)],
    ["project", book.projectOf(record)],
  ] as const;
  const named = ids.flatMap(([page, id]) => {
    const name = id === record.id ? say(page === "school" ? words.schoolPage : words.projectPage) : book.nameOf(id);
    return id === undefined || name === undefined ? [] : [{ page, id, name }];
  });
  return named.length === 0 ? null : (
    <p class="places-line">
      {named.map(({ page, id, name }) => (
        <a key={id} href={paths.to([page, id])}>
          {name}
        </a>
      ))}
    </p>
  );
}
