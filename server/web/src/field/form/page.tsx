/** Writing a record: `#/write` what, `#/write/<kind>` where, `#/write/<kind>/<record>` the form itself. */

import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { PicturesLost, WrittenElsewhere } from "../../db/device.ts";
import type { RecordState } from "../../protocol/record.ts";
import type { Sha256 } from "../../protocol/wire.ts";
import { useHand } from "../../ui/hands.ts";
import { useHouse } from "../../ui/house.ts";
import { useLive } from "../../ui/live.ts";
import { go, goInstead, to } from "../../ui/route.ts";
import { Button, ButtonLink } from "../../ui/widgets/button.tsx";
import { Empty, Notice } from "../../ui/widgets/notice.tsx";
import { Sheet } from "../../ui/widgets/sheet.tsx";
import { month, shortDay } from "../../ui/words/dates.ts";
import { form as words } from "../../ui/words/form.ts";
import { frame } from "../../ui/words/frame.ts";
import { language, useWords } from "../../ui/words/language.ts";
import type { Book } from "../record/book.ts";
import { type Reader, labelOf, showAny } from "../record/show.ts";
import { titleOf } from "../record/title.ts";
import { Beginning } from "./beginning.tsx";
import { localTime } from "./days.ts";
import { saidIn } from "./beside.ts";
import { type Desk, DeskProvider, jumpTo } from "./desk.ts";
import { Fields } from "./fields.tsx";
import { Lacking, Stopped } from "./lacking.tsx";
import type { Form } from "./model.ts";
import { AllBeside, Gone, LostPhotos, OpenElsewhere, OverWithdrawn, SentBack } from "./notices.tsx";
import { openFor, useElsewhere, useSession } from "./opened.ts";
import type { Session } from "./session.ts";
import { schoolIn } from "./places.ts";
import { type Stop, lacks, stops } from "./submission.ts";
import { overAgain } from "./takeup.ts";
import "./form.css";
import "../record/record.css";

interface FormPageProps {
  kind: string;
  id?: string;
  /** What follows once it is saved, where that is not the record itself. */
  onSaved?: (record: string) => void;
}

export function FormPage({ kind, id, onSaved = (record) => goInstead("record", record) }: FormPageProps) {
  const say = useWords();
  const { device } = useHouse();
  const opened = useLive(async () => ({ book: await openFor(device, kind, id) }), [kind, id], ["device", "rows", "papers"]);
  if (opened === undefined) {
    return <p class="opening">{say(frame.opening)}</p>;
  }
  const { book } = opened;
  if (book === undefined) {
    return (
      <Empty title={say(words.notYet)}>
        <p>{say(words.notYetWhy)}</p>
        <ButtonLink href={to("sync")} weight="main">
          {say(frame.sync)}
        </ButtonLink>
      </Empty>
    );
  }
  return id === undefined ? <Beginning book={book} kind={kind} /> : <Writing book={book} kind={kind} id={id} onSaved={onSaved} />;
}

type Saving = { is: "no" | "saving" | "failed" | "met" } | { is: "lacking"; pictures: Sha256[] };

type WritingProps = Required<FormPageProps> & { book: Book };

function Writing({ book, kind: name, id, onSaved }: WritingProps) {
  const say = useWords();
  const { device } = useHouse();
  const opened = useSession(device, book, name, id);
  const isElsewhere = useElsewhere(id);
  useHand();
  const [stopped, setStopped] = useState<Stop[]>([]);
  const [keepsOriginals, keepOriginals] = useState(false);
  const [saving, setSaving] = useState<Saving>({ is: "no" });
  // What is to be put right may be drawn only now, because it is.
  useEffect(() => {
    if (stopped[0] !== undefined) {
      jumpTo(stopped[0].name);
    }
  }, [stopped]);
  const kind = book.schema.kind(name);
  if (opened === undefined) {
    return <p class="opening">{say(frame.opening)}</p>;
  }
  const [session, standing] = opened;
  const { form, record } = standing;
  const now = new Date();
  const local = localTime(now);
  const reader = { book, language: language(), now };
  const owner = book.phone.owner;
  const save = async () => {
    if (standing.isAwaiting) {
      return;
    }
    const found = stops(book.schema, session.complete(), record, owner.user);
    setStopped(found);
    if (found.length > 0) {
      return;
    }
    setSaving({ is: "saving" });
    try {
      const saved = await session.save();
      // A record of a kind that nobody declares has no page of its own.
      if (kind === undefined) {
        go();
      } else {
        onSaved(saved);
      }
    } catch (error) {
      setSaving(error instanceof PicturesLost ? { is: "lacking", pictures: error.hashes } : { is: error instanceof WrittenElsewhere ? "met" : "failed" });
    }
  };
  const gone = standing.isGone ? <Gone record={id} onGoOn={() => void session.goOn()} /> : null;
  const isSaving = saving.is === "saving";
  const unsaved =
    saving.is === "failed" || standing.isUnkept ? (
      <Notice tone="bad" title={say(words.saveFailed)} live>
        <p>{say(words.saveFailedWhy)}</p>
      </Notice>
    ) : null;
  if (kind === undefined) {
    return (
      <GoneKind session={session} form={form} reader={reader} isSaving={isSaving} onSave={() => void save()}>
        {gone}
        {unsaved}
      </GoneKind>
    );
  }
  const desk: Desk = { ...deskOf(session), form, device, book, reader, kind, draft: id, today: local.day, stops: stopped, keepsOriginals, keepOriginals };
  const lacking = lacks(book.schema, form, record, owner, local);
  const saveWithout = async (pictures: Sha256[]) => {
    await session.takeOut(pictures);
    await save();
  };
  return (
    <DeskProvider value={desk}>
      <form class="form" onSubmit={(event) => (event.preventDefault(), void save())} noValidate>
        <Heading book={book} form={form} isNew={isNew(record) || form.anew === true} label={labelOf(kind, language())} />
        <SentBack record={record} />
        {isElsewhere ? <OpenElsewhere /> : null}
        {gone}
        <OverWithdrawn record={record} onTakeOver={() => void session.put((form) => overAgain(book.schema, form, record))} />
        <AllBeside />
        <Fields record={record} lacking={lacking} />
        <Stopped stops={stopped} />
        <Lacking lacks={lacking} />
        {unsaved}
        {gone}
        {saving.is === "met" && gone === null ? <Notice tone="care" title={say(words.met)} live /> : null}
        {saving.is === "lacking" ? <LostPhotos count={saving.pictures.length} onSaveWithout={() => void saveWithout(saving.pictures)} /> : null}
        <Button type="submit" weight="main" disabled={isSaving || standing.isAwaiting}>
          {say(isSaving ? words.saving : standing.isAwaiting ? words.photosFirst : words.save)}
        </Button>
        {standing.isUnkept || standing.isGone ? null : <p class="soft centred">{say(words.kept)}</p>}
        <ThrowAway session={session} />
      </form>
    </DeskProvider>
  );
}

