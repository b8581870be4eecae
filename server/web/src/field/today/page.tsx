/** Today: what is to be written, what waits for me, what came back. One large button to write. */

import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { Device, Draft } from "../../db/device.ts";
import { isListed } from "../../db/listing.ts";
import { type RecordState, headsOf } from "../../protocol/record.ts";
import { useHouse } from "../../ui/house.ts";
import { useLive } from "../../ui/live.ts";
import { to } from "../../ui/route.ts";
import { ButtonLink } from "../../ui/widgets/button.tsx";
import { Empty } from "../../ui/widgets/notice.tsx";
import { moment, shortDay } from "../../ui/words/dates.ts";
import { frame } from "../../ui/words/frame.ts";
import { language, useWords } from "../../ui/words/language.ts";
import { record as recordWords } from "../../ui/words/record.ts";
import { today as words } from "../../ui/words/today.ts";
import { isWrittenIn } from "../form/begin.ts";
import { localTime } from "../form/days.ts";
import { mayWrite } from "../form/rights.ts";
import { openWaiting } from "../record/around.ts";
import { type Book, openBook, papersOf, saidIn, textIn } from "../record/book.ts";
import { type Reader, labelOf } from "../record/show.ts";
import { byName, titleOf } from "../record/title.ts";
import { ProjectCard } from "./project.tsx";
import { findingStates, waitingFindings } from "./findings.ts";
import {
  type CameBack,
  type ProjectToday,
  authorsOf,
  cameBack,
  diaryProjects,
  diaryStanding,
  projectToday,
  projectsOf,
} from "./state.ts";
import "../form/form.css";
import "../record/record.css";
import "./today.css";

/** All that is of the projects and schools that somebody writes for; of a whole county only what waits. */
async function open(device: Device): Promise<{ kinds: string[]; book: Book | undefined }> {
  const papers = await papersOf(device);
  const kinds = (papers?.wire.kinds ?? []).map(({ name }) => name).filter(isListed);
  const isClose = papers?.me.roles.some(({ scope }) => scope.startsWith("project:") || scope.startsWith("school:"));
  return { kinds, book: papers && (await (isClose === true ? openBook(device, kinds) : openWaiting(device, papers))) };
}

export function TodayPage() {
  const say = useWords();
  const { device } = useHouse();
  const opened = useLive(() => open(device), [], ["device", "rows", "papers"]);
  const drafts = useLive(() => device.drafts.all(), [], ["drafts"]);
  if (opened === undefined || drafts === undefined) {
    return <p class="opening">{say(frame.opening)}</p>;
  }
  return opened.book === undefined ? (
    <Empty title={say(words.empty)}>
      <p>{say(words.emptyWhy)}</p>
      <ButtonLink href={to("sync")} weight="main">
        {say(frame.sync)}
      </ButtonLink>
    </Empty>
  ) : opened.book.me.roles.length === 0 ? (
    <Empty title={say(words.noProjects)}>
      <p>{say(words.noProjectsWhy)}</p>
    </Empty>
  ) : (
    <Today {...opened} book={opened.book} drafts={drafts} />
  );
}

