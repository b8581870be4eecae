/** The held box: what waits, oldest first, and what was decided. */

import { labelOf } from "../../field/record/show.ts";
import { HandIn } from "../../field/line/carry.tsx";
import { Schema, type WireSchema } from "../../protocol/schema.ts";
import { useHouse } from "../../ui/house.ts";
import { useLive } from "../../ui/live.ts";
import { carry } from "../../ui/words/carry.ts";
import { moment } from "../../ui/words/dates.ts";
import { heldbox as words } from "../../ui/words/heldbox.ts";
import { language, useWords } from "../../ui/words/language.ts";
import { useAnswer } from "../answers.ts";
import { useOffice } from "../house.ts";
import { MOVES, useKeys } from "../keys.ts";
import { AsOf, Known } from "../known.tsx";
import { useNames } from "../names.ts";
import { addressOf, paths, useQuery } from "../roads.ts";
import { type HeldChange, type HeldState, changeIn } from "./box.ts";
import "../../field/form/form.css";

const STATES: readonly HeldState[] = ["waiting", "released", "refused"];

export function HeldPage() {
  const say = useWords();
  const [query] = useQuery();
  const state = STATES.find((one) => one === query["state"]) ?? "waiting";
  const answer = useAnswer<{ held: HeldChange[] }>(`/api/v1/held?state=${state}&limit=500`);
  useKeys(MOVES);
  return (
    <>
      <div class="page-head">
        <h1>{say(words.title)}</h1>
        <AsOf answer={answer} />
      </div>
      <p class="soft">{say(words.why)}</p>
      <nav class="tabs" aria-label={say(words.title)}>
        {STATES.map((one) => (
          <a key={one} href={addressOf(paths.to(["held"]), { state: one === "waiting" ? undefined : one })} {...(one === state ? { "aria-current": "page" as const } : {})}>
            {say(words[one])}
          </a>
        ))}
      </nav>
      <Known answer={answer}>{({ held }) => <Box held={held} state={state} />}</Known>
      <details class="hand-in no-print">
        <summary class="jump">{say(carry.handIn)}</summary>
        <p class="soft">{say(carry.handInWhy)}</p>
        <HandIn />
      </details>
    </>
  );
}

function Box({ held, state }: { held: HeldChange[]; state: HeldState }) {
  const say = useWords();
  const { device } = useHouse();
  const { queue } = useOffice();
  const names = useNames();
  const wire = useLive(() => device.paper<WireSchema>("schema"), [], ["papers"]);
  const schema = wire && new Schema(wire);
  const begin = () =>
    queue.begin({ from: `${location.pathname}${location.search}`, title: say(words.title), lines: held.map(({ id }) => paths.to(["held", String(id)])) });
  const what = (one: HeldChange) => {
    const kind = schema?.kind(changeIn(one)?.kind ?? "");
    return kind === undefined ? say(words.raw) : labelOf(kind, language());
  };
  if (held.length === 0) {
    return <p class="soft">{say(words.empty)}</p>;
  }
  return (
    <>
      <p class="soft">{say(words.count, { count: held.length })}</p>
      <div class="table-box">
        <table class="lines">
          <thead>
            <tr>
              <th scope="col" class="when">
                {say(words.came)}
              </th>
              <th scope="col">{say(words.who)}</th>
              <th scope="col">{say(words.what)}</th>
              <th scope="col">{say(words.reason)}</th>
              {names.isWide ? <th scope="col">{say(words.where)}</th> : null}
            </tr>
          </thead>
          <tbody>
            {held.map((one) => (
              <tr key={one.id}>
                <td class="when">{moment(one.received_at, new Date())}</td>
                <td>{one.by_name}</td>
                <td>
                  <a href={paths.to(["held", String(one.id)])} data-line onClick={begin}>
                    {what(one)}
                  </a>
                </td>
                <td>{state === "refused" && one.decision_reason != null ? one.decision_reason : `${say(words[`codes_${one.code}`])} · ${one.message}`}</td>
                {names.isWide ? <td>{names.county(one.county)}</td> : null}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}
