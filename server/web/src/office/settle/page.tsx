/** Settling: every conflict of a record side by side; one reason, one change, and then the next of the list. */

import { useEffect, useRef, useState } from "preact/hooks";
import type { Reader } from "../../field/record/show.ts";
import { labelOf } from "../../field/record/show.ts";
import { titleOf } from "../../field/record/title.ts";
import { useKept } from "../../field/record/kept.ts";
import { Text } from "../../field/form/widgets/text.tsx";
import { isTooLong } from "../../protocol/change.ts";
import { newId } from "../../protocol/ids.ts";
import { type RecordState, keyOf } from "../../protocol/record.ts";
import type { Kind } from "../../protocol/schema.ts";
import { stamp } from "../../protocol/stamp.ts";
import type { FieldName } from "../../protocol/wire.ts";
import { useHand } from "../../ui/hands.ts";
import { useHouse } from "../../ui/house.ts";
import { Button, ButtonLink } from "../../ui/widgets/button.tsx";
import { Empty, Notice } from "../../ui/widgets/notice.tsx";
import { frame } from "../../ui/words/frame.ts";
import { language, useWords } from "../../ui/words/language.ts";
import { settle as words } from "../../ui/words/settle.ts";
import { onSaveKeys } from "../keys.ts";
import { AsOf, Known } from "../known.tsx";
import type { RecordView } from "../record/answer.ts";
import { useOpened } from "../record/opened.ts";
import { PhotosShown } from "../record/photos.tsx";
import { PlacesLine } from "../record/whereabouts.tsx";
import { paths } from "../roads.ts";
import { Walking, useWalk } from "../walking.tsx";
import { ContestedField } from "./field.tsx";
import { type Contested, type Decision, type Decisions, asksWhy, contestedIn, overtaken, settlement } from "./settling.ts";
import "../../field/form/form.css";
import "../../field/record/record.css";
import "../record/record.css";
import "./settle.css";

export function SettlePage({ id }: { id: string }) {
  const say = useWords();
  const { answer, book } = useOpened(id);
  const record = book?.record(id);
  const kind = record === undefined ? undefined : book?.schema.kind(record.kind);
  return (
    <>
      <Walking address={paths.to(["settle", id])} />
      <Known answer={answer}>
        {(view) =>
          book === undefined || record === undefined || kind === undefined ? (
            <p class="opening">{say(frame.opening)}</p>
          ) : (
            <>
              <div class="page-head">
                <h1>{say(words.title, { what: titleOf({ book, language: language(), now: new Date() }, record) })}</h1>
                <AsOf answer={answer} />
              </div>
              <Settling view={view} reader={{ book, language: language(), now: new Date() }} kind={kind} record={record} />
            </>
          )
        }
      </Known>
    </>
  );
}

interface SettlingProps {
  view: RecordView;
  reader: Reader;
  kind: Kind;
  record: RecordState;
}

function Settling({ view, reader, kind, record }: SettlingProps) {
  const say = useWords();
  const { device } = useHouse();
  const { book } = reader;
  const contested = contestedIn(book, kind, record, view.history);
  const walk = useWalk(paths.to(["settle", record.id]));
  // Decisions are kept like what is typed in a form: whatever closes the page, they stand there again.
  const kept = useKept(device, `settle/${record.id}`, kind.name, { decisions: {} as Decisions, reason: "" });
  const { decisions, reason } = kept.value;
  const [state, setState] = useState<"deciding" | "saving" | "failed">("deciding");
  const [stopped, setStopped] = useState<FieldName[]>([]);
  useHand();
  // The first choice is at hand: the arrows go on from there.
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => form.current?.querySelector<HTMLElement>("input[type=radio]")?.focus(), []);
  const decide = (name: FieldName, decision: Decision | undefined) => {
    const { [name]: _, ...rest } = decisions;
    setStopped(stopped.filter((other) => other !== name));
    kept.change({ decisions: decision === undefined ? rest : { ...rest, [name]: decision } });
  };
  const open = contested.filter(({ name }) => decisions[name] === undefined && contested.find((one) => one.name === name)?.mayDecide);
  const count = contested.filter(({ name }) => decisions[name] !== undefined).length;
  const mustSay = asksWhy(book, kind, record);
  const isReady = count > 0 && (!mustSay || reason.trim() !== "") && !isTooLong(reason) && state !== "saving";
  const save = async () => {
    // Of what is not in conflict any more, somebody else has decided.
    const stands = Object.fromEntries(Object.entries(decisions).filter(([name]) => contested.some((one) => one.name === name)));
    const late = overtaken(stands, record);
    if (late.length > 0) {
      setStopped(late);
      kept.change({ decisions: Object.fromEntries(Object.entries(stands).filter(([name]) => !late.includes(name))) });
      return;
    }
    const change = settlement(book, record, stands, reason, newId(), stamp(new Date()));
    if (change === undefined) {
      return;
    }
    setState("saving");
    try {
      await device.save(change, kept.from);
      walk.goOn();
      setState("deciding");
    } catch {
      setState("failed");
    }
  };
  if (contested.length === 0) {
    return (
      <Empty title={say(words.none)}>
        <p>{say(words.noneWhy)}</p>
        <ButtonLink href={paths.to(["record", record.id])} weight="main">
          {say(words.toRecord)}
        </ButtonLink>
      </Empty>
    );
  }
  return (
    <form ref={form} class="settle" onKeyDown={onSaveKeys(() => form.current?.requestSubmit())} onSubmit={(event) => (event.preventDefault(), isReady ? void save() : undefined)}>
      <PlacesLine reader={reader} record={record} />
      <p class="soft">{say(words.why)}</p>
      {contested.map((one) => (
        <ContestedField key={one.name} reader={reader} kind={kind} record={record} contested={one} view={view} decision={decisions[one.name]} onDecide={(decision) => decide(one.name, decision)} />
      ))}
      {stopped.length === 0 ? null : <Notice tone="care" live title={say(words.overtaken, { what: namesOf(reader, contested, stopped) })} />}
      <div class="settle-end">
        <label class="field">
          {say(mustSay ? words.reasonNeeded : words.reason)}
          <Text value={reason} onInput={(reason) => kept.change({ reason })} label={say(mustSay ? words.reasonNeeded : words.reason)} />
        </label>
        {state === "failed" || kept.isUnkept ? <p class="wrong" role="alert">{say(words.failed)}</p> : null}
        <p class="row">
          <Button type="submit" weight="main" disabled={!isReady}>
            {say(words.save, { count })} <kbd>Ctrl+Enter</kbd>
          </Button>
          <ButtonLink href={paths.to(["record", record.id])} weight="quiet">
            {say(words.seeWhole)}
          </ButtonLink>
          {open.length > 0 && count > 0 ? <span class="soft">{say(words.undecided, { count: open.length })}</span> : null}
        </p>
      </div>
      <PhotosShown reader={reader} kind={kind} record={record} evidence={view.photos} />
    </form>
  );
}

function namesOf({ language }: Reader, contested: readonly Contested[], names: readonly FieldName[]): string {
  const labels = names.map((name) => {
    const one = contested.find((one) => one.name === name);
    return [one === undefined ? name : labelOf(one.field, language), keyOf(name)].filter((word) => word !== undefined).join(" ");
  });
  return labels.join(language === "zh" ? "、" : ", ");
}
