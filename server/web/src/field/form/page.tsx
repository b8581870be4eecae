/** Writing a record: `#/write` what, `#/write/<kind>` where, `#/write/<kind>/<record>` the form itself. */

import { useState } from "preact/hooks";
import type { RecordState } from "../../protocol/record.ts";
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
import { type Book, openBook } from "../record/book.ts";
import { labelOf } from "../record/show.ts";
import { Beginning } from "./beginning.tsx";
import { localTime } from "./days.ts";
import { type Desk, DeskProvider, anchorOf } from "./desk.ts";
import { Fields } from "./fields.tsx";
import { Lacking, Stopped } from "./lacking.tsx";
import { type Session, useSession } from "./session.ts";
import { type Stop, lacks, stops } from "./submission.ts";
import "./form.css";
import "../record/record.css";

/** The kinds that forms choose references from, besides projects and schools. */
const REFERRED = ["finding", "rectification", "inspection", "checklist", "equipment_item", "sample", "contract", "notice", "code_list"];

export function FormPage({ kind, id }: { kind: string; id?: string }) {
  const say = useWords();
  const { device } = useHouse();
  const opened = useLive(async () => ({ book: await openBook(device, [kind, ...REFERRED]) }), [kind], ["device", "rows", "papers"]);
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
  return id === undefined ? <Beginning book={book} kind={kind} /> : <Writing book={book} kind={kind} id={id} />;
}

function Writing({ book, kind: name, id }: { book: Book; kind: string; id: string }) {
  const say = useWords();
  const { device } = useHouse();
  const session = useSession(device, book, name, id);
  const [stopped, setStopped] = useState<Stop[]>([]);
  const [saving, setSaving] = useState<"no" | "saving" | "failed">("no");
  const kind = book.schema.kind(name);
  if (session === undefined || kind === undefined) {
    return <p class="opening">{say(frame.opening)}</p>;
  }
  const { form, record } = session;
  const now = new Date();
  const local = localTime(now);
  const reader = { book, language: language(), now };
  const desk: Desk = { ...session, device, book, reader, kind, draft: id, today: local.day, stops: stopped };
  const owner = book.phone.owner;
  const save = async () => {
    if (session.isAwaiting) {
      return;
    }
    const found = stops(book.schema, form, record, owner.user);
    setStopped(found);
    if (found[0] !== undefined) {
      focusOn(found[0].name);
      return;
    }
    setSaving("saving");
    try {
      await session.save();
      goInstead("record", id);
    } catch {
      setSaving("failed");
    }
  };
  const lacking = lacks(book.schema, form, record, owner, local);
  return (
    <DeskProvider value={desk}>
      <form class="form" onSubmit={(event) => (event.preventDefault(), void save())} noValidate>
        <Heading book={book} session={session} isNew={isNew(record)} label={labelOf(kind, language())} />
        <Fields record={record} lacking={lacking} />
        <Stopped stops={stopped} />
        <Lacking lacks={lacking} />
        {saving === "failed" || session.isUnkept ? (
          <Notice tone="bad" title={say(words.saveFailed)} live>
            <p>{say(words.saveFailedWhy)}</p>
          </Notice>
        ) : null}
        <Button type="submit" weight="main" disabled={saving === "saving" || session.isAwaiting}>
          {say(saving === "saving" ? words.saving : session.isAwaiting ? words.photosFirst : words.save)}
        </Button>
        {session.isUnkept ? null : <p class="soft centred">{say(words.kept)}</p>}
        <ThrowAway session={session} />
      </form>
    </DeskProvider>
  );
}

function isNew(record: RecordState): boolean {
  return record.fields.size === 0;
}

function focusOn(name: string): void {
  const base = name.split("/")[0] ?? name;
  const label = document.getElementById(anchorOf(name)) ?? document.getElementById(anchorOf(base));
  label?.scrollIntoView({ block: "start" });
  label?.focus({ preventScroll: true });
}

function Heading({ book, session, isNew, label }: { book: Book; session: Session; isNew: boolean; label: string }) {
  const say = useWords();
  const { form } = session;
  const [project, school] = [form.single["project"], form.single["school"]];
  const projectName = book.nameOf(typeof project === "string" ? project : undefined);
  const ofProject = typeof project === "string" ? book.record(project) : undefined;
  const schoolId = typeof school === "string" ? school : ofProject && book.schoolOf(ofProject);
  const [date, ofMonth] = [form.single["date"], form.single["month"]];
  const day = typeof ofMonth === "string" ? month(ofMonth) : typeof date === "string" && form.kind === "diary" ? shortDay(date) : undefined;
  const places = [book.nameOf(schoolId), projectName].filter((name) => name !== undefined);
  return (
    <div class="form-head">
      <h2>
        {day === undefined ? null : `${day} `}
        {isNew ? label : say(words.editOf, { kind: label })}
      </h2>
      {places.length === 0 ? null : <p class="soft">{places.join(" · ")}</p>}
    </div>
  );
}

function ThrowAway({ session }: { session: Session }) {
  const say = useWords();
  const [isAsking, setAsking] = useState(false);
  const discard = async () => {
    await session.throwAway();
    go();
  };
  return (
    <>
      <Button weight="quiet" onClick={() => setAsking(true)}>
        {say(words.throwAway)}
      </Button>
      {isAsking ? (
        <Sheet title={say(words.throwAwayTitle)} onClose={() => setAsking(false)}>
          <p>{say(words.throwAwayWhy)}</p>
          <Button weight="danger" onClick={() => void discard()}>
            {say(words.throwAwayYes)}
          </Button>
          <Button weight="main" onClick={() => setAsking(false)}>
            {say(words.keepWriting)}
          </Button>
        </Sheet>
      ) : null}
    </>
  );
}