function deskOf(session: Session): Pick<Desk, "set" | "clear" | "type" | "entries" | "await" | "put"> {
  return {
    set: (name, value) => session.set(name, value),
    clear: (name) => session.clear(name),
    type: (name, text) => session.type(name, text),
    entries: (name, change) => session.entries(name, change),
    await: (work) => session.await(work),
    put: (change) => void session.put(change),
  };
}

interface GoneKindProps {
  session: Session;
  form: Form;
  reader: Reader;
  isSaving: boolean;
  onSave: () => void;
  children: ComponentChildren;
}

/** A draft of a kind that the office does not declare any more: all that stands in it, to hand in or to copy. */
function GoneKind({ session, form, reader, isSaving, onSave, children }: GoneKindProps) {
  const say = useWords();
  return (
    <div class="form">
      <Notice tone="care" title={say(words.goneKind)}>
        <p>{say(words.goneKindWhy)}</p>
      </Notice>
      {saidIn(form).map(([name, value], place) => (
        <p key={place}>{say(words.asRemark, { what: name, value: showAny(reader, undefined, value) })}</p>
      ))}
      {children}
      <Button weight="main" disabled={isSaving} onClick={onSave}>
        {say(isSaving ? words.saving : words.handIn)}
      </Button>
      <ThrowAway session={session} />
    </div>
  );
}

function isNew(record: RecordState): boolean {
  return record.fields.size === 0;
}

function Heading({ book, form, isNew, label }: { book: Book; form: Form; isNew: boolean; label: string }) {
  const say = useWords();
  const project = form.single["project"];
  const projectName = book.nameOf(typeof project === "string" ? project : undefined);
  const [date, ofMonth] = [form.single["date"], form.single["month"]];
  const day = typeof ofMonth === "string" ? month(ofMonth) : typeof date === "string" && form.kind === "diary" ? shortDay(date) : undefined;
  const named = day === undefined ? label : `${day} ${label}`;
  const places = [isNew ? keyIn(book, form) : nameIn(book, form), book.nameOf(schoolIn(book, form)), projectName].filter((name) => name !== undefined);
  return (
    <div class="form-head">
      <h2>
        {isNew ? named : say(words.editOf, { kind: named })}
      </h2>
      {places.length === 0 ? null : <p class="soft">{places.join(" · ")}</p>}
    </div>
  );
}

/** What tells the record from others of its place and is asked no more: `生均校舍面积`. */
function keyIn(book: Book, form: Form): string | undefined {
  const kind = book.schema.kind(form.kind);
  const keys = kind === undefined || kind.identity === "free" ? [] : kind.identity.natural;
  const key = keys.filter((name) => !["project", "school", "date", "month"].includes(name)).map((name) => form.single[name]);
  return key.find((value) => typeof value === "string");
}

/** What the record is called that is changed, where its place does not say it. */
function nameIn(book: Book, form: Form): string | undefined {
  const record = book.record(form.record);
  const reader = { book, language: language(), now: new Date() };
  return record === undefined || ["diary", "progress_report"].includes(form.kind) ? undefined : titleOf(reader, record);
}

function ThrowAway({ session }: { session: Session }) {
  const say = useWords();
  const [isAsking, setAsking] = useState(false);
  const discard = async () => {
    if (await session.throwAway()) {
      go();
    } else {
      setAsking(false);
    }
  };
  return (
    <>
      <Button weight="quiet" onClick={() => setAsking(true)}>
        {say(words.throwAway)}
      </Button>
      {isAsking ? (
        <Sheet title={say(words.throwAwayTitle)} onClose={() => setAsking(false)} close={say(words.keepWriting)}>
          <p>{say(words.throwAwayWhy)}</p>
          <Button weight="danger" onClick={() => void discard()}>
            {say(words.throwAwayYes)}
          </Button>
        </Sheet>
      ) : null}
    </>
  );
}
