/** What became of a finding: its attempts, and what may be done next. */

import type { RecordState } from "../../protocol/record.ts";
import type { FieldName, Value } from "../../protocol/wire.ts";
import { useAttempt } from "../../ui/attempt.tsx";
import { useHouse } from "../../ui/house.ts";
import { go, to } from "../../ui/route.ts";
import { Button } from "../../ui/widgets/button.tsx";
import { useWords } from "../../ui/words/language.ts";
import { record as words } from "../../ui/words/record.ts";
import { standing } from "../../ui/words/standing.ts";
import { begin } from "../form/begin.ts";
import { localTime } from "../form/days.ts";
import { stamp } from "../../protocol/stamp.ts";
import { type FindingState, asks, findingState, toneOf } from "../today/findings.ts";
import { saidIn } from "./book.ts";
import type { Reader } from "./show.ts";
import { titleOf } from "./title.ts";

/** What a reply to a finding says from the start. */
function replyPresets(reader: Reader, state: FindingState, kind: "rectification" | "verification"): Record<FieldName, Value> {
  const { book, now } = reader;
  const { finding, unverified } = state;
  const [school, project] = [book.schoolOf(finding), book.projectOf(finding)];
  const { day } = localTime(now);
  return {
    finding: finding.id,
    ...(school === undefined ? {} : { school }),
    ...(project === undefined ? {} : { project }),
    ...(kind === "rectification" ? { done_on: day } : { date: day }),
    ...(kind === "verification" && unverified !== undefined ? { rectification: unverified.id } : {}),
  };
}

export function FindingFollow({ reader, finding }: { reader: Reader; finding: RecordState }) {
  const say = useWords();
  const { device } = useHouse();
  const { book, now } = reader;
  const [attempt, failed] = useAttempt();
  const state = findingState(finding, saidIn(book), book.schema, localTime(now).day);
  const asked = asks(state, book.me.roles, book.me.user.id);
  const reply = async (kind: "rectification" | "verification") => {
    const id = await begin(device, book, kind, replyPresets(reader, state, kind), stamp(new Date()));
    if (id !== undefined) {
      go("write", kind, id);
    }
  };
  return (
    <section class="card" aria-label={say(words.attempts)}>
      <p>
        <span class={`tag flush ${toneOf(state.standing)}`}>{say(standing[state.standing])}</span>
        {state.overdueDays > 0 ? <span class="tag bad">{say(words.overdue, { days: state.overdueDays })}</span> : null}
      </p>
      {state.rectifications.map((attempt) => (
        <a key={attempt.id} class="jump" href={to("record", attempt.id)}>
          {titleOf(reader, attempt)}
        </a>
      ))}
      {asked === "rectify" ? (
        <Button weight="main" onClick={() => attempt(() => reply("rectification"))}>
          {say(words.rectify)}
        </Button>
      ) : null}
      {asked === "verify" ? (
        <Button weight="main" onClick={() => attempt(() => reply("verification"))}>
          {say(words.verify)}
        </Button>
      ) : null}
      {failed}
    </section>
  );
}
