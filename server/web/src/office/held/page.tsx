/** One held change: what it says beside what stands, why it is held, and the decision. */

import { useRef, useState } from "preact/hooks";
import { declared } from "../../field/form/model.ts";
import { Text } from "../../field/form/widgets/text.tsx";
import { openAround } from "../../field/record/around.ts";
import { labelled } from "../../field/record/earlier.tsx";
import { useKept } from "../../field/record/kept.ts";
import { type Reader, labelOf, showAny } from "../../field/record/show.ts";
import { emptyRecord, headsOf } from "../../protocol/record.ts";
import type { Kind } from "../../protocol/schema.ts";
import type { Change, Edit } from "../../protocol/wire.ts";
import { useHouse } from "../../ui/house.ts";
import { useLive } from "../../ui/live.ts";
import { Button } from "../../ui/widgets/button.tsx";
import { Notice } from "../../ui/widgets/notice.tsx";
import { moment } from "../../ui/words/dates.ts";
import { heldbox as words } from "../../ui/words/heldbox.ts";
import { language, useWords } from "../../ui/words/language.ts";
import { type Answer, useAnswer } from "../answers.ts";
import { useOffice } from "../house.ts";
import { onSaveKeys, useKeys } from "../keys.ts";
import { AsOf, Known } from "../known.tsx";
import { useNames } from "../names.ts";
import { useOpened } from "../record/opened.ts";
import { paths } from "../roads.ts";
import { Walking, useWalk } from "../walking.tsx";
import { type HeldChange, changeIn, rawOf } from "./box.ts";
import "../../field/form/form.css";
import "../record/record.css";

export function HeldChangePage({ id }: { id: string }) {
  const path = `/api/v1/held/${encodeURIComponent(id)}`;
  const answer: Answer<HeldChange> = useAnswer<HeldChange>(path);
  return (
    <>
      <Walking address={paths.to(["held", id])} />
      <Known answer={answer}>{(held) => <Looking held={held} answer={answer} path={path} />}</Known>
    </>
  );
}

function Looking({ held, answer, path }: { held: HeldChange; answer: Answer<HeldChange>; path: string }) {
  const say = useWords();
  const names = useNames();
  const change = changeIn(held);
  const { device } = useHouse();
  const wire = useLive(() => device.paper<{ kinds: Kind[] }>("schema"), [], ["papers"]);
  const kind = wire?.kinds.find(({ name }) => name === change?.kind);
  const now = new Date();
  return (
    <article class="review">
      <header class="review-head">
        <div class="page-head">
          <h1>{say(words.one, { name: held.by_name, kind: kind === undefined ? say(words.raw) : labelOf(kind, language()) })}</h1>
          <AsOf answer={answer} />
        </div>
      </header>
      <div class="review-main">
        <Notice tone={held.state === "waiting" ? "care" : "told"} title={say(words[`codes_${held.code}`])}>
          <p>{say(words.toldAuthor, { message: held.message })}</p>
        </Notice>
        {change === undefined || kind === undefined ? null : <Saying change={change} kind={kind} />}
        <details class="card">
          <summary>{say(words.raw)}</summary>
          <pre class="raw">{rawOf(held)}</pre>
        </details>
      </div>
      <div class="review-side">
        <Deciding held={held} path={path} />
        <section class="card" aria-labelledby="facts">
          <h2 id="facts">{say(words.facts)}</h2>
          <p>{[names.county(held.county) ?? held.county, held.by_name].join(" · ")}</p>
          {change === undefined ? null : <p>{say(words.madeAt, { at: moment(change.made_at, now) })}</p>}
          <p>{say(words.cameAt, { at: moment(held.received_at, now) })}</p>
          {held.code === "not_permitted" || held.code === "out_of_scope" ? <p>{say(held.permitted_when_made ? words.hadRight : words.hadNoRight)}</p> : null}
          {held.carried_by === undefined ? null : <p>{say(words.carried)}</p>}
        </section>
      </div>
    </article>
  );
}

