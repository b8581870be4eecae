/** The figures of one section, a line each; every line opens the records that make it. */

import { labelOf } from "../../field/record/show.ts";
import { language, useWords } from "../../ui/words/language.ts";
import { overview as words } from "../../ui/words/overview.ts";
import type { Query } from "../roads.ts";
import { changeOf, isShare, shareOf } from "./amounts.ts";
import type { Figure, Indicator } from "./answer.ts";
import { Bar } from "./bar.tsx";
import { addressOfFigure } from "./road.ts";
import { ONLY_IF_ANY } from "./sections.ts";
import { OverWhole, Parts, Value } from "./shown.tsx";

interface FigureTableProps {
  title: string;
  /** A page that tells more of it. */
  more?: { href: string; name: string } | undefined;
  codes: readonly string[];
  indicators: ReadonlyMap<string, Indicator>;
  figures: Readonly<Record<string, Figure>>;
  /** How they were; nothing where nothing is compared. */
  before: Readonly<Record<string, Figure>> | undefined;
  scope: Query;
}

export function FigureTable({ title, more, codes, indicators, figures, before, scope }: FigureTableProps) {
  const say = useWords();
  const shown = codes.flatMap((code) => {
    const [indicator, figure] = [indicators.get(code), figures[code]];
    const isLeftOut = figure?.numerator === 0 && ONLY_IF_ANY.includes(code);
    return indicator === undefined || figure === undefined || isLeftOut ? [] : [{ code, indicator, figure }];
  });
  return (
    <section class="figure-section" aria-label={title}>
      <div class="group-head">
        <h2>{title}</h2>
        {more === undefined ? null : (
          <a class="no-print" href={more.href}>
            {more.name}
          </a>
        )}
      </div>
      <div class="table-box">
        <table class="lines figures">
          <thead>
            <tr>
              <th scope="col">{say(words.indicator)}</th>
              <th scope="col" class="number">
                {say(words.figure)}
              </th>
              <th scope="col">{say(words.ofWhole)}</th>
              {before === undefined ? null : (
                <th scope="col" class="number">
                  {say(words.change)}
                </th>
              )}
            </tr>
          </thead>
          <tbody>
            {shown.map(({ code, indicator, figure }) => (
              <tr key={code}>
                <td>
                  {figure.numerator === undefined ? (
                    labelOf(indicator, language())
                  ) : (
                    <a href={addressOfFigure(code, scope)} data-line>
                      {labelOf(indicator, language())}
                    </a>
                  )}
                </td>
                <td class="number">
                  <strong>
                    <Value indicator={indicator} figure={figure} />
                  </strong>
                </td>
                <td class="whole">
                  <Share indicator={indicator} figure={figure} />
                </td>
                {before === undefined ? null : <td class="number change">{changeOf(figure, before[code])}</td>}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Share({ indicator, figure }: { indicator: Indicator; figure: Figure }) {
  const share = isShare(indicator) ? shareOf(figure) : undefined;
  return (
    <div class="share">
      <span class="parts soft">
        <Parts indicator={indicator} figure={figure} />
      </span>
      {share === undefined ? null : <Bar share={share} />}
      <OverWhole indicator={indicator} figure={figure} />
    </div>
  );
}
