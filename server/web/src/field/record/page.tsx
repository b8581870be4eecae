/** One record read: what stands in it, where it is, what it waits for. */

import { useState } from "preact/hooks";
import type { RecordState } from "../../protocol/record.ts";
import type { Kind } from "../../protocol/schema.ts";
import { type Verdict, standing } from "../../protocol/signoff.ts";
import { WITHDRAWN } from "../../protocol/withdrawal.ts";
import { useHouse } from "../../ui/house.ts";
import { useLive } from "../../ui/live.ts";
import { to } from "../../ui/route.ts";
import { Button, ButtonLink } from "../../ui/widgets/button.tsx";
import { Empty, Notice } from "../../ui/widgets/notice.tsx";
import { Picture } from "../../ui/widgets/picture.tsx";
import { moment } from "../../ui/words/dates.ts";
import { frame } from "../../ui/words/frame.ts";
import { language, useWords } from "../../ui/words/language.ts";
import { record as words } from "../../ui/words/record.ts";
import { today as todayWords } from "../../ui/words/today.ts";
import { isWrittenIn } from "../form/begin.ts";
import { mayWrite } from "../form/rights.ts";
import { diaryStanding, returnOf, signoffsOf } from "../today/state.ts";
import { openAround } from "./around.ts";
import { kindOf, textIn } from "./book.ts";
import { ConflictCard } from "./conflict.tsx";
import { deedsOf, returnTo } from "./deeds.ts";
import { EarlierValues } from "./earlier.tsx";
import { FindingFollow } from "./follow.tsx";
import { HeldNotices } from "./held.tsx";
import { conflictsIn } from "./settling.ts";
import { type Reader, labelOf } from "./show.ts";
import { SignSheet } from "./sign.tsx";
import { kindBeside, titleOf } from "./title.ts";
import { PhotosRead, Values } from "./values.tsx";
import { whereabouts } from "./whereabouts.ts";
import { Withdraw, Withdrawals } from "./withdraw.tsx";
import "../form/form.css";
import "./record.css";

export function RecordPage({ id }: { id: string }) {
  const say = useWords();
  const { device } = useHouse();
  const opened = useLive(
    async () => {
      const kind = await kindOf(device, id);
      const book = kind === undefined ? undefined : await openAround(device, id, kind);
      return { kind, book };
    },
    [id],
    ["device", "rows", "papers"],
  );
  const draft = useLive(() => device.drafts.of(id), [id], ["drafts"]);
  const phone = useLive(() => device.phone(), [], ["device", "photos"]);
  if (opened === undefined || phone === undefined) {
    return <p class="opening">{say(frame.opening)}</p>;
  }
  const { kind: name } = opened;
  const hasDraft = draft !== undefined && isWrittenIn(draft);
  const book = opened.book?.withPhotos(phone.photos);
  const kind = name === undefined ? undefined : book?.schema.kind(name);
  const record = book?.record(id);
  if (book === undefined || kind === undefined) {
    return (
      <Empty title={say(words.notHere)}>
        <p>{say(words.notHereWhy)}</p>
        <ButtonLink href={to("records")} weight="main">
          {say(words.back)}
        </ButtonLink>
      </Empty>
    );
  }
  const reader = { book, language: language(), now: new Date() };
  return <Reading reader={reader} kind={kind} record={record ?? { id, kind: kind.name, fields: new Map() }} hasDraft={hasDraft} />;
}

interface ReadingProps {
  reader: Reader;
  kind: Kind;
  record: RecordState;
}

function Reading({ reader, kind, record, hasDraft }: ReadingProps & { hasDraft: boolean }) {
  const { book } = reader;
  // Two withdrawals for two reasons are settled where they are told.
  const conflicts = conflictsIn(book, kind, record).filter(({ name }) => name !== WITHDRAWN);
  return (
    <article class="form">
      <Head reader={reader} kind={kind} record={record} />
      <Withdrawals reader={reader} record={record} />
      <Where reader={reader} kind={kind} record={record} />
      <HeldNotices reader={reader} kind={kind} record={record} />
      <Returned reader={reader} kind={kind} record={record} />
      {conflicts.map((conflict) => (
        <ConflictCard key={conflict.name} book={book} reader={reader} kind={kind} record={record} conflict={conflict} />
      ))}
      <Lacks reader={reader} kind={kind} record={record} />
      <Actions reader={reader} kind={kind} record={record} hasDraft={hasDraft} />
      {record.kind === "finding" ? <FindingFollow reader={reader} finding={record} /> : null}
      <Values reader={reader} kind={kind} record={record} />
      <PhotosRead reader={reader} kind={kind} record={record} />
      <Signoffs reader={reader} kind={kind} record={record} />
      <EarlierValues reader={reader} kind={kind} record={record} />
      <Withdraw reader={reader} record={record} />
    </article>
  );
}

function Head({ reader, record }: ReadingProps) {
  const say = useWords();
  const { book } = reader;
  const places = [kindBeside(reader, record), book.nameOf(book.schoolOf(record)), record.kind === "project" ? undefined : book.nameOf(book.projectOf(record))];
  const place = places.filter((name) => name !== undefined).join(" · ");
  return (
    <div class="form-head">
      <h2>
        {titleOf(reader, record)}
        {textIn(record, "late_reason") === undefined ? null : <span class="tag care">{say(words.lateEntry)}</span>}
        <DiaryTag reader={reader} record={record} />
      </h2>
      {place === "" ? null : <p class="soft">{place}</p>}
    </div>
  );
}

