/** Changes of this record that the office holds, or refused: what they say, why, and what to do. */

import { type RecordState, baseOf, keyOf } from "../../protocol/record.ts";
import type { Kind } from "../../protocol/schema.ts";
import type { Change } from "../../protocol/wire.ts";
import { useHouse } from "../../ui/house.ts";
import { go } from "../../ui/route.ts";
import { Button } from "../../ui/widgets/button.tsx";
import { Notice } from "../../ui/widgets/notice.tsx";
import { useWords } from "../../ui/words/language.ts";
import { record as words } from "../../ui/words/record.ts";
import type { Said } from "../form/beside.ts";
import { declared } from "../form/model.ts";
import { takeUpRefused } from "../form/takeup.ts";
import { stamp } from "../../protocol/stamp.ts";
import { type Reader, labelOf, showValue } from "./show.ts";
import { whereabouts } from "./whereabouts.ts";

export function HeldNotices({ reader, kind, record }: { reader: Reader; kind: Kind; record: RecordState }) {
  const say = useWords();
  const { device } = useHouse();
  const { book } = reader;
  const correct = async (change: Change) => {
    await takeUpRefused(device, book, record, saidIn(change), stamp(new Date()));
    go("write", kind.name, record.id);
  };
  return (
    <>
      {whereabouts(book.phone, record).held.map((held) => {
        const isRefused = held.refused !== undefined;
        return (
          <Notice key={held.change.id} tone={isRefused ? "bad" : "care"} title={say(isRefused ? words.refusedTitle : words.heldTitle)}>
            <p>{held.refused === undefined ? say(words.heldSays, { message: held.message }) : say(words.refusedWhy, { reason: held.refused })}</p>
            <p>{say(isRefused ? words.refusedDo : words.heldWhy)}</p>
            <ul class="held-says">
              {saidIn(held.change).map(([name, value], place) => {
                const field = declared(kind, name);
                return field === undefined || field.type === "photo" || field.type === "signoff" ? null : (
                  <li key={place}>{say(words.saysOf, { what: [labelOf(field, reader.language), keyOf(name)].join(" ").trim(), value: showValue(reader, field, value) })}</li>
                );
              })}
            </ul>
            {isRefused ? (
              <Button weight="main" onClick={() => void correct(held.change)}>
                {say(words.correct)}
              </Button>
            ) : null}
          </Notice>
        );
      })}
    </>
  );
}

/** What a change says, but for signatures: those are given anew. */
function saidIn(change: Change): Said[] {
  return change.edits.flatMap((edit): Said[] =>
    edit.value === undefined || baseOf(edit.field) === "signoffs" ? [] : [[edit.field, edit.value]],
  );
}
