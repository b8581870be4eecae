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
import { CountyChoice } from "../county.tsx";
import { MOVES, useKeys } from "../keys.ts";
import { AsOf, Known } from "../known.tsx";
import { useNames } from "../names.ts";
import { addressOf, paths, travel, useQuery } from "../roads.ts";
import { GROUPS, type GroupAnswer, type GroupCode, questionOf } from "./lines.ts";
import { GroupTable } from "./table.tsx";

const PAGE = 100;

export function GroupPage({ code }: { code: string }) {
  const say = useWords();
  const { device } = useHouse();
  const [{ county }] = useQuery();
  const [limit, setLimit] = useState(PAGE);
  const known = (GROUPS as readonly string[]).includes(code) ? (code as GroupCode) : undefined;
  const answer = useAnswer<GroupAnswer>(known && questionOf({ code: known, county, limit }));
  const names = useNames();
  const wire = useLive(() => device.paper<WireSchema>("schema"), [], ["papers"]);
  const schema = useMemo(() => wire && new Schema(wire), [wire]);
  useKeys({ ...MOVES, u: () => travel(addressOf(paths.to([]), { county })) });
  return (
    <>
      <div class="page-head">
        <h1>{known === undefined ? say(office.notHere) : say(words[known])}</h1>
        <AsOf answer={answer} />
      </div>
      <CountyChoice names={names} />
      <Known answer={answer}>
        {({ lines, count, at, code, contents }) => (
          <>
            {count === 0 ? <p class="soft">{say(words.none)}</p> : <GroupTable code={code} lines={lines} at={at} names={names} schema={schema} contents={contents} />}
            {lines.length < count ? <Button onClick={() => setLimit(limit + PAGE)}>{say(words.more)}</Button> : null}
          </>
        )}
      </Known>
    </>
  );
}