function Today({ book, kinds, drafts }: { book: Book; kinds: string[]; drafts: Draft[] }) {
  const say = useWords();
  const now = new Date();
  const reader: Reader = { book, language: language(), now };
  const { day } = localTime(now);
  const of = (project: RecordState) => (record: RecordState) => headsOf(record, "project").some((head) => head.value === project.id);
  const projects = diaryProjects(book.me.roles, book.all("project")).map((project) => {
    const ours = of(project);
    const records = {
      diaries: book.all("diary").filter(ours),
      stages: book.all("stage_event").filter(ours),
      acceptances: book.all("acceptance").filter(ours),
      suspensions: book.all("suspension").filter(ours),
    };
    return projectToday(project, records, book.schema, day);
  });
  projects.sort(byUrgency);
  const findings = findingStates(book.all("finding"), saidIn(book), book.schema, day);
  const waiting = waitingFindings(findings, book.me.roles, book.me.user.id);
  const mine = new Set(projectsOf(book.me.roles, book.all("project")).map((project) => project.id));
  const isMine = (record: RecordState) => {
    const project = book.projectOf(record);
    return authorsOf(record).has(book.me.user.id) || (project !== undefined && mine.has(project));
  };
  const back = cameBack(kinds.flatMap((kind) => book.all(kind)), book.phone.outbox.held, isMine, book.schema, book.me.user.id);
  const toConfirm = book.has("principal")
    ? book.all("diary").filter((diary) => isMine(diary) && diaryStanding(diary, book.schema) === "submitted" && !authorsOf(diary).has(book.me.user.id))
    : [];
  const begun = drafts.filter(isWrittenIn);
  const isQuiet = back.length + waiting.length + begun.length + toConfirm.length === 0;
  return (
    <div class="form">
      <p class="soft">{shortDay(day)} · {say(words.hello, { name: book.me.user.display_name })}</p>
      <CameBackList title={say(words.back)} reader={reader} back={back.filter(isToMend)} />
      {projects.map((project) => (
        <ProjectCard key={project.project.id} reader={reader} state={project} drafts={begun} today={day} isOfMany={projects.length > FEW_PROJECTS} />
      ))}
      <CameBackList title={say(words.heldTitle)} reader={reader} back={back.filter((one) => !isToMend(one))} />
      <Findings reader={reader} waiting={waiting} />
      <ToConfirm reader={reader} diaries={toConfirm} />
      <Drafts reader={reader} drafts={begun} />
      {projects.length === 0 && isQuiet ? <p class="soft">{say(words.nothingWaits)}</p> : null}
      <Write book={book} hasDiaries={projects.length > 0} />
    </div>
  );
}

/** What else may be written; the first is the large button of who writes no diaries. */
function Write({ book, hasDiaries }: { book: Book; hasDiaries: boolean }) {
  const say = useWords();
  const may = (name: string) => {
    const kind = book.schema.kind(name);
    return kind !== undefined && mayWrite(kind, book.me.roles, {});
  };
  const inspects = may("inspection") && !hasDiaries;
  return (
    <div class="write">
      {inspects ? (
        <ButtonLink href={to("write", "inspection")} weight="main">
          {say(words.beginInspection)}
        </ButtonLink>
      ) : null}
      {may("finding") ? <ButtonLink href={to("write", "finding")}>{say(words.writeFinding)}</ButtonLink> : null}
      <ButtonLink href={to("write")} weight="quiet">
        {say(words.writeOther)}
      </ButtonLink>
    </div>
  );
}

/** So many projects are shown whole. */
const FEW_PROJECTS = 3;

/** Those that wait for today's diary first, then by name: 第2标段 before 第11标段. */
function byUrgency(a: ProjectToday, b: ProjectToday): number {
  const place = ({ today, required }: ProjectToday) => (today === "returned" ? 0 : required && (today === "none" || today === "incomplete") ? 1 : 2);
  return place(a) - place(b) || byName(a.project, b.project);
}

function Section({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <section aria-label={title}>
      <h2 class="today-title">{title}</h2>
      <ul class="records">{children}</ul>
    </section>
  );
}

function Line({ href, title, sub, tags }: { href: string; title: string; sub?: string | undefined; tags: [string, string][] }) {
  return (
    <li>
      <a class="record-line" href={href}>
        <span class="record-title">{title}</span>
        {sub === undefined || sub === "" ? null : <span class="soft">{sub}</span>}
        {tags.length === 0 ? null : (
          <span class="record-foot">
            {tags.map(([tone, text]) => (
              <span key={text} class={`tag ${tone}`}>
                {text}
              </span>
            ))}
          </span>
        )}
      </a>
    </li>
  );
}

/** What the office only holds asks nothing of anybody here. */
function isToMend(one: CameBack): boolean {
  return one.kind === "returned" || one.held.refused !== undefined;
}

function CameBackList({ title, reader, back }: { title: string; reader: Reader; back: CameBack[] }) {
  const say = useWords();
  const { book } = reader;
  return back.length === 0 ? null : (
    <Section title={title}>
      {back.map((one) => {
        if (one.kind === "returned") {
          const sub = say(words.backWhy, { name: one.by, note: one.note });
          return <Line key={one.record.id} href={to("record", one.record.id)} title={titleOf(reader, one.record)} sub={sub} tags={[["care", say(words.returned)]]} />;
        }
        const { change, refused, message } = one.held;
        const record = book.record(change.record);
        const kind = book.schema.kind(change.kind);
        const title = record === undefined ? labelOf(kind ?? { zh: change.kind, en: change.kind }, reader.language) : titleOf(reader, record);
        return (
          <Line
            key={change.id}
            href={to("record", change.record)}
            title={title}
            sub={refused ?? message}
            tags={[refused === undefined ? ["care", say(words.held)] : ["bad", say(words.refused)]]}
          />
        );
      })}
    </Section>
  );
}

