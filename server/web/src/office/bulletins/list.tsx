/** All bulletins, and the way to draft one. */

import type { Me } from "../../field/record/book.ts";
import type { Uuid } from "../../protocol/wire.ts";
import { ButtonLink } from "../../ui/widgets/button.tsx";
import { Empty } from "../../ui/widgets/notice.tsx";
import { bulletin as words } from "../../ui/words/bulletin.ts";
import { columnDay } from "../../ui/words/dates.ts";
import { list } from "../../ui/words/list.ts";
import { useWords } from "../../ui/words/language.ts";
import { useAnswer } from "../answers.ts";
import { useOffice } from "../house.ts";
import { MOVES, useKeys } from "../keys.ts";
import { AsOf, Known } from "../known.tsx";
import { paths } from "../roads.ts";
import type { Mark } from "../states.ts";
import { MarkTags, StateTag } from "../tags.tsx";
import { draftsBulletins } from "./drafting.ts";
import "./bulletins.css";

interface Stand {
  record: Uuid;
  state: string;
  day?: string | null;
  marks: Mark[];
}

/** What is read of each besides what it has come to. */
export const BULLETINS = "/api/v1/records?kind=bulletin&withdrawn=any&fields=number,version,period,published_on,corrects&limit=200";

export interface BulletinLine {
  id: Uuid;
  fields: Partial<Record<"number" | "version" | "period" | "published_on" | "corrects", string[]>>;
}

export function BulletinsPage({ me }: { me: Me }) {
  const say = useWords();
  const { queue } = useOffice();
  const answer = useAnswer<{ records: Stand[] }>("/api/v1/states/bulletin?limit=1000");
  const { value: said } = useAnswer<{ records: BulletinLine[] }>(BULLETINS);
  const fields = new Map((said?.records ?? []).map((line) => [line.id, line.fields]));
  useKeys(MOVES);
  const begin = (stands: Stand[]) => () => queue.begin({ from: paths.to(["bulletins"]), title: say(words.title), lines: stands.map(({ record }) => paths.to(["record", record])) });
  return (
    <>
      <div class="page-head">
        <h1>{say(words.title)}</h1>
        <AsOf answer={answer} />
      </div>
      {draftsBulletins(me) ? (
        <div class="row no-print">
          <ButtonLink href={paths.to(["bulletins", "new"])} weight="main">
            {say(words.begin)}
          </ButtonLink>
        </div>
      ) : null}
      <Known answer={answer}>
        {({ records }) =>
          records.length === 0 ? (
            <Empty title={say(words.none)}>
              <p>{say(words.noneWhy)}</p>
            </Empty>
          ) : (
            <div class="table-box">
              <table class="lines">
                <thead>
                  <tr>
                    <th scope="col">{say(words.number)}</th>
                    <th scope="col">{say(words.period)}</th>
                    <th scope="col">{say(words.version)}</th>
                    <th scope="col">{say(list.state)}</th>
                    <th scope="col" class="when">
                      {say(words.publishedOn)}
                    </th>
                  </tr>
                </thead>
                <tbody>
                  {records.map(({ record, state, marks }) => {
                    const { number, period, version, published_on: published } = fields.get(record) ?? {};
                    return (
                      <tr key={record}>
                        <td>
                          <a href={paths.to(["record", record])} data-line onClick={begin(records)}>
                            {number?.[0] ?? say(words.unnumbered)}
                          </a>
                        </td>
                        <td>{period?.[0] ?? ""}</td>
                        <td>{version?.[0] ?? ""}</td>
                        <td class="tags">
                          <StateTag kind="bulletin" state={state} />
                          <MarkTags marks={marks} />
                        </td>
                        <td class="when">{published?.[0] === undefined ? "" : columnDay(published[0], new Date())}</td>
                      </tr>
                    );
                  })}
                </tbody>
              </table>
            </div>
          )
        }
      </Known>
    </>
  );
}
