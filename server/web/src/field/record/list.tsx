/** The records on this phone, by project and kind, the latest first. */

import { useState } from "preact/hooks";
import type { Which } from "../../db/listing.ts";
import type { RecordState } from "../../protocol/record.ts";
import { headsOf } from "../../protocol/record.ts";
import { forceOf } from "../../protocol/withdrawal.ts";
import { useHouse } from "../../ui/house.ts";
import { useLive } from "../../ui/live.ts";
import { to } from "../../ui/route.ts";
import { Button, ButtonLink } from "../../ui/widgets/button.tsx";
import { Empty } from "../../ui/widgets/notice.tsx";
import { moment } from "../../ui/words/dates.ts";
import { frame } from "../../ui/words/frame.ts";
import { language, useWords } from "../../ui/words/language.ts";
import { record as words } from "../../ui/words/record.ts";
import { standing as standingWords } from "../../ui/words/standing.ts";
import { today as todayWords } from "../../ui/words/today.ts";
import { withdrawal as withdrawalWords } from "../../ui/words/withdrawal.ts";
import { localTime } from "../form/days.ts";
import { findingState, toneOf } from "../today/findings.ts";
import { diaryStanding, signoffsOf } from "../today/state.ts";
import { saidIn } from "./book.ts";
import { openListing } from "./listing.ts";
import { conflictsIn } from "./settling.ts";
import { type Reader, labelOf } from "./show.ts";
import { byName, kindBeside, titleOf } from "./title.ts";
import { whereabouts } from "./whereabouts.ts";
import "../form/form.css";
import "./record.css";

/** How many are drawn at once. */
const PAGE = 60;

export function RecordsPage() {
  const say = useWords();
  const { device } = useHouse();
  const [project, setProject] = useState("");
  const [kind, setKind] = useState("");
  const [most, setMost] = useState(PAGE);
  const which: Which = { ...(kind === "" ? {} : { kind }), ...(project === "" ? {} : { project }) };
  const opened = useLive(
    async () => ({ listing: await openListing(device, which, most) }),
    [project, kind, most],
    ["device", "rows", "papers"],
  );
  if (opened === undefined) {
    return <p class="opening">{say(frame.opening)}</p>;
  }
  const { listing } = opened;
  if (listing === undefined || (listing.count === 0 && project === "" && kind === "")) {
    return (
      <Empty title={say(words.empty)}>
        <p>{say(words.emptyWhy)}</p>
        <ButtonLink href={to()} weight="main">
          {say(frame.toToday)}
        </ButtonLink>
      </Empty>
    );
  }
  const { book, records, count, kinds } = listing;
  const reader: Reader = { book, language: language(), now: new Date() };
  // Where there is but one project, its name says nothing.
  const isPlaced = project === "" && book.all("project").length > 1;
  const choose = (put: (value: string) => void) => (event: { currentTarget: { value: string } }) => {
    setMost(PAGE);
    put(event.currentTarget.value);
  };
  return (
    <div class="form">
      <div class="filters">
        <label>
          {say(words.filterProject)}
          <select class="input" value={project} onChange={choose(setProject)}>
            <option value="">{say(words.all)}</option>
            {[...book.all("project")].sort(byName).map((one) => (
              <option key={one.id} value={one.id}>
                {titleOf(reader, one)}
              </option>
            ))}
          </select>
        </label>
        <label>
          {say(words.filterKind)}
          <select class="input" value={kind} onChange={choose(setKind)}>
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
          {say(words.found, { count })}
        </p>
        <ButtonLink href={kind === "" ? to("write") : to("write", kind)}>{say(words.writeNew)}</ButtonLink>
      </div>
      {records.length === 0 ? (
        <Empty title={say(words.noneFound)}>
          <p>{say(words.noneFoundWhy)}</p>
        </Empty>
      ) : (
        <ul class="records">
          {records.map((record) => (
            <Line key={record.id} reader={reader} record={record} isPlaced={isPlaced} />
          ))}
        </ul>
      )}
      {count > records.length ? <Button onClick={() => setMost(most + PAGE)}>{say(words.more, { count: Math.min(PAGE, count - records.length) })}</Button> : null}
    </div>
  );
}

function Line({ reader, record, isPlaced }: { reader: Reader; record: RecordState; isPlaced: boolean }) {
  const say = useWords();
  const { book } = reader;
  const heads = [...record.fields.keys()].flatMap((name) => headsOf(record, name));
  const last = heads.reduce((last, head) => (head.made_at > last.made_at ? head : last), heads[0] ?? { made_at: "", by_name: "" });
  const said = [kindBeside(reader, record), say(words.lastBy, { name: last.by_name, at: moment(last.made_at, reader.now, reader.language) })];
  const place = book.nameOf(book.projectOf(record)) ?? book.nameOf(book.schoolOf(record));
  return (
    <li>
      <a class="record-line" href={to("record", record.id)}>
        <span class="record-title">{titleOf(reader, record)}</span>
        {place === undefined || !isPlaced ? null : <span class="soft">{place}</span>}
        <span class="record-foot">
          <span class="soft">{said.filter((word) => word !== undefined).join(" · ")}</span>
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
  const force = forceOf(record, book.schema);
  if (typeof force === "object") {
    tags.push(["care", say(withdrawalWords.tagContested)]);
  }
  if (force === "withdrawn") {
    tags.push(["told", say(withdrawalWords.tagWithdrawn)]);
  } else if (record.kind === "finding") {
    const state = findingState(record, saidIn(book), book.schema, localTime(now).day);
    tags.push([toneOf(state.standing), say(standingWords[state.standing])]);
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
