/** What the indicators of a bulletin are called, and how they are printed: as the server says it. */

import { useMemo } from "preact/hooks";
import { language } from "../../ui/words/language.ts";
import { labelOf } from "../../field/record/show.ts";
import { useAnswer } from "../answers.ts";
import { type Pair, type Printing, printed } from "./frozen.ts";

interface Indicator {
  code: string;
  zh: string;
  en: string;
  printed: Printing;
}

export interface Indicators {
  nameOf(code: string): string;
  print(code: string, pair: Pair | undefined): string;
}

/** Money is told in 万元, areas in ㎡. */
const UNITS: Readonly<Record<string, string>> = { money: "万元", area: "㎡" };

export function useIndicators(county: string | undefined, codes: readonly string[]): Indicators {
  const query = new URLSearchParams({ county: county ?? "", codes: codes.join(","), limit: "1" });
  const { value } = useAnswer<{ indicators: Indicator[] }>(county === undefined || codes.length === 0 ? undefined : `/api/v1/indicators?${query.toString()}`);
  const reads = language();
  return useMemo(() => {
    const known = new Map((value?.indicators ?? []).map((indicator) => [indicator.code, indicator]));
    return {
      nameOf(code) {
        const indicator = known.get(code);
        const unit = UNITS[indicator?.printed.as ?? ""];
        return indicator === undefined ? code : `${labelOf(indicator, reads)}${unit === undefined ? "" : reads === "zh" ? `（${unit}）` : ` (${unit})`}`;
      },
      print: (code, pair) => (pair === undefined ? "—" : printed(pair, known.get(code)?.printed ?? { as: "count" })),
    };
  }, [value, reads]);
}
