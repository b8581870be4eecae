/** One figure as it reads: its value with its unit, what it is a share of, its bar. */

import { overview as words } from "../../ui/words/overview.ts";
import { useWords } from "../../ui/words/language.ts";
import { amountOf, isOverWhole, unitOf } from "./amounts.ts";
import type { Figure, Indicator } from "./answer.ts";

interface FigureProps {
  indicator: Indicator;
  figure: Figure;
}

/** `80.59%`, `54263.00 ㎡`; “—” where there is nothing to compare with. */
export function Value({ indicator, figure }: FigureProps) {
  const say = useWords();
  const unit = unitOf(indicator);
  const isBare = indicator.printed.as === "percent" || unit === "count" || figure.numerator === undefined || figure.printed === "—";
  return (
    <span class="value">
      {figure.printed}
      {isBare ? null : <span class="unit"> {say(words[unit])}</span>}
    </span>
  );
}

/** `43731.00 / 54263.00 ㎡`, of a share; of a sum nothing. */
export function Parts({ indicator, figure }: FigureProps) {
  const say = useWords();
  const { numerator, denominator } = figure;
  if (numerator === undefined) {
    return <>{say(words.nowOnly)}</>;
  }
  if (denominator === undefined || indicator.printed.as === "middle_hours") {
    return null;
  }
  // A mean is so many days of so many findings.
  const [one, other] = [unitOf(indicator), indicator.printed.as === "mean" ? "count" : unitOf(indicator)] as const;
  const unit = one === "count" || one === "days" ? "" : ` ${say(words[one])}`;
  return (
    <>
      {amountOf(numerator, one)} / {amountOf(denominator, other)}
      {unit}
    </>
  );
}

/** That more was counted than there is to be: it is so, and to be looked at. */
export function OverWhole({ indicator, figure }: FigureProps) {
  const say = useWords();
  return isOverWhole(indicator, figure) ? <span class="tag care">{say(words.overWhole)}</span> : null;
}
