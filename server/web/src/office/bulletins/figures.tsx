/** The figures of a bulletin as tables: over all, row by row, who lags behind, what is overdue. */

import type { Uuid } from "../../protocol/wire.ts";
import { bulletin as words } from "../../ui/words/bulletin.ts";
import { useWords } from "../../ui/words/language.ts";
import type { Names } from "../names.ts";
import { paths } from "../roads.ts";
import type { Frozen } from "./frozen.ts";
import { type Indicators, useIndicators } from "./indicators.ts";

interface FiguresProps {
  figures: Frozen;
  counties: readonly string[];
  names: Names;
  /** The same figures as they would be frozen now, to be shown beside them. */
  beside?: Frozen | undefined;
}

export function Figures({ figures, counties, names, beside }: FiguresProps) {
  const say = useWords();
  const indicators = useIndicators(counties[0], figures.indicators);
  return (
    <div class="bulletin-figures">
      <Total figures={figures} indicators={indicators} beside={beside} />
      <Named title={say(words.behind, { count: figures.behind.length })} ids={figures.behind} nameOf={(id) => names.project(id)} />
      <Named title={say(words.findings, { count: figures.findings.length })} ids={figures.findings} />
      <p>{say(words.followed, { closed: figures.followed.closed, open: figures.followed.open.length })}</p>
      <Rows figures={figures} indicators={indicators} />
    </div>
  );
}

function Total({ figures, indicators, beside }: Pick<FiguresProps, "figures" | "beside"> & { indicators: Indicators }) {
  const say = useWords();
  return (
    <div class="table-box fit">
      <table class="lines totals">
        <thead>
          <tr>
            <th scope="col">{say(words.indicator)}</th>
            <th scope="col" class="number">
              {say(beside === undefined ? words.total : words.frozen)}
            </th>
            {beside === undefined ? null : (
              <th scope="col" class="number">
                {say(words.now)}
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {figures.indicators.map((code, place) => {
            const [was, is] = [figures.total[place], beside?.total[beside.indicators.indexOf(code)]];
            const [before, after] = [indicators.print(code, was), indicators.print(code, is)];
            return (
              <tr key={code}>
                <th scope="row">{indicators.nameOf(code)}</th>
                <td class="number">{before}</td>
                {beside === undefined ? null : <td class={before === after ? "number soft" : "number care-text"}>{after}</td>}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function Rows({ figures, indicators }: { figures: Frozen; indicators: Indicators }) {
  const say = useWords();
  return (
    <details class="bulletin-rows" open={figures.rows.length <= 12}>
      <summary>{say(words.rows, { count: figures.rows.length })}</summary>
      <div class="table-box">
        <table class="lines">
          <thead>
            <tr>
              <th scope="col" class="number">
                {say(words.rank)}
              </th>
              <th scope="col">{say(words.name)}</th>
              {figures.indicators.map((code) => (
                <th key={code} scope="col" class="number">
                  {indicators.nameOf(code)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {figures.rows.map((row) => (
              <tr key={row.key}>
                <td class="number" data-label={say(words.rank)}>
                  {row.rank}
                </td>
                <th scope="row">{row.name}</th>
                {figures.indicators.map((code, place) => (
                  <td key={code} class="number" data-label={indicators.nameOf(code)}>
                    {indicators.print(code, row.figures[place])}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}

/** The records that a bulletin names, each a way there. */
function Named({ title, ids, nameOf }: { title: string; ids: readonly Uuid[]; nameOf?: (id: Uuid) => string | undefined }) {
  const say = useWords();
  return ids.length === 0 ? (
    <p>{title}</p>
  ) : (
    <details class="bulletin-rows">
      <summary>{title}</summary>
      <ul class="named">
        {ids.map((id, place) => (
          <li key={id}>
            <a href={paths.to(["record", id])}>{nameOf?.(id) ?? say(words.finding, { place: place + 1 })}</a>
          </li>
        ))}
      </ul>
    </details>
  );
}
