/** The money by source. The server answers for the sources that are asked about, so each line asks for its own. */

import { labelOf } from "../../field/record/show.ts";
import { language, useWords } from "../../ui/words/language.ts";
import { overview as words } from "../../ui/words/overview.ts";
import { useAnswer } from "../answers.ts";
import { useSchema } from "../schema.ts";
import type { Query } from "../roads.ts";
import { shareOf } from "./amounts.ts";
import { type Figures, questionOf } from "./answer.ts";
import { Bar } from "./bar.tsx";
import { addressOfFigure } from "./road.ts";
import { Value } from "./shown.tsx";

const CODES = ["funds_planned", "funds_received", "funds_received_rate", "funds_paid"] as const;

export function Sources({ scope }: { scope: Query }) {
  const say = useWords();
  const sources = useSchema()?.choices("fund_source") ?? [];
  return (
    <section class="figure-section" aria-label={say(words.sources)}>
      <h2>{say(words.sources)}</h2>
      <div class="table-box">
        <table class="lines figures sources">
          <thead>
            <tr>
              <th scope="col">{say(words.source)}</th>
              <th scope="col" class="number">
                {say(words.planned)}
              </th>
              <th scope="col" class="number">
                {say(words.received)}
              </th>
              <th scope="col">{say(words.receivedRate)}</th>
              <th scope="col" class="number">
                {say(words.paid)}
              </th>
            </tr>
          </thead>
          <tbody>
            {sources.map((source) => (
              <Source key={source.code} code={source.code} name={labelOf(source, language())} scope={scope} />
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Source({ code, name, scope }: { code: string; name: string; scope: Query }) {
  const say = useWords();
  const { value } = useAnswer<Figures>(questionOf({ ...scope, sources: code }, { codes: CODES }));
  const isAny = value !== undefined && CODES.some((its) => (value.total[its]?.numerator ?? 0) !== 0);
  if (!isAny) {
    return null;
  }
  const indicators = new Map(value.indicators.map((indicator) => [indicator.code, indicator]));
  const [planned, received, rate, paid] = CODES.map((its) => ({ its, indicator: indicators.get(its), figure: value.total[its] }));
  const cell = (of: typeof planned) =>
    of?.indicator === undefined || of.figure === undefined ? null : (
      <a href={addressOfFigure(of.its, scope, { sources: code })}>
        <Value indicator={of.indicator} figure={of.figure} />
      </a>
    );
  const share = rate?.figure && shareOf(rate.figure);
  return (
    <tr>
      <th scope="row">{name}</th>
      <td class="number" data-name={say(words.planned)}>{cell(planned)}</td>
      <td class="number" data-name={say(words.received)}>{cell(received)}</td>
      <td class="whole">
        {cell(rate)}
        {share === undefined ? null : <Bar share={share} />}
      </td>
      <td class="number" data-name={say(words.paid)}>{cell(paid)}</td>
    </tr>
  );
}
