/** A record as the office reads it: its contents, pictures, signatures and history, and what may be done. */

import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { deedsOf, returnTo } from "../../field/record/deeds.ts";
import { FindingFollow } from "../../field/record/follow.tsx";
import { textIn } from "../../field/record/book.ts";
import { HeldNotices } from "../../field/record/held.tsx";
import { conflictsIn } from "../../field/record/settling.ts";
import { type Reader, labelOf } from "../../field/record/show.ts";
import { SignSheet } from "../../field/record/sign.tsx";
import { titleOf } from "../../field/record/title.ts";
import { Withdraw, Withdrawals } from "../../field/record/withdraw.tsx";
import { isWrittenIn } from "../../field/form/begin.ts";
import { diaryStanding } from "../../field/today/state.ts";
import { keyOf, type RecordState } from "../../protocol/record.ts";
import type { Kind } from "../../protocol/schema.ts";
import type { Verdict } from "../../protocol/signoff.ts";
import { WITHDRAWN } from "../../protocol/withdrawal.ts";
import { allOf } from "../../sync/phone.ts";
import { useHouse } from "../../ui/house.ts";
import { useLive } from "../../ui/live.ts";
import { Button, ButtonLink } from "../../ui/widgets/button.tsx";
import { Notice } from "../../ui/widgets/notice.tsx";
import { frame } from "../../ui/words/frame.ts";
import { language, useWords } from "../../ui/words/language.ts";
import { record as words } from "../../ui/words/record.ts";
import { review } from "../../ui/words/review.ts";
import { states } from "../../ui/words/states.ts";
import { useKeys } from "../keys.ts";
import { AsOf, Known } from "../known.tsx";
import { paths, travel } from "../roads.ts";
import { Walking, useWalk } from "../walking.tsx";
import { About } from "./about.tsx";
import type { RecordView } from "./answer.ts";
import { FieldsTable } from "./fields.tsx";
import { History } from "./history.tsx";
import { useOpened } from "./opened.ts";
import { PhotosShown } from "./photos.tsx";
import { ProofLine } from "./proof.tsx";
import { Signatures } from "./signatures.tsx";
import { PlacesLine } from "./whereabouts.tsx";
import "../../field/form/form.css";
import "../../field/record/record.css";
import "./record.css";

export function RecordPage({ id }: { id: string }) {
  const say = useWords();
  const { device } = useHouse();
  const { answer, book } = useOpened(id);
  const draft = useLive(() => device.drafts.of(id), [id], ["drafts"]);
  const kind = book?.schema.kind(answer.value?.record.kind ?? book.record(id)?.kind ?? "");
  const record = book?.record(id);
  const reading = (view: RecordView) =>
    book === undefined || kind === undefined || record === undefined ? (
      <p class="opening">{say(frame.opening)}</p>
    ) : (
      <Reading
        view={view}
        reader={{ book, language: language(), now: new Date() }}
        kind={kind}
        record={record}
        hasDraft={draft !== undefined && isWrittenIn(draft)}
        asOf={<AsOf answer={answer} />}
      />
    );
  // What the server does not give is shown where it was written here and is on its way, or where there is no line.
  const isOwn = book !== undefined && allOf(book.phone.outbox).some((change) => change.record === id);
  const isHere = answer.value === undefined && (isOwn || answer.state === "no_line");
  return (
    <>
      <Walking address={paths.to(["record", id])} />
      {isHere && record !== undefined ? reading(unsentView(record)) : <Known answer={answer}>{reading}</Known>}
    </>
  );
}

/** A record of which the server knows nothing yet: what was written of it here is on its way. */
function unsentView({ id, kind }: RecordState): RecordView {
  return { record: { id, kind, seq: 0, school: null, project: null, fields: {} }, county: "", history: [], photos: [] };
}

interface ReadingProps {
  view: RecordView;
  reader: Reader;
  kind: Kind;
  record: RecordState;
  hasDraft: boolean;
  asOf: ComponentChildren;
}

function Reading({ view, reader, kind, record, hasDraft, asOf }: ReadingProps) {
  const { book } = reader;
  const conflicts = conflictsIn(book, kind, record).filter(({ name }) => name !== WITHDRAWN);
  useEffect(() => {
    const before = document.title;
    document.title = titleOf(reader, record);
    return () => {
      document.title = before;
    };
  }, [record.id, record]);
  return (
    <article class="review">
      <Head view={view} reader={reader} record={record} asOf={asOf}>
        <Actions reader={reader} kind={kind} record={record} hasDraft={hasDraft} hasConflict={conflicts.length > 0} />
      </Head>
      <div class="review-main">
        {record.kind === "finding" ? <FindingFollow reader={reader} finding={record} /> : null}
        <About reader={reader} kind={kind} record={record} />
        <Withdrawals reader={reader} record={record} />
        <HeldNotices reader={reader} kind={kind} record={record} />
        <Told reader={reader} record={record} />
        {conflicts.length === 0 ? null : <Conflicts reader={reader} record={record} names={conflicts.map(({ name, field }) => [labelOf(field, reader.language), keyOf(name)].filter((word) => word !== undefined).join(" "))} />}
        <FieldsTable reader={reader} kind={kind} record={record} />
        <PhotosShown reader={reader} kind={kind} record={record} evidence={view.photos} />
      </div>
      <div class="review-side">
        <Signatures reader={reader} kind={kind} record={record} />
        <History view={view} reader={reader} kind={kind} record={record} />
        {view.county === "" ? null : <ProofLine county={view.county} seq={view.record.seq} />}
        <div class="no-print">
          <Withdraw reader={reader} record={record} />
        </div>
      </div>
    </article>
  );
}