/** What the change says of each field, beside what stands there. */
function Saying({ change, kind }: { change: Change; kind: Kind }) {
  const say = useWords();
  const { device } = useHouse();
  const { answer } = useOpened(change.record);
  const book = useLive(() => openAround(device, change.record, kind.name), [change.record], ["device", "rows", "papers"]);
  if (book === undefined) {
    return null;
  }
  const reader: Reader = { book, language: language(), now: new Date() };
  const record = book.record(change.record) ?? emptyRecord(change.record, kind.name);
  const isNew = answer.state === "refused" && answer.problem?.status === 404 && record.fields.size === 0;
  const worded = ({ field, value }: Edit) => (value === undefined ? say(words.takesOut) : showAnyOf(reader, kind, field, value));
  const standing = ({ field }: Edit) => {
    const heads = headsOf(record, field);
    return heads.length === 0 ? say(words.nothing) : heads.map(({ value, by_name }) => `${showAnyOf(reader, kind, field, value)}（${by_name}）`).join(language() === "zh" ? "、" : ", ");
  };
  return (
    <section class="card" aria-labelledby="says">
      <h2 id="says">{say(words.says)}</h2>
      {isNew ? <p class="soft">{say(words.newRecord)}</p> : null}
      <table class="fields">
        <thead>
          <tr>
            <th scope="col">{say(words.field)}</th>
            <th scope="col">{say(words.value)}</th>
            {isNew ? null : <th scope="col">{say(words.now)}</th>}
          </tr>
        </thead>
        <tbody>
          {change.edits.map((edit, place) => (
            <tr key={place}>
              <th scope="row">{labelled(reader, kind, edit.field)}</th>
              <td class="value-text">{worded(edit)}</td>
              {isNew ? null : <td class="by">{standing(edit)}</td>}
            </tr>
          ))}
        </tbody>
      </table>
      {record.fields.size === 0 ? null : (
        <p>
          <a href={paths.to(["record", record.id])}>{say(words.toRecord)}</a>
        </p>
      )}
    </section>
  );
}

function showAnyOf(reader: Reader, kind: Kind, name: string, value: Parameters<typeof showAny>[2]): string {
  const field = declared(kind, name);
  const isRef = typeof field?.type === "object" && "ref" in field.type && typeof value === "string";
  return isRef ? (reader.book.nameOf(value) ?? value) : showAny(reader, field, value);
}

type State = "asking" | "deciding" | "lacking" | "no_line" | { refused: string };

function Deciding({ held, path }: { held: HeldChange; path: string }) {
  const say = useWords();
  const { device } = useHouse();
  const { answers } = useOffice();
  const walk = useWalk(paths.to(["held", String(held.id)]));
  const kept = useKept(device, `held/${held.id}`, "held", { note: "" });
  const { note } = kept.value;
  const [state, setState] = useState<State>("asking");
  const decide = async (how: "release" | "refuse") => {
    if (how === "refuse" && note.trim() === "") {
      setState("lacking");
      return;
    }
    setState("deciding");
    const came = await answers.once<HeldChange>({ method: "POST", path: `${path}/${how}`, body: note.trim() === "" ? {} : { reason: note.trim() } });
    if (came.kind === "answer") {
      await device.drafts.drop(kept.from.draft, kept.from.hand).catch(() => undefined);
      setState("asking");
      answers.again(path);
      answers.news();
      walk.goOn();
    } else {
      setState(came.kind === "no_line" ? "no_line" : { refused: came.problem.detail });
      answers.again(path);
    }
  };
  const hindrance = held.not_releasable ?? undefined;
  const section = useRef<HTMLElement>(null);
  const isFree = held.state === "waiting" && hindrance !== "forbidden" && state !== "deciding";
  useKeys({
    c: isFree && hindrance === undefined ? () => void decide("release") : undefined,
    // Why stands first: Ctrl and Enter refuse from there.
    r: isFree ? () => section.current?.querySelector("textarea")?.focus() : undefined,
  });
  if (held.state !== "waiting") {
    return (
      <Notice tone="told" title={say(words.decidedBy, { state: say(words[held.state]), at: held.decided_at == null ? "" : moment(held.decided_at, new Date()) })}>
        {held.decision_reason == null ? null : <p>{held.decision_reason}</p>}
      </Notice>
    );
  }
  if (hindrance === "forbidden") {
    return <Notice tone="told">{say(words.forbidden)}</Notice>;
  }
  return (
    <section ref={section} class="card" aria-labelledby="decide" onKeyDown={onSaveKeys(() => void decide("refuse"))}>
      <h2 id="decide">{say(words.decide)}</h2>
      {hindrance === undefined ? null : <p class="care-text">{say(words[hindrance])}</p>}
      <label class="field">
        {say(words.note)}
        <Text value={note} onInput={(note) => kept.change({ note })} label={say(words.note)} invalid={state === "lacking" && note.trim() === ""} />
      </label>
      {state === "lacking" && note.trim() === "" ? <p class="wrong" role="alert">{say(words.noteNeeded)}</p> : null}
      {state === "no_line" ? <p class="wrong" role="alert">{say(words.noLine)}</p> : null}
      {typeof state === "object" ? <p class="wrong" role="alert">{state.refused}</p> : null}
      <div class="row">
        {hindrance === undefined ? (
          <Button weight="main" disabled={state === "deciding"} onClick={() => void decide("release")}>
            {say(state === "deciding" ? words.deciding : words.release)} <kbd>c</kbd>
          </Button>
        ) : null}
        <Button disabled={state === "deciding"} onClick={() => void decide("refuse")}>
          {say(words.refuse)} <kbd>r</kbd>
        </Button>
      </div>
    </section>
  );
}
