import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { isTooLong } from "../../protocol/change.ts";
import { keyOf } from "../../protocol/record.ts";
import type { RecordState } from "../../protocol/record.ts";
import type { Field, Kind } from "../../protocol/schema.ts";
import { newId } from "../../protocol/ids.ts";
import type { Head, Value } from "../../protocol/wire.ts";
import { useHouse } from "../../ui/house.ts";
import { Button } from "../../ui/widgets/button.tsx";
import { Notice } from "../../ui/widgets/notice.tsx";
import { moment } from "../../ui/words/dates.ts";
import { useWords } from "../../ui/words/language.ts";
import { record as words } from "../../ui/words/record.ts";
import { form as formWords } from "../../ui/words/form.ts";
import { stamp } from "../../protocol/stamp.ts";
import { DeskProvider, anchorOf, type Desk } from "../form/desk.ts";
import { One } from "../form/field.tsx";
import { changeOfForm } from "../form/edits.ts";
import { type Form, clear, openSettlement, set, type } from "../form/model.ts";
import { isSigned } from "../form/submission.ts";
import { Text } from "../form/widgets/text.tsx";
import type { Book } from "./book.ts";
import { useKept } from "./kept.ts";
import type { Conflict } from "./settling.ts";
import { type Reader, labelOf, showValue } from "./show.ts";

interface ConflictProps {
  book: Book;
  reader: Reader;
  kind: Kind;
  record: RecordState;
  conflict: Conflict;
}

/** The version of one's own, as far as it is written. */
type Own = Pick<Form, "single" | "typed">;

/** Both versions side by side: who wrote what, when, where. Whoever wrote one of them may settle it. */
export function ConflictCard({ book, reader, kind, record, conflict }: ConflictProps) {
  const say = useWords();
  const { device } = useHouse();
  const { field, name, heads, unsent, maySettle } = conflict;
  const kept = useKept(device, `settle/${record.id}/${name}`, kind.name, { reason: "", own: undefined as Own | undefined });
  const { reason, own: written } = kept.value;
  // What was on the screen when it was opened is what is settled, and nothing that came later.
  const [opened, setOpened] = useState<Form>();
  const [isFailed, setFailed] = useState(false);
  useEffect(() => {
    if (written !== undefined && opened === undefined) {
      setOpened(openSettlement(record, name));
    }
  }, [written !== undefined]);
  const own = opened && written && { ...opened, ...written };
  const key = keyOf(name);
  const what = key === undefined ? labelOf(field, reader.language) : `${labelOf(field, reader.language)} ${key}`;
  const mustSay = isSigned(record, book.me.user.id) && kind.fields.some((field) => field.name === "reason" && field.talk === true);
  const settle = async (form: Form) => {
    const reasoned = mustSay && reason.trim() !== "" ? set(book.schema, form, "reason", reason) : form;
    const change = changeOfForm(book.schema, reasoned, newId(), stamp(new Date()));
    if (change !== undefined) {
      await device.save(change, kept.from).then(
        () => setFailed(false),
        () => setFailed(true),
      );
    }
  };
  const write = (change: (form: Form) => Form) => {
    const { single, typed } = change(own ?? openSettlement(record, name));
    kept.change({ own: { single, typed } });
  };
  const choose = (value: Value) => settle(set(book.schema, openSettlement(record, name), name, value));
  const isReady = (!mustSay || reason.trim() !== "") && !isTooLong(reason);
  return (
    <Notice tone="care" title={say(words.conflictTitle, { what })}>
      <p>{say(words.conflictWhy)}</p>
      <div class="versions">
        {heads.map((head) => (
          <Version key={head.edit} head={head} book={book} reader={reader} field={field}>
            {maySettle ? (
              <Button disabled={!isReady} label={say(words.useThisOf, { name: head.by_name, value: showValue(reader, field, head.value) })} onClick={() => void choose(head.value)}>
                {say(words.useThis)}
              </Button>
            ) : null}
          </Version>
        ))}
      </div>
      {unsent > 0 ? <p>{say(words.moreSiblings, { count: unsent })}</p> : null}
      {maySettle && mustSay ? <Text value={reason} onInput={(reason) => kept.change({ reason })} label={say(formWords.reasonTitle)} placeholder={say(formWords.reasonNeeded)} /> : null}
      <p>{say(maySettle ? words.conflictSettle : words.conflictWait)}</p>
      {maySettle && own === undefined ? (
        <Button onClick={() => write((form) => form)}>{say(words.writeAnother)}</Button>
      ) : null}
      {isFailed || kept.isUnkept ? <p class="wrong" role="alert">{say(formWords.saveFailedWhy)}</p> : null}
      {own === undefined ? null : (
        <DeskProvider value={deskOver({ book, reader, kind, form: own, put: write }, device)}>
          <span id={anchorOf(field.name)} class="spoken">
            {what}
          </span>
          <One field={field} name={name} value={own.single[name]} />
          <Button weight="main" disabled={!isReady || own.single[name] === undefined || isTooLong(own.single[name])} onClick={() => void settle(own)}>
            {say(words.settle)}
          </Button>
        </DeskProvider>
      )}
    </Notice>
  );
}

function Version({ head, book, reader, field, children }: { head: Head; book: Book; reader: Reader; field: Field; children: ComponentChildren }) {
  const say = useWords();
  const isHere = head.device === book.phone.owner.device;
  return (
    <div class="version card">
      <p class="version-value">{showValue(reader, field, head.value)}</p>
      <p class="soft">{say(words.wroteIt, { name: head.by_name, at: moment(head.made_at, reader.now, reader.language) })}</p>
      <p class="soft">
        {say(isHere ? words.onThisPhone : words.onOtherPhone)}
        {head.seq === undefined ? ` · ${say(words.notSentYet)}` : null}
      </p>
      {children}
    </div>
  );
}

interface Over {
  book: Book;
  reader: Reader;
  kind: Kind;
  form: Form;
  put: (change: (form: Form) => Form) => void;
}

/** The widgets of forms, over a form of one field. */
export function deskOver({ book, reader, kind, form, put }: Over, device: Desk["device"]): Desk {
  return {
    ...{ device, book, reader, kind, form, put, draft: form.record, stops: [] },
    today: stamp(reader.now).slice(0, 10),
    set: (name, value) => put((form) => set(book.schema, form, name, value)),
    clear: (name) => put((form) => clear(form, name)),
    type: (name, text) => put((form) => type(form, name, text)),
    entries: () => undefined,
    keepsOriginals: false,
    keepOriginals: () => undefined,
    await: (work) => work(),
  };
}
