/** One project today: its diary, the days that were missed, an idle day in two taps. */

import { useState } from "preact/hooks";
import type { Draft } from "../../db/device.ts";
import { natural } from "../../protocol/ids.ts";
import { useAttempt } from "../../ui/attempt.tsx";
import { useHouse } from "../../ui/house.ts";
import { go } from "../../ui/route.ts";
import { Button } from "../../ui/widgets/button.tsx";
import { shortDay } from "../../ui/words/dates.ts";
import { useWords } from "../../ui/words/language.ts";
import { today as words } from "../../ui/words/today.ts";
import { begin } from "../form/begin.ts";
import { stamp } from "../../protocol/stamp.ts";
import { textIn } from "../record/book.ts";
import type { Reader } from "../record/show.ts";
import { IdleSheet } from "./idle.tsx";
import type { ProjectToday } from "./state.ts";

/** How many missed days are one tap away. */
const MOST_MISSED = 4;

interface ProjectProps {
  reader: Reader;
  state: ProjectToday;
  drafts: Draft[];
  today: string;
  /** One of many: what is not for today is folded away. */
  isOfMany: boolean;
}

export function ProjectCard({ reader, state, drafts, today, isOfMany }: ProjectProps) {
  const say = useWords();
  const { device } = useHouse();
  const { book } = reader;
  const { project } = state;
  const [idleOn, setIdleOn] = useState<string>();
  const [attempt, failed] = useAttempt();
  const idOf = (day: string) => natural("diary", `${project.id}/${day}`);
  const hasDraft = (day: string) => drafts.some((draft) => draft.id === idOf(day));
  const write = async (day: string) => {
    const id = await begin(device, book, "diary", { project: project.id, date: day }, stamp(new Date()));
    if (id !== undefined) {
      go("write", "diary", id);
    }
  };
  const isBegun = hasDraft(today);
  const isDone = state.today === "submitted" || state.today === "confirmed" || state.today === "changed_since_signed";
  // Where nobody waits for a diary, the large button is none.
  const isAsked = state.required || isBegun || state.today !== "none";
  const [tone, standing] = standingOf(state, isBegun);
  return (
    <section class="card" aria-label={textIn(project, "name") ?? say(words.projects)}>
      <h2>{textIn(project, "name")}</h2>
      <p class="soft">{book.nameOf(textIn(project, "school"))}</p>
      <p>
        {say(words.todays)}
        <span class={`tag ${tone}`}>{say(words[standing])}</span>
      </p>
      <div class={isOfMany ? "todo beside" : "todo"}>
        {isDone && !isBegun ? (
          <Button onClick={() => go("record", idOf(today))}>{say(words.editDiary)}</Button>
        ) : (
          <Button weight={isAsked ? "main" : "plain"} onClick={() => attempt(() => write(today))}>
            {say(isBegun ? words.goOnDiary : state.today === "returned" ? words.correctDiary : state.today !== "none" ? words.goOnDiary : words.writeDiary)}
          </Button>
        )}
        {state.today === "none" && !isBegun && isAsked ? <Button onClick={() => setIdleOn(today)}>{say(words.idle)}</Button> : null}
      </div>
      {state.missed.length === 0 ? null : <Missed days={state.missed} isFolded={isOfMany} onWrite={(day) => attempt(() => write(day))} />}
      {failed}
      {idleOn === undefined ? null : (
        <IdleSheet reader={reader} project={project} day={idleOn} suspended={state.suspended} onDone={() => setIdleOn(undefined)} onEdit={() => attempt(() => write(idleOn))} />
      )}
    </section>
  );
}

function Missed({ days, isFolded, onWrite }: { days: string[]; isFolded: boolean; onWrite: (day: string) => void }) {
  const say = useWords();
  const count = <span class="tag bad flush">{say(words.missedTitle, { count: days.length })}</span>;
  const list = (
    <>
      <p class="soft">{say(words.missedDo)}</p>
      <div class="chips">
        {days.slice(0, MOST_MISSED).map((day) => (
          <button key={day} type="button" class="chip" onClick={() => onWrite(day)}>
            {shortDay(day)}
          </button>
        ))}
      </div>
      {days.length > MOST_MISSED ? <p class="soft">{say(words.missedMore, { count: days.length - MOST_MISSED })}</p> : null}
    </>
  );
  return isFolded ? (
    <details class="missed">
      <summary>{count}</summary>
      {list}
    </details>
  ) : (
    <div class="missed">
      <p>{count}</p>
      {list}
    </div>
  );
}

/** How today stands, and how urgent that is. */
function standingOf(state: ProjectToday, isBegun: boolean): ["good" | "care" | "told", keyof typeof words & ("draft" | "suspended" | "notRequired" | ProjectToday["today"])] {
  if (state.today === "none") {
    return isBegun ? ["care", "draft"] : state.suspended ? ["told", "suspended"] : state.required ? ["care", "none"] : ["told", "notRequired"];
  }
  return [["incomplete", "returned", "changed_since_signed"].includes(state.today) ? "care" : "good", state.today];
}
