/** What whoever writes is told of other windows, of pictures that are gone, and of what stands beside the form. */

import type { RecordState } from "../../protocol/record.ts";
import { forceOf } from "../../protocol/withdrawal.ts";
import { to } from "../../ui/route.ts";
import { Button, ButtonLink } from "../../ui/widgets/button.tsx";
import { Notice } from "../../ui/widgets/notice.tsx";
import { form as words } from "../../ui/words/form.ts";
import { useWords } from "../../ui/words/language.ts";
import { record as recordWords } from "../../ui/words/record.ts";
import { labelOf, showAny } from "../record/show.ts";
import { withdrawalsIn } from "../record/withdrawing.ts";
import { returnOf } from "../today/state.ts";
import { dropBeside, remarkBeside, takeBeside } from "./beside.ts";
import { useDesk } from "./desk.ts";
import { type Beside, declared } from "./model.ts";
import { mayWriteField } from "./rights.ts";

export function OpenElsewhere() {
  const say = useWords();
  return (
    <Notice tone="care" title={say(words.openElsewhere)} live>
      <p>{say(words.openElsewhereWhy)}</p>
    </Notice>
  );
}

export function Gone({ record, onGoOn }: { record: string; onGoOn: () => void }) {
  const say = useWords();
  return (
    <Notice tone="bad" title={say(words.gone)} live>
      <p>{say(words.goneWhy)}</p>
      <div class="row">
        <ButtonLink href={to("record", record)}>{say(words.seeRecord)}</ButtonLink>
        <Button onClick={onGoOn}>{say(words.goOnHere)}</Button>
      </div>
    </Notice>
  );
}

export function LostPhotos({ count, onSaveWithout }: { count: number; onSaveWithout: () => void }) {
  const say = useWords();
  return (
    <Notice tone="bad" title={say(words.lostPhotos, { count })} live>
      <p>{say(words.lostPhotosWhy)}</p>
      <Button onClick={onSaveWithout}>{say(words.saveWithout)}</Button>
    </Notice>
  );
}

/** Why the record was sent back: what is to be put right here. */
export function SentBack({ record }: { record: RecordState }) {
  const say = useWords();
  const { book } = useDesk();
  const last = returnOf(record, book.schema);
  return last === undefined ? null : (
    <Notice tone="care" title={say(recordWords.returnedTitle, { name: last.head.by_name })}>
      <p class="version-value">{last.signoff.note}</p>
    </Notice>
  );
}

interface OverWithdrawnProps {
  record: RecordState;
  onTakeOver: () => void;
}

/** The record was withdrawn: what becomes of that when this is saved, and the way to what stood there. */
export function OverWithdrawn({ record, onTakeOver }: OverWithdrawnProps) {
  const say = useWords();
  const { book, form } = useDesk();
  const [last] = withdrawalsIn(record).slice(-1);
  if (last === undefined || (form.anew !== true && forceOf(record, book.schema) !== "withdrawn")) {
    return null;
  }
  const isAnew = form.anew === true;
  return (
    <Notice tone="care" title={say(words.wasWithdrawn, { name: last.head.by_name, why: last.reason })}>
      <p>{say(isAnew ? words.writtenAnew : words.underWithdrawal)}</p>
      {isAnew ? <Button onClick={onTakeOver}>{say(words.takeOverOld)}</Button> : null}
    </Notice>
  );
}

const WHY = { undeclared: words.besideUndeclared, refused: words.besideRefused, elsewhere: words.besideElsewhere };

/** What was said and does not stand in the form: a person decides. */
export function AllBeside() {
  const { form } = useDesk();
  return (
    <>
      {(form.beside ?? []).map((beside) => (
        <OneBeside key={JSON.stringify(beside)} beside={beside} />
      ))}
    </>
  );
}

function OneBeside({ beside }: { beside: Beside }) {
  const say = useWords();
  const desk = useDesk();
  const { book, kind, form, reader } = desk;
  const field = declared(kind, beside.name);
  const what = field === undefined ? beside.name : labelOf(field, reader.language);
  const value = showAny(reader, field, beside.value);
  const remarks = declared(kind, "remarks");
  const text = (name: string) => (typeof form.single[name] === "string" ? (form.single[name] as string) : undefined);
  const place = { school: text("school"), project: text("project") };
  const mayRemark = remarks !== undefined && mayWriteField(kind, remarks, book.me.roles, place);
  const isUndeclared = beside.why === "undeclared";
  return (
    <Notice tone="care" title={say(WHY[beside.why], { what })} live>
      <p>{say(words.besideSaid, { value })}</p>
      <p class="soft">{say(isUndeclared ? words.besideKept : words.besideNow)}</p>
      <div class="row">
        {isUndeclared ? null : <Button onClick={() => desk.put((form) => takeBeside(book.schema, form, beside))}>{say(words.useThat)}</Button>}
        {isUndeclared && mayRemark ? (
          <Button onClick={() => desk.put((form) => remarkBeside(book.schema, form, beside, say(words.asRemark, { what, value })))}>{say(words.toRemarks)}</Button>
        ) : null}
        <Button weight="quiet" onClick={() => desk.put((form) => dropBeside(form, beside))}>
          {say(words.dropThat)}
        </Button>
      </div>
    </Notice>
  );
}
