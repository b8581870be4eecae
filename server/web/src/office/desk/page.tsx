/** The desk: what waits for whoever sits here, most urgent first. */

import { useMemo } from "preact/hooks";
import type { Me } from "../../field/record/book.ts";
import { Schema, type WireSchema } from "../../protocol/schema.ts";
import { useHouse } from "../../ui/house.ts";
import { useLive } from "../../ui/live.ts";
import { day } from "../../ui/words/dates.ts";
import { desk as words } from "../../ui/words/desk.ts";
import { useWords } from "../../ui/words/language.ts";
import { useAnswer } from "../answers.ts";
import { CountyChoice } from "../county.tsx";
import { MOVES, useKeys } from "../keys.ts";
import { AsOf, Known } from "../known.tsx";
import { type Names, useNames } from "../names.ts";
import { addressOf, paths, useQuery } from "../roads.ts";
import { type DeskAnswer, knownGroups, questionOf } from "./lines.ts";
import { GroupTable } from "./table.tsx";

/** So many lines of a group stand on the desk; the others one click away, unless they are hardly more. */
const AT_ONCE = 6;
const HARDLY_MORE = 2;

export function DeskPage({ me }: { me: Me }) {
  const say = useWords();
  const names = useNames();
  const [{ county }] = useQuery();
  const answer = useAnswer<DeskAnswer>(questionOf({ county }));
  useKeys(MOVES);
  return (
    <>
      <div class="page-head">
        <h1>{say(words.hello, { name: me.user.display_name, day: answer.value === undefined ? "" : day(answer.value.at) })}</h1>
        <AsOf answer={answer} />
      </div>
      <CountyChoice names={names} />
      <Known answer={answer}>{(desk) => <Groups desk={desk} names={names} county={county} />}</Known>
    </>
  );
}

function Groups({ desk, names, county }: { desk: DeskAnswer; names: Names; county: string | undefined }) {
  const say = useWords();
  const { device } = useHouse();
  const wire = useLive(() => device.paper<WireSchema>("schema"), [], ["papers"]);
  const schema = useMemo(() => wire && new Schema(wire), [wire]);
  const groups = knownGroups(desk.groups);
  const [waiting, empty] = [groups.filter(({ count }) => count > 0), groups.filter(({ count }) => count === 0)];
  const total = waiting.reduce((sum, { count }) => sum + count, 0);
  return (
    <>
      <p>{say(words.waiting, { count: total })}</p>
      {waiting.length === 0 ? null : (
        <nav class="tiles" aria-label={say(words.summary)}>
          {waiting.map(({ code, count }) => (
            <a key={code} class="tile" href={`#${code}`}>
              <span class="tile-count">{count}</span>
              <span>{say(words[code])}</span>
            </a>
          ))}
        </nav>
      )}
      {waiting.map(({ code, count, lines }) => (
        <section key={code} id={code} class="group" aria-labelledby={`${code}-title`}>
          <h2 id={`${code}-title`}>
            {say(words[code])} <span class="count">{count}</span>
          </h2>
          <GroupTable code={code} lines={count <= AT_ONCE + HARDLY_MORE ? lines : lines.slice(0, AT_ONCE)} at={desk.at} names={names} schema={schema} contents={desk.contents} />
          {count <= AT_ONCE + HARDLY_MORE ? null : (
            <p class="more">
              <a href={addressOf(paths.to(["desk", code]), { county })} data-line>
                {say(words.all, { count })}
              </a>
            </p>
          )}
        </section>
      ))}
      {empty.length === 0 ? null : <p class="soft">{say(words.noneOf, { what: empty.map(({ code }) => say(words[code])).join(" · ") })}</p>}
    </>
  );
}
