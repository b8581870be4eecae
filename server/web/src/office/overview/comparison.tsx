/** Groups side by side over some figures: sortable by each, with bars, every cell opens the records that make it. */

import type { ComponentChildren } from "preact";
import { labelOf } from "../../field/record/show.ts";
import { language, useWords } from "../../ui/words/language.ts";
import { overview as words } from "../../ui/words/overview.ts";
import { type Query, addressOf, travel } from "../roads.ts";
import { isShare, shareOf } from "./amounts.ts";
import type { Figure, Figures, Group, Indicator } from "./answer.ts";
import { Bar } from "./bar.tsx";
import { inOrder, isToldApart, nextOrder, orderIn } from "./order.ts";
import { addressOfFigure } from "./road.ts";
import { OverWhole, Value } from "./shown.tsx";

interface ComparisonProps {
  figures: Figures;
  codes: readonly string[];
  /** What the rows are. */
  head: string;
  scope: Query;
  /** The address as it stands, of which the order is a part. */
  query: Query;
  /** How a row goes by its name. */
  nameOf: (group: Group) => ComponentChildren;
}

export function Comparison({ figures, codes, head, scope, query, nameOf }: ComparisonProps) {
  const say = useWords();
  const columns = codes.flatMap((code) => (isToldApart(code, figures) ? (figures.indicators.find((indicator) => indicator.code === code) ?? []) : []));
  const order = orderIn(query["sort"], codes);
  const { groups, count, total } = figures;
  const greatest = new Map(columns.map(({ code }) => [code, Math.max(1, ...groups.map(({ figures }) => figures[code]?.numerator ?? 0))]));
  const cells = (of: Readonly<Record<string, Figure>>, group: Group | undefined) =>
    columns.map((indicator) => <Cell key={indicator.code} indicator={indicator} figure={of[indicator.code]} scope={scope} by={figures.by} group={group} greatest={greatest.get(indicator.code) ?? 1} />);
  return (
    <>
      {groups.length < count ? <p class="soft">{say(words.rowsShown, { shown: groups.length, count })}</p> : null}
      <div class="table-box compared-box" tabIndex={0} role="region" aria-label={head}>
        <table class="compared">
          <thead>
            <tr>
              <th scope="col">{head}</th>
              {columns.map((indicator) => {
                const { code } = indicator;
                const name = labelOf(indicator, language());
                const stands = order?.code === code ? (order.isDown ? "descending" : "ascending") : undefined;
                return (
                  <th key={code} scope="col" class="number" {...(stands && { "aria-sort": stands })}>
                    <button type="button" class="sort" title={say(words.sortBy, { name })} onClick={() => travel(addressOf(location.pathname, { ...query, sort: nextOrder(order, code) }), "instead")}>
                      {name}
                      {stands === undefined ? null : <span aria-hidden="true">{stands === "descending" ? " ↓" : " ↑"}</span>}
                    </button>
                  </th>
                );
              })}
            </tr>
          </thead>
          <tbody>
            {inOrder(groups, order).map((group) => (
              <tr key={group.key}>
                <th scope="row">{nameOf(group)}</th>
                {cells(group.figures, group)}
              </tr>
            ))}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row">{say(words.total)}</th>
              {cells(total, undefined)}
            </tr>
          </tfoot>
        </table>
      </div>
    </>
  );
}

interface CellProps {
  indicator: Indicator;
  figure: Figure | undefined;
  scope: Query;
  by: string;
  /** Nothing of the total. */
  group: Group | undefined;
  /** The greatest number of the column, beside which a bar is drawn. */
  greatest: number;
}

function Cell({ indicator, figure, scope, by, group, greatest }: CellProps) {
  if (figure === undefined) {
    return <td class="number">—</td>;
  }
  const ofWhole = isShare(indicator) ? shareOf(figure) : group === undefined || indicator.printed.as === "percent" ? undefined : ((figure.numerator ?? 0) / greatest) * 100;
  const leads = figure.numerator !== undefined && !(figure.numerator === 0 && (figure.denominator ?? 0) === 0);
  const value = <Value indicator={indicator} figure={figure} />;
  return (
    <td class="number">
      {leads ? <a href={addressOfFigure(indicator.code, scope, group === undefined ? {} : { by, group: group.key })}>{value}</a> : value}
      {ofWhole === undefined ? null : <Bar share={isShare(indicator) ? ofWhole : Math.min(100, ofWhole)} />}
      <OverWhole indicator={indicator} figure={figure} />
    </td>
  );
}
