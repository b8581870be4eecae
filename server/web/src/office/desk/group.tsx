/** One group of the desk, whole. */

import { useMemo, useState } from "preact/hooks";
import { Schema, type WireSchema } from "../../protocol/schema.ts";
import { useHouse } from "../../ui/house.ts";
import { useLive } from "../../ui/live.ts";
import { Button } from "../../ui/widgets/button.tsx";
import { desk as words } from "../../ui/words/desk.ts";
import { useWords } from "../../ui/words/language.ts";
import { office } from "../../ui/words/office.ts";
import { useAnswer } from "../answers.ts";
import { MOVES, useKeys } from "../keys.ts";
import { AsOf, Known } from "../known.tsx";
import { useNames } from "../names.ts";
import { paths, travel } from "../roads.ts";
import { GROUPS, type GroupAnswer, type GroupCode } from "./lines.ts";
import { useSaid } from "./said.ts";
import { GroupTable } from "./table.tsx";

const PAGE = 100;

export function GroupPage({ code }: { code: string }) {
  const say = useWords();
  const { device } = useHouse();
  const [limit, setLimit] = useState(PAGE);
  const known = (GROUPS as readonly string[]).includes(code) ? (code as GroupCode) : undefined;
  const answer = useAnswer<GroupAnswer>(known && `/api/v1/desk/${known}?limit=${limit}`);
  const names = useNames();
  const wire = useLive(() => device.paper<WireSchema>("schema"), [], ["papers"]);
  const schema = useMemo(() => wire && new Schema(wire), [wire]);
  const said = useSaid(answer.value === undefined ? [] : [answer.value], schema);
  useKeys({ ...MOVES, u: () => travel(paths.to([])) });
  return (
    <>
      <div class="page-head">
        <h1>{known === undefined ? say(office.notHere) : say(words[known])}</h1>
        <AsOf answer={answer} />
      </div>
      <Known answer={answer}>
        {({ lines, count, at, code }) => (
          <>
            {count === 0 ? <p class="soft">{say(words.none)}</p> : <GroupTable code={code} lines={lines} at={at} names={names} schema={schema} said={said} />}
            {lines.length < count ? <Button onClick={() => setLimit(limit + PAGE)}>{say(words.more)}</Button> : null}
          </>
        )}
      </Known>
    </>
  );
}