function Findings({ reader, waiting }: { reader: Reader; waiting: ReturnType<typeof waitingFindings> }) {
  const say = useWords();
  const [shown, more] = useFirst(waiting);
  return waiting.length === 0 ? null : (
    <>
      <Section title={say(words.findings)}>
        {shown.map((state) => {
          const tags: [string, string][] = [["care", say(state.asks === "rectify" ? words.toRectify : words.toVerify)]];
          if (state.overdueDays > 0) {
            tags.push(["bad", say(recordWords.overdue, { days: state.overdueDays })]);
          } else if (state.deadline !== undefined) {
            tags.push(["told", say(words.due, { day: shortDay(state.deadline) })]);
          }
          const place = reader.book.nameOf(reader.book.projectOf(state.finding)) ?? reader.book.nameOf(reader.book.schoolOf(state.finding));
          return <Line key={state.finding.id} href={to("record", state.finding.id)} title={titleOf(reader, state.finding)} sub={place} tags={tags} />;
        })}
      </Section>
      {more}
    </>
  );
}

/** How many of a list are shown before the rest is asked for. */
const FIRST = 5;

/** The first of a list, and what shows the rest. */
function useFirst<T>(all: T[]): [T[], ComponentChildren] {
  const say = useWords();
  const [isWhole, setWhole] = useState(false);
  const shown = isWhole ? all : all.slice(0, FIRST);
  const more =
    shown.length === all.length ? null : (
      <button type="button" class="jump" onClick={() => setWhole(true)}>
        {say(recordWords.more, { count: all.length - shown.length })}
      </button>
    );
  return [shown, more];
}

/** How many diaries are listed for a principal at once. */
const MOST_TO_CONFIRM = 5;

function ToConfirm({ reader, diaries }: { reader: Reader; diaries: RecordState[] }) {
  const say = useWords();
  const latest = [...diaries].sort((a, b) => (titleDay(a) < titleDay(b) ? 1 : -1));
  return diaries.length === 0 ? null : (
    <>
      <Section title={say(words.toConfirm)}>
        {latest.slice(0, MOST_TO_CONFIRM).map((diary) => (
          <Line key={diary.id} href={to("record", diary.id)} title={titleOf(reader, diary)} sub={reader.book.nameOf(reader.book.projectOf(diary))} tags={[]} />
        ))}
      </Section>
      {latest.length > MOST_TO_CONFIRM ? <p class="soft">{say(words.moreToConfirm, { count: latest.length - MOST_TO_CONFIRM })}</p> : null}
    </>
  );
}

function titleDay(diary: RecordState): string {
  return String(headsOf(diary, "date")[0]?.value ?? "");
}

function Drafts({ reader, drafts }: { reader: Reader; drafts: Draft[] }) {
  const say = useWords();
  const [shown, more] = useFirst([...drafts].sort((a, b) => (a.touchedAt < b.touchedAt ? 1 : -1)));
  return drafts.length === 0 ? null : (
    <>
      <Section title={say(words.drafts)}>
        {shown.map((draft) => (
          <Line key={draft.id} href={to("write", draft.kind, draft.id)} title={draftTitle(reader, draft)} sub={say(words.draftFrom, { at: moment(draft.touchedAt, reader.now, reader.language) })} tags={[]} />
        ))}
      </Section>
      {more}
    </>
  );
}

/** What a draft is of: the kind, and the day or place that stands in it. */
function draftTitle({ book, language }: Reader, draft: Draft): string {
  const kind = book.schema.kind(draft.kind);
  const single = (draft.fields["single"] ?? {}) as Record<string, unknown>;
  // What is left of a form that was saved says where it belongs no more, but its record does.
  const saved = book.record(draft.id);
  const text = (name: string) => (typeof single[name] === "string" ? (single[name] as string) : saved && textIn(saved, name));
  const date = text("date");
  const parts = [
    date === undefined ? undefined : shortDay(date, language),
    kind === undefined ? draft.kind : labelOf(kind, language),
    book.nameOf(text("project")) ?? book.nameOf(text("school")),
  ];
  return parts.filter((part) => part !== undefined).join(" · ");
}
