/** What the page of a bulletin shows besides its words: where it stands, its figures, and what is done next. */

import { useState } from "preact/hooks";
import { localTime } from "../../field/form/days.ts";
import { textIn } from "../../field/record/book.ts";
import { type Reader, labelOf } from "../../field/record/show.ts";
import { signoffsOf } from "../../field/today/state.ts";
import { declared } from "../../field/form/model.ts";
import { mayWrite } from "../../field/form/rights.ts";
import { type RecordState, baseOf, headsOf } from "../../protocol/record.ts";
import type { Kind } from "../../protocol/schema.ts";
import { isText } from "../../protocol/values.ts";
import type { Change } from "../../protocol/wire.ts";
import { useHouse } from "../../ui/house.ts";
import { Button, ButtonLink } from "../../ui/widgets/button.tsx";
import { Notice } from "../../ui/widgets/notice.tsx";
import { Sheet } from "../../ui/widgets/sheet.tsx";
import { bulletin as words } from "../../ui/words/bulletin.ts";
import { day, moment } from "../../ui/words/dates.ts";
import { useWords } from "../../ui/words/language.ts";
import { useAnswer } from "../answers.ts";
import { useNames } from "../names.ts";
import { MakingShown, useDownload } from "../reports/download.tsx";
import { addressOf, paths } from "../roads.ts";
import { draftOf } from "./drafting.ts";
import { Figures } from "./figures.tsx";
import { type Draft, type Frozen, countiesIn, differenceOf, frozenIn, isSame } from "./frozen.ts";
import { BULLETINS, type BulletinLine } from "./list.tsx";
import { Proof } from "./proof.tsx";
import { type BulletinStand, published, refreshed, standOf } from "./stand.ts";
import "./bulletins.css";

interface BodyProps {
  reader: Reader;
  kind: Kind;
  record: RecordState;
}

export function BulletinBody({ reader, kind, record }: BodyProps) {
  const say = useWords();
  const names = useNames();
  const stand = standOf(record, reader.book.schema);
  const figures = frozenIn(record);
  const counties = countiesIn(record);
  const texts = headsOf(record, "text").flatMap(({ value }) => (isText(value) ? [value] : []));
  return (
    <>
      <Steps reader={reader} kind={kind} record={record} stand={stand} />
      <Deeds reader={reader} kind={kind} record={record} stand={stand} />
      {texts.length === 0 ? null : (
        <section class="card" aria-labelledby="bulletin-says">
          <h2 id="bulletin-says">{say(words.text)}</h2>
          {texts.map((text, place) => (
            <p key={place} class="version-value">
              {text}
            </p>
          ))}
        </section>
      )}
      {figures === undefined ? (
        <Notice tone="care" title={say(words.unreadable)} />
      ) : (
        <section class="card" aria-labelledby="frozen">
          <h2 id="frozen">{say(words.figures)}</h2>
          <p class="soft">{say(words.asOf, { from: figures.from === undefined ? "" : say(words.fromDay, { day: day(figures.from) }), at: day(figures.at), position: counties.map((county) => String(headsOf(record, `cutoff/${county}`)[0]?.value ?? "")).join(" · ") })}</p>
          {stand.state === "published" ? <Figures figures={figures} counties={counties} names={names} /> : <Since reader={reader} kind={kind} record={record} figures={figures} counties={counties} />}
          <Proof id={record.id} />
        </section>
      )}
    </>
  );
}

interface StandProps extends BodyProps {
  stand: BulletinStand;
}

/** 起草 → 批准 → 发布: who did each when, and whose turn it is. */
function Steps({ reader, kind, record, stand }: StandProps) {
  const say = useWords();
  const { review, changed, state } = stand;
  const who = (name: string, at: string) => say(words.byAt, { name, at: moment(at, reader.now, reader.language) });
  const drafted = headsOf(record, "figures")[0];
  const isApproved = review !== undefined && review.signoff.verdict !== "returned" && changed.length === 0;
  const publishing = headsOf(record, "published_on")[0];
  const what = [...new Set(changed.map(baseOf))].map((name) => labelOf(declared(kind, name) ?? { zh: name, en: name }, reader.language)).join(reader.language === "zh" ? "、" : ", ");
  const steps = [
    { word: words.stepDraft, isDone: drafted !== undefined, by: drafted && who(drafted.by_name, drafted.made_at) },
    { word: words.stepApprove, isDone: isApproved, by: isApproved ? who(review.signoff.name ?? review.head.by_name, review.head.made_at) : undefined },
    { word: words.stepPublish, isDone: publishing !== undefined, by: publishing && who(publishing.by_name, publishing.made_at) },
  ];
  return (
    <>
      <ol class="steps" aria-label={say(words.steps)}>
        {steps.map(({ word, isDone, by }) => (
          <li key={word.zh} class={isDone ? "done" : ""}>
            <strong>{say(word)}</strong>
            <span class="soft">{by ?? ""}</span>
          </li>
        ))}
      </ol>
      {state === "draft" && review !== undefined && review.signoff.verdict !== "returned" ? <Notice tone="care" title={say(words.approvedChanged, { what })} /> : null}
      {state === "published" && !isApproved ? <Notice tone="care" title={say(words.unapproved)} /> : null}
      <Versions record={record} />
    </>
  );
}

