/** On the page of a school or a project: what may be begun there. */

import { textIn } from "../../field/record/book.ts";
import { type Reader, labelOf } from "../../field/record/show.ts";
import type { RecordState } from "../../protocol/record.ts";
import { ButtonLink } from "../../ui/widgets/button.tsx";
import { begin as words } from "../../ui/words/begin.ts";
import { useWords } from "../../ui/words/language.ts";
import { addressOf, paths } from "../roads.ts";
import { kindsToBegin, mayBeginAt } from "./kinds.ts";
import { asksOf } from "./places.ts";
import "./new.css";

export function BeginHere({ reader, record }: { reader: Reader; record: RecordState }) {
  const say = useWords();
  const { book, language } = reader;
  const isProject = record.kind === "project";
  const [school, project] = [book.schoolOf(record), isProject ? record.id : undefined];
  const sort = textIn(record, "class");
  const place = { ...(school === undefined ? {} : { school }), ...(project === undefined ? {} : { project }) };
  const fits = isProject ? ["project", "school_or_project"] : ["school", "school_or_project"];
  const kinds = kindsToBegin(book.wire.kinds, book.me.roles)
    .flatMap(({ kinds }) => kinds)
    .filter((kind) => fits.includes(asksOf(kind)) && mayBeginAt(kind, book.me.roles, place, sort === "equipment" || sort === "building" ? sort : undefined));
  return kinds.length === 0 ? null : (
    <details class="begin-here no-print">
      <summary>{say(words.here)}</summary>
      <div class="kinds-to-begin">
        {kinds.map((kind) => (
          <ButtonLink key={kind.name} href={addressOf(paths.to(["new", kind.name]), { school: project === undefined ? school : undefined, project })}>
            {labelOf(kind, language)}
          </ButtonLink>
        ))}
      </div>
    </details>
  );
}
