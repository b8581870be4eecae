/** Who signed a record, what that covers, and what was changed since. */

import { declared } from "../../field/form/model.ts";
import { type Reader, labelOf } from "../../field/record/show.ts";
import { signoffsOf } from "../../field/today/state.ts";
import { type RecordState, baseOf } from "../../protocol/record.ts";
import type { Kind } from "../../protocol/schema.ts";
import { standing } from "../../protocol/signoff.ts";
import { Picture } from "../../ui/widgets/picture.tsx";
import { moment } from "../../ui/words/dates.ts";
import { useWords } from "../../ui/words/language.ts";
import { record as words } from "../../ui/words/record.ts";
import { review } from "../../ui/words/review.ts";

const SAYS = { signed: words.signed_by, confirmed: words.confirmed_by, returned: words.returned_by, approved: words.approved_by };

export function Signatures({ reader, kind, record }: { reader: Reader; kind: Kind; record: RecordState }) {
  const say = useWords();
  const signed = signoffsOf(record).reverse();
  const roleOf = (role: string) => {
    const named = reader.book.wire.roles.find(({ name }) => name === role);
    return named === undefined ? role : labelOf(named, reader.language);
  };
  return (
    <section class="card" aria-labelledby="signatures">
      <h2 id="signatures">{say(words.signoffs)}</h2>
      {signed.length === 0 ? <p class="soft">{say(review.noSignoffs)}</p> : null}
      {signed.map(({ signoff, head }) => {
        const stands = standing(signoff, record, reader.book.schema);
        const changed = stands === "current" ? [] : [...new Set(stands.changed_since.map(baseOf))].map((name) => labelOf(declared(kind, name) ?? { zh: name, en: name }, reader.language));
        const isReturn = signoff.verdict === "returned";
        return (
          <div key={head.edit} class="signature">
            <p>
              <strong>{say(SAYS[signoff.verdict], { name: signoff.name ?? head.by_name })}</strong>
              <span class="soft">{` · ${roleOf(signoff.role)} · ${moment(head.made_at, reader.now, reader.language)}`}</span>
            </p>
            {signoff.note === undefined ? null : <p>{signoff.note}</p>}
            {signoff.drawing === undefined ? null : (
              <div class="drawing">
                <Picture hash={signoff.drawing} size="thumbnail" alt={say(words.drawingOf, { name: signoff.name ?? head.by_name })} missing={say(review.notArrived)} />
              </div>
            )}
            {stands === "current" ? (
              <p class={isReturn ? "care-text" : "good-text"}>{isReturn ? say(words.sinceReturn) : say(review.coversAll, { count: signoff.covers.length })}</p>
            ) : (
              <p class="care-text">{isReturn ? say(words.changedSinceReturn) : changed.length === 0 ? say(words.changedSince) : say(review.changedIn, { what: changed.join(reader.language === "zh" ? "、" : ", ") })}</p>
            )}
          </div>
        );
      })}
    </section>
  );
}
