/** 作废 on the page of a record: who withdrew it and why, the sheet for it, and the way back. */

import { useState } from "preact/hooks";
import { isTooLong } from "../../protocol/change.ts";
import { type RecordState, baseOf } from "../../protocol/record.ts";
import type { Change } from "../../protocol/wire.ts";
import { covered } from "../../protocol/signoff.ts";
import { forceOf } from "../../protocol/withdrawal.ts";
import { useHouse } from "../../ui/house.ts";
import { Button } from "../../ui/widgets/button.tsx";
import { Notice } from "../../ui/widgets/notice.tsx";
import { Sheet } from "../../ui/widgets/sheet.tsx";
import { moment } from "../../ui/words/dates.ts";
import { form as formWords } from "../../ui/words/form.ts";
import { useWords } from "../../ui/words/language.ts";
import { withdrawal as words } from "../../ui/words/withdrawal.ts";
import { declared } from "../form/model.ts";
import { Text } from "../form/widgets/text.tsx";
import { useKept } from "./kept.ts";
import { type Reader, labelOf } from "./show.ts";
import { titleOf } from "./title.ts";
import { mayWithdraw, mustSayWhy, takingBack, withdrawalsIn, withdrawing } from "./withdrawing.ts";

interface RecordProps {
  reader: Reader;
  record: RecordState;
}

/** What is being done: a record is withdrawn, or counts again. */
type Doing = "withdraw" | "take_back";

/** Who withdrew the record and why; whoever may decides what becomes of that. */
export function Withdrawals({ reader, record }: RecordProps) {
  const say = useWords();
  const { book } = reader;
  const [doing, setDoing] = useState<Doing>();
  const force = forceOf(record, book.schema);
  if (force === "in_force") {
    return null;
  }
  const isContested = force !== "withdrawn";
  const mayDecide = mayWithdraw(book, record);
  const kind = book.schema.kind(record.kind);
  const unseen = isContested ? [...new Set(force.contested.map(baseOf))].map((name) => labelOf((kind && declared(kind, name)) ?? { zh: name, en: name }, reader.language)) : [];
  return (
    <Notice tone={isContested ? "care" : "told"} title={say(isContested ? words.contested : words.withdrawn)}>
      {withdrawalsIn(record).map(({ reason, head }) => (
        <div key={head.edit}>
          <p class="version-value">{reason}</p>
          <p class="soft">{say(words.by, { name: head.by_name, at: moment(head.made_at, reader.now, reader.language) })}</p>
        </div>
      ))}
      {isContested ? <p>{say(words.unseen, { what: unseen.join(reader.language === "zh" ? "、" : ", ") })}</p> : <p>{say(words.stillHere)}</p>}
      {isContested ? <p>{say(mayDecide ? words.decide : words.wait)}</p> : null}
      {mayDecide ? (
        <div class="row actions">
          {isContested ? <Button onClick={() => setDoing("withdraw")}>{say(words.again)}</Button> : null}
          <Button onClick={() => setDoing("take_back")}>{say(words.takeBack)}</Button>
        </div>
      ) : null}
      {doing === undefined ? null : <WithdrawSheet reader={reader} record={record} doing={doing} onDone={() => setDoing(undefined)} />}
    </Notice>
  );
}

/** The way to it: at the end of the page, for those who may. */
export function Withdraw({ reader, record }: RecordProps) {
  const say = useWords();
  const [isAsking, setAsking] = useState(false);
  const isOffered = forceOf(record, reader.book.schema) === "in_force" && mayWithdraw(reader.book, record);
  return (
    <>
      {isOffered ? (
        <Button weight="quiet" onClick={() => setAsking(true)}>
          {say(words.withdraw)}
        </Button>
      ) : null}
      {isAsking ? <WithdrawSheet reader={reader} record={record} doing="withdraw" onDone={() => setAsking(false)} /> : null}
    </>
  );
}

function WithdrawSheet({ reader, record, doing, onDone }: RecordProps & { doing: Doing; onDone: () => void }) {
  const say = useWords();
  const { device } = useHouse();
  const { book } = reader;
  const { value, isUnkept, change, from } = useKept(device, `${doing}/${record.id}`, record.kind, { reason: "" });
  const [state, setState] = useState<"asking" | "incomplete" | "saving" | "failed">("asking");
  // What is on the screen when the sheet is opened is what is withdrawn, and nothing that comes later.
  const [seen] = useState(record);
  const isWithdrawing = doing === "withdraw";
  const isAsked = isWithdrawing || mustSayWhy(book, record);
  const isLacking = isAsked && value.reason.trim() === "";
  const save = async () => {
    if (isLacking || isTooLong(value.reason)) {
      setState("incomplete");
      return;
    }
    setState("saving");
    const said: Change = isWithdrawing ? withdrawing(book, seen, value.reason) : takingBack(book, seen, value.reason);
    await device.save(said, from).then(onDone, () => setState("failed"));
  };
  const asks = say(isWithdrawing ? words.reason : words.backReason);
  const what = titleOf(reader, record);
  return (
    <Sheet title={say(isWithdrawing ? words.title : words.backTitle, { what })} onClose={onDone}>
      <p>{say(isWithdrawing ? words.nothingGoes : words.countsAgain)}</p>
      <p>{say(isWithdrawing ? words.whoSees : words.whoSeesBack)}</p>
      {isWithdrawing ? <p class="soft">{say(words.covers, { count: covered(seen, book.schema).length })}</p> : null}
      {isAsked ? (
        <label class="field">
          {asks}
          <Text value={value.reason} onInput={(reason) => change({ reason })} label={asks} invalid={state === "incomplete" && isLacking} />
        </label>
      ) : null}
      {state === "incomplete" && isLacking ? <p class="wrong" role="alert">{say(words.needsReason)}</p> : null}
      {isUnkept ? <p class="wrong" role="alert">{say(formWords.saveFailed)}</p> : null}
      {state === "failed" ? <p class="wrong" role="alert">{say(words.failed)}</p> : null}
      <Button weight={isWithdrawing ? "danger" : "main"} disabled={state === "saving"} onClick={() => void save()}>
        {say(state === "saving" ? words.saving : isWithdrawing ? words.withdrawYes : words.takeBack)}
      </Button>
    </Sheet>
  );
}
