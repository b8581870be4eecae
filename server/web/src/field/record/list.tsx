/** The records on this phone, by project and kind, the latest first. */

import { useMemo, useState } from "preact/hooks";
import type { RecordState } from "../../protocol/record.ts";
import { headsOf } from "../../protocol/record.ts";
import { useHouse } from "../../ui/house.ts";
import { useLive } from "../../ui/live.ts";
import { to } from "../../ui/route.ts";
import { Button, ButtonLink } from "../../ui/widgets/button.tsx";
import { Empty } from "../../ui/widgets/notice.tsx";
import { moment } from "../../ui/words/dates.ts";
import { frame } from "../../ui/words/frame.ts";
import { language, useWords } from "../../ui/words/language.ts";
import { record as words } from "../../ui/words/record.ts";
import { diaryStanding, findingState, signoffsOf } from "../today/state.ts";
import { today as todayWords } from "../../ui/words/today.ts";
import { localTime } from "../form/days.ts";
import { type Book, openBook } from "./book.ts";
import { conflictsIn } from "./settling.ts";
import { type Reader, labelOf } from "./show.ts";
import { dayOfRecord, titleOf } from "./title.ts";
import { whereabouts } from "./whereabouts.ts";
import "../form/form.css";
import "./record.css";

/** The kinds that people on the phone write and read. */
const KINDS = [
  ...["diary", "inspection", "finding", "rectification", "verification", "notice", "progress_report"],
  ...["equipment_receipt", "service_visit", "concealed_acceptance", "acceptance", "stage_event", "suspension"],
  ...["design_change", "fund_event", "meeting", "visit", "baseline_check", "bulletin"],
];

/** How many are drawn at once. */
const PAGE = 60;

export function RecordsPage() {
  const say = useWords();
  const { device } = useHouse();
  const opened = useLive(async () => ({ book: await openBook(device, KINDS) }), [], ["device", "rows", "papers"]);
  if (opened === undefined) {
    return <p class="opening">{say(frame.opening)}</p>;
  }
  const { book } = opened;
  const isEmpty = book === undefined || KINDS.every((kind) => book.all(kind).length === 0);
  return book === undefined || isEmpty ? (
    <Empty title={say(words.empty)}>
      <p>{say(words.emptyWhy)}</p>
      <ButtonLink href={to()} weight="main">
        {say(frame.toToday)}
      </ButtonLink>
    </Empty>
  ) : (
    <List book={book} />
  );
}

function List({ book }: { book: Book }) {
  const say = useWords();
  const [project, setProject] = useState("");
  const [kind, setKind] = useState("");
  const [most, setMost] = useState(PAGE);
  const reader: Reader = { book, language: language(), now: new Date() };
  // Where there is but one project, its name says nothing.
  const isPlaced = project === "" && book.all("project").length > 1;
  const kinds = KINDS.filter((name) => book.all(name).length > 0);
  const found = useMemo(() => {
    const records = kinds.filter((name) => kind === "" || name === kind).flatMap((name) => book.all(name));
    const own = records.filter((record) => project === "" || book.projectOf(record) === project);
    const dated = own.map((record) => [dayOfRecord(record), record] as const);
    return dated.sort(([a], [b]) => (a < b ? 1 : a > b ? -1 : 0)).map(([, record]) => record);
  }, [book, project, kind]);
  return (
    <div class="form">
      <div class="filters">
        <label>
          {say(words.filterProject)}
          <select class="input" value={project} onChange={(event) => setProject(event.currentTarget.value)}>
            <option value="">{say(words.all)}</option>
            {book.all("project").map((one) => (
              <option key={one.id} value={one.id}>
                {titleOf(reader, one)}
              </option>
            ))}
          </select>
        </label>
        <label>
          {say(words.filterKind)}
          <select class="input" value={kind} onChange={(event) => setKind(event.currentTarget.value)}>
            <option value="">{say(words.all)}</option>
            {kinds.map((name) => (
              <option key={name} value={name}>
                {labelOf(book.schema.kind(name) ?? { zh: name, en: name }, reader.language)}
              </option>
            ))}
          </select>
        </label>
      </div>
      <div class="row spread">
        <p class="soft" role="status">
          {say(words.found, { count: found.length })}
        </p>
        <ButtonLink href={kind === "" ? to("write") : to("write", kind)}>{say(words.writeNew)}</ButtonLink>
      </div>
      {found.length === 0 ? (
        <Empty title={say(words.noneFound)}>
          <p>{say(words.noneFoundWhy)}</p>
        </Empty>
      ) : (
        <ul class="records">
          {found.slice(0, most).map((record) => (
            <Line key={record.id} reader={reader} record={record} isPlaced={isPlaced} />
          ))}
        </ul>
      )}
      {found.length > most ? <Button onClick={() => setMost(most + PAGE)}>{say(words.more, { count: Math.min(PAGE, found.length - most) })}</Button> : null}
    </div>
  );
}

function Line({ reader, record, isPlaced }: { reader: Reader; record: RecordState; isPlaced: boolean }) {
  const say = useWords();
  const { book } = reader;
  const heads = [...record.fields.keys()].flatMap((name) => headsOf(record, name));
  const last = heads.reduce((last, head) => (head.made_at > last.made_at ? head : last), heads[0] ?? { made_at: "", by_name: "" });
  const place = book.nameOf(book.projectOf(record)) ?? book.nameOf(book.schoolOf(record));
  return (
    <li>
      <a class="record-line" href={to("record", record.id)}>
        <span class="record-title">{titleOf(reader, record)}</span>
        {place === undefined || !isPlaced ? null : <span class="soft record-place">{place}</span>}
        <span class="record-foot">
          <span class="soft">{say(words.lastBy, { name: last.by_name, at: moment(last.made_at, reader.now, reader.language) })}</span>
          <Tags reader={reader} record={record} />
        </span>
      </a>
    </li>
  );
}

/** What one has to know of a record at a glance. */
function Tags({ reader, record }: { reader: Reader; record: RecordState }) {
  const say = useWords();
  const { book, now } = reader;
  const kind = book.schema.kind(record.kind);
  const where = whereabouts(book.phone, record);
  const tags: [string, string][] = [];
  if (kind !== undefined && conflictsIn(book, kind, record).length > 0) {
    tags.push(["care", say(todayWords.twoVersions)]);
  }
  if (where.held.length > 0) {
    tags.push(["bad", say(todayWords.held)]);
  }
  if (record.kind === "finding") {
    const state = findingState(record, book.all("rectification"), book.all("verification"), book.schema, localTime(now).day);
    tags.push([state.standing === "closed" ? "good" : "care", say(words[state.standing])]);
  } else if (record.kind === "diary") {
    const standing = diaryStanding(record, book.schema);
    tags.push([["returned", "incomplete", "changed_since_signed"].includes(standing) ? "care" : "good", say(todayWords[standing])]);
  } else if (signoffsOf(record).length > 0) {
    tags.push(["good", say(words.signed)]);
  }
  if (where.at === "waiting") {
    tags.push(["told", say(todayWords.waiting)]);
  }
  return (
    <>
      {tags.map(([tone, text]) => (
        <span key={text} class={`tag ${tone}`}>
          {text}
        </span>
      ))}
    </>
  );
}
