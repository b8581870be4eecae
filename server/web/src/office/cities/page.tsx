/** The counties of a city side by side over the main figures; each leads to its own dashboard. */

import { useWords } from "../../ui/words/language.ts";
import { overview as words } from "../../ui/words/overview.ts";
import { useAnswer } from "../answers.ts";
import { AsOf, Known } from "../known.tsx";
import { type Figures, questionOf, scopeIn } from "../overview/answer.ts";
import { Comparison } from "../overview/comparison.tsx";
import { Scope } from "../overview/controls.tsx";
import { Warnings } from "../overview/warnings.tsx";
import { addressOf, paths, useQuery } from "../roads.ts";
import "../list/list.css";
import "../overview/overview.css";

/** What counties are compared by, in the order of the columns. */
const COLUMNS = [
  "projects",
  "planned_area",
  "started_rate",
  "completed_rate",
  "equipment_rate",
  "funds_received_rate",
  "diary_coverage",
  "diary_recorded_in_time",
  "rectification_rate",
  "findings_overdue",
  "projects_behind",
  "projects_silent",
] as const;

export function CitiesPage() {
  const say = useWords();
  const [query, put] = useQuery();
  const scope = scopeIn(query);
  const answer = useAnswer<Figures>(questionOf(scope, { by: "county", codes: COLUMNS }));
  const at = query["at"] ?? answer.value?.at ?? "";
  return (
    <>
      <div class="page-head">
        <h1>{say(words.citiesTitle)}</h1>
        <AsOf answer={answer} />
      </div>
      <form class="filters-bar no-print" aria-label={say(words.asked)} onSubmit={(event) => event.preventDefault()}>
        <label class="filter">
          <span>{say(words.at)}</span>
          <input class="input" type="date" value={at} onChange={(event) => put({ at: event.currentTarget.value || undefined })} />
        </label>
        <button type="button" class="button" onClick={() => print()}>
          {say(words.print)}
        </button>
      </form>
      <Known answer={answer}>
        {(figures) => (
          <div class="cities">
            <Scope at={figures.at} plan={undefined} position={undefined} compared={undefined} />
            <Comparison
              figures={figures}
              codes={COLUMNS}
              head={say(words.county)}
              scope={scope}
              query={query}
              nameOf={({ key, name }) => (
                <a href={addressOf(paths.to(["overview"]), { ...scope, county: key })} data-line>
                  {name}
                </a>
              )}
            />
            <Warnings counties={figures.counties} indicators={new Map(figures.indicators.map((indicator) => [indicator.code, indicator]))} />
          </div>
        )}
      </Known>
    </>
  );
}
