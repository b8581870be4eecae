/** The registers of a county: looked through by township, checked, opened, added to. */

import type { Me } from "../../field/record/book.ts";
import type { WireSchema } from "../../protocol/schema.ts";
import type { Uuid } from "../../protocol/wire.ts";
import { useHouse } from "../../ui/house.ts";
import { useLive } from "../../ui/live.ts";
import { ButtonLink } from "../../ui/widgets/button.tsx";
import { directory as words } from "../../ui/words/directory.ts";
import { useWords } from "../../ui/words/language.ts";
import { useAnswer } from "../answers.ts";
import { MOVES, useKeys } from "../keys.ts";
import { AsOf, Known } from "../known.tsx";
import { mayBegin } from "../new/kinds.ts";
import { DIRECTORY, type Directory } from "../names.ts";
import { addressOf, paths, useQuery } from "../roads.ts";
import { type Found, oddities } from "./checks.ts";
import { Plans } from "./plans.tsx";
import { Schools } from "./schools.tsx";
import { Zones } from "./zones.tsx";
import "../list/list.css";
import "./directory.css";

const TABS = ["schools", "zones", "plans", "checks"] as const;
type Tab = (typeof TABS)[number];

export function DirectoryPage({ me, tab }: { me: Me; tab: string | undefined }) {
  const say = useWords();
  const { device } = useHouse();
  const [query] = useQuery();
  const wire = useLive(() => device.paper<WireSchema>("schema"), [], ["papers"]);
  const answer = useAnswer<Directory>(DIRECTORY);
  useKeys(MOVES);
  const shown: Tab = TABS.find((one) => one === tab) ?? "schools";
  const may = (name: string) => {
    const kind = wire?.kinds.find((kind) => kind.name === name);
    return kind !== undefined && mayBegin(kind, me.roles);
  };
  return (
    <>
      <div class="page-head">
        <h1>{say(words.title)}</h1>
        <AsOf answer={answer} />
      </div>
      <Known answer={answer}>
        {(all) => {
          const county = query["county"] || undefined;
          const directory = county === undefined ? all : within(all, county);
          return (
            <>
              <Tabs shown={shown} directory={directory} county={county} />
              {shown === "checks" || !["school", "project", "zone"].some(may) ? null : (
                <div class="row no-print">
                  {may("school") ? <ButtonLink href={paths.to(["import"])}>{say(words.import)}</ButtonLink> : null}
                  {shown === "schools" && may("school") ? <ButtonLink href={paths.to(["new", "school"])}>{say(words.newSchool)}</ButtonLink> : null}
                  {shown === "schools" && may("project") ? <ButtonLink href={paths.to(["new", "project"])}>{say(words.newProject)}</ButtonLink> : null}
                  {shown === "zones" && may("zone") ? <ButtonLink href={paths.to(["new", "zone"])}>{say(words.newZone)}</ButtonLink> : null}
                </div>
              )}
              {all.counties.length > 1 ? <County directory={all} county={county} /> : null}
              {shown === "schools" ? <Schools directory={directory} /> : null}
              {shown === "zones" ? <Zones directory={directory} /> : null}
              {shown === "plans" ? <Plans county={county} wire={wire} me={me} /> : null}
              {shown === "checks" ? <Checks directory={directory} county={county} /> : null}
            </>
          );
        }}
      </Known>
    </>
  );
}

function within(all: Directory, code: string): Directory {
  const isOf = ({ county }: { county: string }) => county === code;
  return { counties: all.counties.filter((county) => county.code === code), townships: all.townships.filter(isOf), schools: all.schools.filter(isOf), projects: all.projects.filter(isOf), zones: all.zones.filter(isOf) };
}

function useOddities(directory: Directory, county: string | undefined): Found[] {
  const of = county === undefined ? "" : `county=${county}&`;
  const { value } = useAnswer<{ records: { record: Uuid }[] }>(`/api/v1/indicators/projects_without_plan/records?${of}limit=1000`);
  return oddities(directory, value?.records.map(({ record }) => record));
}

function Tabs({ shown, directory, county }: { shown: Tab; directory: Directory; county: string | undefined }) {
  const say = useWords();
  const count = useOddities(directory, county).reduce((sum, { of }) => sum + of.length, 0);
  return (
    <nav class="tabs no-print" aria-label={say(words.tabs)}>
      {TABS.map((tab) => (
        <a key={tab} href={addressOf(paths.to(tab === "schools" ? ["directory"] : ["directory", tab]), { county })} {...(tab === shown ? { "aria-current": "page" as const } : {})}>
          {tab === "checks" && count > 0 ? say(words.checksCount, { count }) : say(words[tab])}
        </a>
      ))}
    </nav>
  );
}

function County({ directory, county }: { directory: Directory; county: string | undefined }) {
  const say = useWords();
  const [, put] = useQuery();
  return (
    <form class="filters-bar no-print" onSubmit={(event) => event.preventDefault()}>
      <label class="filter">
        <span>{say(words.county)}</span>
        <select class="input" value={county ?? ""} onChange={(event) => put({ county: event.currentTarget.value, township: undefined })}>
          <option value="">—</option>
          {directory.counties.map(({ code, name }) => (
            <option key={code} value={code}>
              {name}
            </option>
          ))}
        </select>
      </label>
    </form>
  );
}

/** How many of each check are named at once. */
const MOST = 60;

function Checks({ directory, county }: { directory: Directory; county: string | undefined }) {
  const say = useWords();
  const found = useOddities(directory, county);
  return (
    <>
      <p class="soft">{say(words.tell)}</p>
      {found.length === 0 ? <p class="good-text">{say(words.allGood)}</p> : null}
      {found.map(({ check, of }) => (
        <details key={check} class="card check" open={of.length <= 12}>
          <summary>
            {say(words[check])} <span class="count">{of.length}</span>
          </summary>
          <ul class="named-places">
            {of.slice(0, MOST).map(({ id, name }) => (
              <li key={id}>
                <a href={paths.to(["record", id])} data-line>
                  {name}
                </a>
              </li>
            ))}
          </ul>
          {of.length > MOST ? <p class="soft">{`+ ${of.length - MOST}`}</p> : null}
        </details>
      ))}
    </>
  );
}
