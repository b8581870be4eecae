/** An event of money on its page: who gave which key, how it stands to the works, and what may follow. */

import { useState } from "preact/hooks";
import { begin } from "../../field/form/begin.ts";
import { localTime } from "../../field/form/days.ts";
import { mayWrite, signingRoles } from "../../field/form/rights.ts";
import { textIn } from "../../field/record/book.ts";
import { KEY_OF, type Key, hasGiven, isPayment, keysIn, roleToGive } from "../../field/record/payment.ts";
import type { Reader } from "../../field/record/show.ts";
import { SignSheet } from "../../field/record/sign.tsx";
import { type RecordState, headsOf } from "../../protocol/record.ts";
import type { Kind } from "../../protocol/schema.ts";
import { stamp } from "../../protocol/stamp.ts";
import type { FieldName, Uuid, Value } from "../../protocol/wire.ts";
import { useAttempt } from "../../ui/attempt.tsx";
import { useHouse } from "../../ui/house.ts";
import { Button } from "../../ui/widgets/button.tsx";
import { Notice } from "../../ui/widgets/notice.tsx";
import { moment } from "../../ui/words/dates.ts";
import { funds as words } from "../../ui/words/funds.ts";
import { useWords } from "../../ui/words/language.ts";
import { useAnswer } from "../answers.ts";
import { paths, travel } from "../roads.ts";
import { Progress } from "./progress.tsx";
import "./funds.css";

export interface FundProps {
  reader: Reader;
  kind: Kind;
  record: RecordState;
}

export function FundEvent({ reader, kind, record }: FundProps) {
  return (
    <>
      {isPayment(record) ? <KeysGiven reader={reader} kind={kind} record={record} /> : null}
      {isPayment(record) ? <Progress reader={reader} record={record} /> : null}
      <Following reader={reader} kind={kind} record={record} />
    </>
  );
}

function KeysGiven({ reader, kind, record }: FundProps) {
  const say = useWords();
  const { book } = reader;
  const [signing, setSigning] = useState<string>();
  const keys = keysIn(record, book.schema);
  const place = { school: book.schoolOf(record), project: book.projectOf(record) };
  const roles = signingRoles(kind, book.me.roles, place);
  const role = roleToGive(record, book.schema, roles, book.me.user.id);
  const isWhole = keys.education !== undefined && keys.finance !== undefined;
  const isMine = !isWhole && hasGiven(record, book.schema, book.me.user.id);
  const missing = (["education", "finance"] as const).filter((key) => keys[key] === undefined);
  return (
    <section class="card keys-given" aria-labelledby="two-keys">
      <h2 id="two-keys">{say(words.keys)}</h2>
      <ul>
        <KeyLine reader={reader} of="education" given={keys.education} />
        <KeyLine reader={reader} of="finance" given={keys.finance} />
      </ul>
      {keys.both === undefined ? null : (
        <Notice tone="care" title={say(words.twoPeople)} live>
          <p>{say(words.gaveBoth, { name: keys.both.signoff.name ?? keys.both.head.by_name })}</p>
        </Notice>
      )}
      {isMine && keys.both === undefined && roles.filter((role) => KEY_OF[role] !== undefined).length > 1 ? <Notice tone="told" title={say(words.twoPeople)} /> : null}
      <p class="soft">{isWhole ? say(words.counts) : isMine ? say(words.youGave) : role === undefined ? missing.map((key) => say(words.waitsFor, { key: say(words[key]) })).join("") : say(words.keysWhy)}</p>
      {role === undefined ? null : (
        <div class="row no-print">
          <Button weight="main" onClick={() => setSigning(role)}>
            {say(words.give, { key: say(words[KEY_OF[role] ?? "education"]) })}
          </Button>
        </div>
      )}
      {signing === undefined ? null : <SignSheet book={book} reader={reader} kind={kind} record={record} role={signing} verdict="approved" isDesk onDone={() => setSigning(undefined)} />}
    </section>
  );
}

function KeyLine({ reader, of, given }: { reader: Reader; of: Key; given: ReturnType<typeof keysIn>[Key] }) {
  const say = useWords();
  return (
    <li>
      <span>{say(words[of])}</span>
      {given === undefined ? (
        <span class="tag care">{say(words.missing)}</span>
      ) : (
        <span class="good-text">{say(words.given, { name: given.signoff.name ?? given.head.by_name, at: moment(given.head.made_at, reader.now, reader.language) })}</span>
      )}
    </li>
  );
}

interface EventLine {
  id: Uuid;
  fields: { reverses?: Uuid[] };
}

/** What may follow an event: an application is paid, a mistake is reversed. */
function Following({ reader, kind, record }: FundProps) {
  const say = useWords();
  const { device } = useHouse();
  const { book } = reader;
  const [attempt, failed] = useAttempt();
  const place = { school: book.schoolOf(record), project: book.projectOf(record) };
  const query = new URLSearchParams({ kind: "fund_event", fields: "reverses", limit: "200", ...(place.project === undefined ? (place.school === undefined ? {} : { school: place.school }) : { project: place.project }) });
  const { value } = useAnswer<{ records: EventLine[] }>(`/api/v1/records?${query.toString()}`);
  const reversal = value?.records.find(({ fields }) => fields.reverses?.includes(record.id) === true);
  const moves = mayWrite(kind, book.me.roles, place) && book.me.roles.some(({ role }) => KEY_OF[role] !== undefined);
  const isReversal = textIn(record, "reverses") !== undefined;
  const isApplication = textIn(record, "type") === "申请";
  const amount = headsOf(record, "amount")[0]?.value;
  const follow = async (said: Record<FieldName, Value>) => {
    const now = new Date();
    const same = ["project", "school", "county", "source", "payee", "contract"].flatMap((name): [FieldName, Value][] => {
      const value = textIn(record, name);
      return value === undefined ? [] : [[name, value]];
    });
    const id = await begin(device, book, "fund_event", { ...Object.fromEntries(same), date: localTime(now).day, ...said }, stamp(now));
    if (id !== undefined) {
      travel(paths.to(["write", "fund_event", id]));
    }
  };
  return (
    <div class="fund-follows">
      {reversal === undefined ? null : (
        <p>
          <a href={paths.to(["record", reversal.id])}>{say(words.reversedBy)}</a>
        </p>
      )}
      {moves && typeof amount === "number" ? (
        <div class="row no-print">
          {isApplication ? (
            <Button weight="main" onClick={() => attempt(() => follow({ type: "拨付", amount }))}>
              {say(words.payIt)}
            </Button>
          ) : null}
          {isReversal || reversal !== undefined ? null : <Button onClick={() => attempt(() => follow({ type: textIn(record, "type") ?? "拨付", amount: -amount, reverses: record.id }))}>{say(words.reverse)}</Button>}
        </div>
      ) : null}
      {moves ? <p class="soft no-print">{say(words.appendOnly)}</p> : null}
      {failed}
    </div>
  );
}