type HeadProps = Pick<ReadingProps, "view" | "reader" | "record" | "asOf"> & { children: ComponentChildren };

/** What it is, where, and what may be done: at the top on every screen. */
function Head({ view, reader, record, asOf, children }: HeadProps) {
  const say = useWords();
  const { book } = reader;
  const standing = record.kind === "diary" ? diaryStanding(record, book.schema) : undefined;
  return (
    <header class="review-head">
      <div class="page-head">
        <h1>
          {titleOf(reader, record)}
          {view.number === undefined ? null : <span class="soft"> {say(review.number, { number: view.number })}</span>}{" "}
          {standing === "confirmed" ? <span class="tag good">{say(states.confirmed)}</span> : null}
          {standing === "submitted" ? <span class="tag care">{say(states.submitted)}</span> : null}
          {textIn(record, "late_reason") === undefined ? null : <span class="tag told">{say(words.lateEntry)}</span>}
        </h1>
        {asOf}
      </div>
      <div class="review-row">
        <PlacesLine reader={reader} record={record} />
        {children}
      </div>
    </header>
  );
}

/** What is to be known before anything is done: it is on its way, it came back, it is not complete. */
function Told({ reader, record }: Pick<ReadingProps, "reader" | "record">) {
  const say = useWords();
  const { book } = reader;
  const isWaiting = book.phone.outbox.waiting.some((change) => change.record === record.id);
  const last = returnTo(book, record);
  const missing = book.schema.missing(record).map((field) => labelOf(field, reader.language));
  return (
    <>
      {isWaiting ? <Notice tone="told" title={say(review.waiting)} live /> : null}
      {last === undefined ? null : (
        <Notice tone="care" title={say(words.returnedTitle, { name: last.head.by_name })}>
          <p class="version-value">{last.signoff.note}</p>
        </Notice>
      )}
      {missing.length === 0 ? null : <Notice tone="care" title={say(words.incomplete, { what: missing.join(reader.language === "zh" ? "、" : ", ") })} />}
    </>
  );
}

function Conflicts({ reader, record, names }: Pick<ReadingProps, "reader" | "record"> & { names: string[] }) {
  const say = useWords();
  return (
    <Notice tone="care" title={say(review.conflicts, { count: names.length })}>
      <ButtonLink href={paths.to(["settle", record.id])} weight="main">
        {say(review.settleOne, { what: names.join(reader.language === "zh" ? "、" : ", ") })}
      </ButtonLink>
    </Notice>
  );
}

type ActionsProps = Pick<ReadingProps, "reader" | "kind" | "record" | "hasDraft"> & { hasConflict: boolean };

function Actions({ reader, kind, record, hasDraft, hasConflict }: ActionsProps) {
  const say = useWords();
  const { book } = reader;
  const [signing, setSigning] = useState<Verdict>();
  const { mayEdit, sign, maySendBack } = deedsOf(book, kind, record);
  const walk = useWalk(paths.to(["record", record.id]));
  const write = paths.to(["write", kind.name, record.id]);
  const settle = paths.to(["settle", record.id]);
  useKeys({
    c: sign && (() => setSigning(sign.verdict)),
    r: maySendBack ? () => setSigning("returned") : undefined,
    e: mayEdit ? () => travel(write) : undefined,
    s: hasConflict ? () => travel(settle) : undefined,
    p: () => print(),
  });
  return (
    <section class="review-actions no-print" aria-label={say(review.actions)}>
      {sign === undefined ? null : (
        // What a finding waits for is to be mended and looked at again, and not a signature.
        <Button weight={kind.name === "finding" ? "plain" : "main"} onClick={() => setSigning(sign.verdict)}>
          {say(kind.name === "bulletin" ? words.approve : sign.verdict === "signed" ? words.sign : words.confirm)} <kbd>c</kbd>
        </Button>
      )}
      {maySendBack ? (
        <Button onClick={() => setSigning("returned")}>
          {say(words.sendBack)} <kbd>r</kbd>
        </Button>
      ) : null}
      {mayEdit ? (
        <ButtonLink href={write}>
          {say(hasDraft ? words.goOn : words.edit)} <kbd>e</kbd>
        </ButtonLink>
      ) : null}
      <Button weight="quiet" onClick={() => print()}>
        {say(review.print)} <kbd>p</kbd>
      </Button>
      {signing === undefined || sign === undefined ? null : (
        <SignSheet book={book} reader={reader} kind={kind} record={record} role={sign.role} verdict={signing} isDesk onDone={() => setSigning(undefined)} onSigned={() => (setSigning(undefined), walk.goOn())} />
      )}
    </section>
  );
}
