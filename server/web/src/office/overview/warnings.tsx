/** What is to be known beside figures, in words. */

import { labelOf } from "../../field/record/show.ts";
import { Notice } from "../../ui/widgets/notice.tsx";
import type { Say } from "../../ui/words/catalogue.ts";
import { language, useWords } from "../../ui/words/language.ts";
import { overview as words } from "../../ui/words/overview.ts";
import { useSchema } from "../schema.ts";
import { amountOf, unitOf } from "./amounts.ts";
import type { Indicator, Taken, Warning } from "./answer.ts";

interface WarningsProps {
  counties: readonly Taken[];
  indicators: ReadonlyMap<string, Indicator>;
}

/** So many are read at a glance; more are folded. */
const AT_A_GLANCE = 5;

export function Warnings({ counties, indicators }: WarningsProps) {
  const say = useWords();
  const isWide = counties.length > 1;
  const sources = new Map(useSchema()?.choices("fund_source").map((source) => [source.code, labelOf(source, language())]));
  const told = counties.flatMap(({ name, warnings, whole }) => {
    const all = [...(whole ? [] : [say(words.part)]), ...warnings.flatMap((warning) => toldOf(say, warning, indicators, (code) => sources.get(code) ?? code) ?? [])];
    return all.map((text) => (isWide ? `${name}：${text}` : text));
  });
  if (told.length === 0) {
    return null;
  }
  const list = (
    <ul class="warnings">
      {told.map((text) => (
        <li key={text}>{text}</li>
      ))}
    </ul>
  );
  return (
    <Notice tone="care" title={say(words.warnings)}>
      {told.length <= AT_A_GLANCE ? (
        list
      ) : (
        <details>
          <summary>{told[0]} …（{told.length}）</summary>
          {list}
        </details>
      )}
    </Notice>
  );
}

/** A warning in words; nothing of one that a newer server has. */
function toldOf(say: Say, warning: Warning, indicators: ReadonlyMap<string, Indicator>, sourceOf: (code: string) => string): string | undefined {
  const comma = language() === "zh" ? "、" : ", ";
  const nameOf = (code: string) => {
    const indicator = indicators.get(code);
    return indicator === undefined ? code : labelOf(indicator, language());
  };
  switch (warning.warning) {
    case "plan_differs": {
      const indicator = indicators.get(warning.indicator);
      const unit = indicator === undefined ? "count" : unitOf(indicator);
      const print = (amount: number) => `${amountOf(amount, unit)}${unit === "count" ? "" : ` ${say(words[unit])}`}`;
      return say(words.plan_differs, { name: nameOf(warning.indicator), plan: print(warning.plan), projects: print(warning.projects), apart: print(warning.projects - warning.plan) });
    }
    case "fund_scope_differs": {
      const list = (sources: readonly string[]) => sources.map(sourceOf).join(comma);
      const [name, whole] = [nameOf(warning.indicator), list(warning.whole)];
      return warning.counted.length === 0 ? say(words.fund_scope_unsaid, { name, whole }) : say(words.fund_scope_differs, { name, whole, counted: list(warning.counted) });
    }
    case "disputed":
    case "damaged":
      return say(words[warning.warning], { records: warning.records });
    case "known_of_now_alone":
      return say(words.known_of_now_alone, { names: warning.indicators.map(nameOf).join(comma) });
    default:
      return undefined;
  }
}