/** The version in whose place this one stands, and the one that stands in its place. */
function Versions({ record }: { record: RecordState }) {
  const say = useWords();
  const { value } = useAnswer<{ records: BulletinLine[] }>(BULLETINS);
  const lines = value?.records ?? [];
  const called = ({ fields }: BulletinLine) => [fields.number?.[0] ?? fields.period?.[0] ?? say(words.unnumbered), fields.version?.[0]].filter(Boolean).join(" · ");
  const before = lines.find(({ id }) => id === textIn(record, "corrects"));
  const after = lines.find(({ fields }) => fields.corrects?.includes(record.id) === true && fields.published_on !== undefined);
  return (
    <>
      {after === undefined ? null : (
        <Notice tone="care">
          <a href={paths.to(["record", after.id])}>{say(words.correctedBy, { what: called(after) })}</a>
        </Notice>
      )}
      {before === undefined ? null : (
        <p>
          <a href={paths.to(["record", before.id])}>{say(words.corrects, { what: called(before) })}</a>
        </p>
      )}
    </>
  );
}

/** What may be done now, by whoever looks; and why not, where it is somebody else's turn. */
function Deeds({ reader, kind, record, stand }: StandProps) {
  const say = useWords();
  const { book } = reader;
  const { state } = stand;
  const [isPublishing, setPublishing] = useState(false);
  const [making, make] = useDownload();
  const isWriter = mayWrite(kind, book.me.roles, {});
  const isLeader = book.me.roles.some(({ role }) => role === "leader");
  const isOpen = state !== "published";
  const report = (form: string) => addressOf(`/api/v1/reports/bulletin.${form}`, { id: record.id, lang: reader.language });
  return (
    <div class="bulletin-deeds no-print">
      {isWriter && state === "approved" ? (
        <Button weight="main" onClick={() => setPublishing(true)}>
          {say(words.publish)}
        </Button>
      ) : null}
      {isWriter && !isOpen ? <ButtonLink href={addressOf(paths.to(["bulletins", "new"]), { corrects: record.id })}>{say(words.correct)}</ButtonLink> : null}
      <a class="button plain" href={report("html")} target="_blank" rel="noopener">
        {say(words.page)}
      </a>
      <Button onClick={() => make(report("pdf"), say(words.pdf))}>{say(words.pdf)}</Button>
      <MakingShown making={making} />
      <p class="soft">{turn(say, stand, { isWriter, isLeader })}</p>
      {isPublishing ? <PublishSheet record={record} onDone={() => setPublishing(false)} /> : null}
    </div>
  );
}

/** Whose turn it is, in a few words. */
function turn(say: ReturnType<typeof useWords>, { state, review }: BulletinStand, { isWriter, isLeader }: { isWriter: boolean; isLeader: boolean }): string {
  switch (state) {
    case "draft":
      return isLeader ? "" : `${say(words.toApprove)}${isWriter ? ` · ${say(words.onlyLeader)}` : ""}`;
    case "returned":
      return review === undefined ? "" : say(words.toMend, { name: review.signoff.name ?? review.head.by_name, note: review.signoff.note ?? "" });
    case "approved":
      return isWriter ? say(words.toPublish) : say(words.onlyWriter);
    default:
      return "";
  }
}

function PublishSheet({ record, onDone }: { record: RecordState; onDone: () => void }) {
  const say = useWords();
  const { device } = useHouse();
  const [on, setOn] = useState(() => localTime(new Date()).day);
  const [state, setState] = useState<"asking" | "saving" | "failed">("asking");
  const hasNumber = textIn(record, "number") !== undefined;
  const publish = async () => {
    setState("saving");
    await device.save(published(record, on, say(words.publishReason))).then(onDone, () => setState("failed"));
  };
  return (
    <Sheet title={say(words.publishTitle)} onClose={onDone}>
      <form class="signing" onSubmit={(event) => (event.preventDefault(), void publish())}>
        <p>{say(words.publishWhy)}</p>
        {hasNumber ? null : <Notice tone="care" title={say(words.publishNumber)} />}
        <label class="field">
          {say(words.publishedOn)}
          <input class="input" type="date" value={on} required onChange={(event) => setOn(event.currentTarget.value)} />
        </label>
        {state === "failed" ? <p class="wrong" role="alert">{say(words.notSaved)}</p> : null}
        <Button type="submit" weight="main" disabled={!hasNumber || state === "saving" || on === ""}>
          {say(words.publish)}
        </Button>
      </form>
    </Sheet>
  );
}

/** The figures of a draft beside those of now, and how to take these in their place. */
function Since({ reader, kind, record, figures, counties }: BodyProps & { figures: Frozen; counties: string[] }) {
  const say = useWords();
  const { device } = useHouse();
  const names = useNames();
  const [isFailed, setFailed] = useState(false);
  const { value: now } = useAnswer<Draft>(draftOf({ counties, from: figures.from, at: figures.at, by: figures.by }));
  const difference = now && differenceOf(figures, now.figures);
  const isOther = difference !== undefined && !isSame(difference);
  const take = (change: Change) => void device.save(change).catch(() => setFailed(true));
  const isReviewed = signoffsOf(record).length > 0;
  return (
    <>
      {difference === undefined ? null : isOther ? (
        <Notice tone="told" title={say(words.sinceChanged, { ...difference, totals: difference.totals.length })}>
          {mayWrite(kind, reader.book.me.roles, {}) ? (
            <>
              {isReviewed ? <p>{say(words.refreshWhy)}</p> : null}
              <Button onClick={() => take(refreshed(record, now as Draft, say(words.refreshReason)))}>{say(words.refresh)}</Button>
            </>
          ) : null}
          {isFailed ? <p class="wrong" role="alert">{say(words.notSaved)}</p> : null}
        </Notice>
      ) : (
        <p class="soft">{say(words.sinceNothing)}</p>
      )}
      <Figures figures={figures} counties={counties} names={names} beside={isOther ? now?.figures : undefined} />
    </>
  );
}
