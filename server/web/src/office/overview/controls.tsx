/** What the dashboard is asked for: each choice is another address, which can be passed on. */

import { day } from "../../ui/words/dates.ts";
import { useWords } from "../../ui/words/language.ts";
import { overview as words } from "../../ui/words/overview.ts";
import { useAnswer } from "../answers.ts";
import type { Names } from "../names.ts";
import { type Query, addressOf, paths } from "../roads.ts";
import type { Value } from "../../protocol/wire.ts";
import { SINCE, sinceIn } from "./before.ts";

interface ControlsProps {
  query: Query;
  names: Names;
  /** As of which day the page stands, where nobody chose one. */
  at: string | undefined;
  onPut: (parts: Readonly<Record<string, string | undefined>>) => void;
}

interface Plans {
  records: { id: string; fields: Record<string, Value[]> }[];
}

export function Controls({ query, names, at, onPut }: ControlsProps) {
  const say = useWords();
  const { counties } = names.directory;
  const county = query["county"] ?? (counties.length === 1 ? counties[0]?.code : undefined);
  const plans = useAnswer<Plans>(county && `/api/v1/records?kind=plan&county=${county}&fields=name,version&limit=50`).value?.records ?? [];
  const put = (name: string) => (value: string) => onPut({ [name]: value === "" ? undefined : value });
  const isAsked = ["at", "plan", "as_of", "since"].some((name) => (query[name] ?? "") !== "");
  return (
    <form class="filters-bar no-print" aria-label={say(words.asked)} onSubmit={(event) => event.preventDefault()}>
      {counties.length > 1 ? (
        <Pick label={say(words.county)} value={query["county"] ?? ""} onPick={(value) => onPut({ county: value || undefined, plan: undefined, as_of: undefined })} options={[["", say(words.allCounties)], ...counties.map(({ code, name }) => [code, name] as const)]} />
      ) : null}
      <label class="filter">
        <span>{say(words.at)}</span>
        <input class="input" type="date" value={query["at"] ?? at ?? ""} onChange={(event) => put("at")(event.currentTarget.value)} />
      </label>
      {plans.length > 1 ? <Pick label={say(words.plan)} value={query["plan"] ?? ""} onPick={put("plan")} options={[["", say(words.latestPlan)], ...plans.map(({ id, fields }) => [id, planName(fields)] as const)]} /> : null}
      <Pick label={say(words.since)} value={sinceIn(query)} onPick={(value) => onPut({ since: value === "month" ? undefined : value })} options={SINCE.map((since) => [since, say(words[`since_${since}`])] as const)} />
      {isAsked ? <a href={addressOf(paths.to(["overview"]), { county: query["county"], by: query["by"] })}>{say(words.clear)}</a> : null}
      <button type="button" class="button" onClick={() => print()}>
        {say(words.print)}
      </button>
    </form>
  );
}

function planName(fields: Plans["records"][number]["fields"]): string {
  return [fields["name"]?.[0], fields["version"]?.[0]].filter((said) => typeof said === "string").join(" ");
}

interface PickProps {
  label: string;
  value: string;
  options: readonly (readonly [code: string, name: string])[];
  onPick: (value: string) => void;
}

/** One of some, without an empty choice of its own. */
export function Pick({ label, value, options, onPick }: PickProps) {
  return (
    <label class="filter">
      <span>{label}</span>
      <select class="input" value={value} onChange={(event) => onPick(event.currentTarget.value)}>
        {options.map(([code, name]) => (
          <option key={code} value={code}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

/** What the figures are of, in a line that is printed, too. */
export function Scope({ at, plan, position, compared }: { at: string; plan: { name: string; version: string } | undefined; position: number | undefined; compared: string | undefined }) {
  const say = useWords();
  const parts = [
    say(words.stands, { day: day(at) }),
    plan === undefined ? undefined : say(words.byPlan, { name: [plan.name, plan.version].filter((part) => part !== "").join(" ") }),
    position === undefined ? undefined : say(words.position, { position }),
    compared,
  ];
  return <p class="soft">{parts.filter((part) => part !== undefined).join(" · ")}</p>;
}