/** That a day is done: what it lacks, and that it was sent back or withdrawn, is told below. */
function DiaryTag({ reader, record }: Pick<ReadingProps, "reader" | "record">) {
  const say = useWords();
  const standing = record.kind === "diary" ? diaryStanding(record, reader.book.schema) : "none";
  const isDone = standing === "submitted" || standing === "confirmed";
  return isDone ? <span class="tag good">{say(todayWords[standing])}</span> : null;
}

function Where({ reader, record }: ReadingProps) {
  const say = useWords();
  const where = whereabouts(reader.book.phone, record);
  if (record.fields.size === 0) {
    return null;
  }
  const photos = where.photos.of === 0 ? null : <p>{say(words.photosWait, where.photos)}</p>;
  switch (where.at) {
    case "waiting":
      return (
        <Notice tone="told" title={say(words.waiting)} live>
          <p>{say(words.waitingWhy)}</p>
          {photos}
        </Notice>
      );
    case "office":
      return (
        <Notice tone={where.photos.there < where.photos.of ? "told" : "good"} title={say(words.atOffice)} live>
          {photos}
        </Notice>
      );
    case "settled":
      return photos === null ? null : <Notice tone="good" title={say(words.settled)}>{photos}</Notice>;
  }
}

function Returned({ reader, kind, record }: ReadingProps) {
  const say = useWords();
  const last = returnOf(record, reader.book.schema);
  if (last === undefined) {
    return null;
  }
  const place = { school: reader.book.schoolOf(record), project: reader.book.projectOf(record) };
  return (
    <Notice tone="care" title={say(words.returnedTitle, { name: last.head.by_name })}>
      <p class="version-value">{last.signoff.note}</p>
      {returnTo(reader.book, record) !== undefined && mayWrite(kind, reader.book.me.roles, place) ? (
        <ButtonLink href={to("write", kind.name, record.id)} weight="main">
          {say(words.correct)}
        </ButtonLink>
      ) : null}
    </Notice>
  );
}

function Lacks({ reader, record }: ReadingProps) {
  const say = useWords();
  const missing = record.fields.size === 0 ? [] : reader.book.schema.missing(record);
  const what = missing.map((field) => labelOf(field, reader.language)).join(reader.language === "zh" ? "、" : ", ");
  return missing.length === 0 ? null : <Notice tone="care" title={say(words.incomplete, { what })} />;
}

function Actions({ reader, kind, record, hasDraft }: ReadingProps & { hasDraft: boolean }) {
  const say = useWords();
  const { book } = reader;
  const [signing, setSigning] = useState<Verdict>();
  const { mayEdit, sign, maySendBack } = deedsOf(book, kind, record);
  // What was sent back is corrected from where that is told.
  const isOffered = returnTo(book, record) !== undefined && !hasDraft;
  return (
    <div class="row actions">
      {mayEdit && !isOffered ? (
        <ButtonLink href={to("write", kind.name, record.id)} weight={hasDraft ? "main" : "plain"}>
          {say(hasDraft ? words.goOn : words.edit)}
        </ButtonLink>
      ) : null}
      {sign === undefined ? null : <Button onClick={() => setSigning(sign.verdict)}>{say(sign.verdict === "signed" ? words.sign : words.confirm)}</Button>}
      {maySendBack ? <Button onClick={() => setSigning("returned")}>{say(words.sendBack)}</Button> : null}
      {signing === undefined || sign === undefined ? null : (
        <SignSheet book={book} reader={reader} kind={kind} record={record} role={sign.role} verdict={signing} onDone={() => setSigning(undefined)} />
      )}
    </div>
  );
}

/** What is said of the content that a signature, or a return, was about. */
const STANDINGS = {
  signed: { current: words.stillCovers, changed: words.changedSince },
  returned: { current: words.sinceReturn, changed: words.changedSinceReturn },
};

function Signoffs({ reader, record }: ReadingProps) {
  const say = useWords();
  const signed = signoffsOf(record);
  const by = { signed: words.signed_by, confirmed: words.confirmed_by, returned: words.returned_by, approved: words.approved_by };
  return signed.length === 0 ? null : (
    <section class="card" aria-label={say(words.signoffs)}>
      <h3>{say(words.signoffs)}</h3>
      {signed.map(({ signoff, head }) => (
        <div key={head.edit}>
          <p>
            {say(by[signoff.verdict], { name: signoff.name ?? head.by_name })}
            <span class="soft">{` · ${moment(head.made_at, reader.now, reader.language)}`}</span>
          </p>
          {signoff.note === undefined ? null : <p>{signoff.note}</p>}
          {signoff.drawing === undefined ? null : (
            <div class="drawing">
              <Picture hash={signoff.drawing} size="thumbnail" alt={say(words.drawingOf, { name: signoff.name ?? head.by_name })} missing={say(words.photoNotHere)} />
            </div>
          )}
          <p class="soft">{say(STANDINGS[signoff.verdict === "returned" ? "returned" : "signed"][standing(signoff, record, reader.book.schema) === "current" ? "current" : "changed"])}</p>
        </div>
      ))}
    </section>
  );
}

