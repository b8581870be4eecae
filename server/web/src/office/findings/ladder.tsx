/** How far a finding that is overdue has gone: bulletin, interview, leader; and the way to begin the interview. */

import { begin } from "../../field/form/begin.ts";
import { localTime } from "../../field/form/days.ts";
import { mayWrite } from "../../field/form/rights.ts";
import { textIn } from "../../field/record/book.ts";
import type { Reader } from "../../field/record/show.ts";
import { titleOf } from "../../field/record/title.ts";
import { findingState } from "../../field/today/state.ts";
import type { RecordState } from "../../protocol/record.ts";
import { stamp } from "../../protocol/stamp.ts";
import type { FieldName, Uuid, Value } from "../../protocol/wire.ts";
import type { ComponentChildren } from "preact";
import { useAttempt } from "../../ui/attempt.tsx";
import { useHouse } from "../../ui/house.ts";
import { Button } from "../../ui/widgets/button.tsx";
import { shortDay } from "../../ui/words/dates.ts";
import { ladder as words } from "../../ui/words/ladder.ts";
import { useWords } from "../../ui/words/language.ts";
import { useAnswer } from "../answers.ts";
import { useKeys } from "../keys.ts";
import { useNames } from "../names.ts";
import { paths, travel } from "../roads.ts";
import type { Mark } from "../states.ts";
import "../bulletins/bulletins.css";

interface Talk {
  id: Uuid;
  fields: { findings?: Uuid[]; date?: string[]; unit?: string[]; deadline?: string[] };
}

export function Ladder({ reader, record }: { reader: Reader; record: RecordState }) {
  const say = useWords();
  const { device } = useHouse();
  const { book, now } = reader;
  const names = useNames();
  const [attempt, failed] = useAttempt();
  const today = localTime(now).day;
  const state = findingState(record, book.all("rectification"), book.all("verification"), book.schema, today);
  const [school, project] = [book.schoolOf(record), book.projectOf(record)];
  const county = names.countyOf(school);
  const place = project === undefined ? `school=${school ?? ""}` : `project=${project}`;
  const { value: stands } = useAnswer<{ records: { record: Uuid; marks: Mark[] }[] }>(state.overdueDays > 0 ? `/api/v1/states/finding?${place}&limit=1000` : undefined);
  const interview = book.schema.kind("interview");
  const mayTalk = interview !== undefined && mayWrite(interview, book.me.roles, { school, project });
  const { value: talks } = useAnswer<{ records: Talk[] }>(county === undefined ? undefined : `/api/v1/records?kind=interview&county=${county}&fields=findings,date,unit,deadline&limit=200`);
  const held = (talks?.records ?? []).filter(({ fields }) => fields.findings?.includes(record.id) === true);
  const marks = new Set(stands?.records.find((stand) => stand.record === record.id)?.marks.map(({ mark }) => mark));
  const isShown = state.overdueDays > 0 || held.length > 0;
  const mayBegin = isShown && mayTalk && state.standing !== "closed";
  const talk = async () => {
    const unit = textIn(record, "responsible");
    const said: Record<FieldName, Value> = {
      ...(county === undefined ? {} : { county }),
      ...(school === undefined ? {} : { school }),
      ...(project === undefined ? {} : { project }),
      ...(unit === undefined ? {} : { unit }),
      date: today,
      findings: record.id,
      causes: say(words.cause, { what: titleOf(reader, record) }),
    };
    const id = await begin(device, book, "interview", said, stamp(new Date()));
    if (id !== undefined) {
      travel(paths.to(["write", "interview", id]));
    }
  };
  useKeys({ i: mayBegin ? () => attempt(talk) : undefined });
  if (!isShown) {
    return null;
  }
  const isOver = held.some(({ fields }) => (fields.deadline?.[0] ?? today) < today) && state.standing !== "closed";
  return (
    <section class="card" aria-labelledby="ladder">
      <h2 id="ladder">{say(words.title)}</h2>
      <ol class="steps four">
        <Step title={say(words.overdue, { days: state.overdueDays })} isDone={state.overdueDays > 0} />
        <Step title={say(words.bulletin)} isDone={marks.has("in_bulletin")}>
          {marks.has("in_bulletin") ? say(words.inBulletin) : marks.has("next_bulletin") ? say(words.nextBulletin) : say(words.notYet)}
        </Step>
        <Step title={say(words.interview)} isDone={held.length > 0}>
          {held.length === 0
            ? say(marks.has("next_interview") ? words.interviewDue : words.notYet)
            : held.map(({ id, fields }) => (
                <a key={id} href={paths.to(["record", id])}>
                  {say(words.interviewed, { day: fields.date?.[0] === undefined ? "" : shortDay(fields.date[0]), unit: fields.unit?.[0] ?? "" })}
                </a>
              ))}
        </Step>
        <Step title={say(words.leader)} isDone={isOver}>
          {isOver ? "" : say(words.notYet)}
        </Step>
      </ol>
      {mayBegin ? (
        <div class="row no-print">
          <Button weight={marks.has("next_interview") && held.length === 0 ? "main" : "plain"} onClick={() => attempt(talk)}>
            {say(words.begin)} <kbd>i</kbd>
          </Button>
        </div>
      ) : null}
      {failed}
    </section>
  );
}

function Step({ title, isDone, children }: { title: string; isDone: boolean; children?: ComponentChildren }) {
  return (
    <li class={isDone ? "done" : ""}>
      <strong>{title}</strong>
      <span class="soft">{children}</span>
    </li>
  );
}
