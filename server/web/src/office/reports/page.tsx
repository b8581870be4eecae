/** All reports: of what, chosen once for all of them, and each in every form that it has. */

import { useState } from "preact/hooks";
import { localTime } from "../../field/form/days.ts";
import { labelOf } from "../../field/record/show.ts";
import { Schema, type WireSchema } from "../../protocol/schema.ts";
import { useHouse } from "../../ui/house.ts";
import { useLive } from "../../ui/live.ts";
import { language, useWords } from "../../ui/words/language.ts";
import { reports as words } from "../../ui/words/reports.ts";
import { useAnswer } from "../answers.ts";
import { Known } from "../known.tsx";
import { DIRECTORY, type Directory, Names } from "../names.ts";
import { type Query, useQuery } from "../roads.ts";
import { type Asked, BOOKS, type Form, PERIODIC, addressOfReport, usualMonth } from "./catalogue.ts";
import { MakingShown, useDownload } from "./download.tsx";
import "../list/list.css";
import "./reports.css";

export function ReportsPage() {
  const say = useWords();
  const directory = useAnswer<Directory>(DIRECTORY);
  return (
    <>
      <h1>{say(words.title)}</h1>
      <p class="soft">{say(words.why)}</p>
      <Known answer={directory}>{(value) => <Reports directory={value} />}</Known>
    </>
  );
}

function Reports({ directory }: { directory: Directory }) {
  const say = useWords();
  const [query] = useQuery();
  const [today] = useState(() => localTime(new Date()).day);
  const [making, make] = useDownload();
  const asked = askedIn(query, today);
  const of = { asked, onMake: make };
  return (
    <>
      <Parameters directory={directory} query={query} asked={asked} today={today} />
      <MakingShown making={making} />
      <section class="group" aria-labelledby="periodic">
        <h2 id="periodic">{say(words.periodic)}</h2>
        <ul class="report-list">
          {PERIODIC.map((report) => (
            <Report key={report.name} report={report} {...of} />
          ))}
        </ul>
      </section>
      <section class="group" aria-labelledby="books">
        <h2 id="books">{say(words.books)}</h2>
        <ul class="report-list">
          {BOOKS.map((report) => (
            <Report key={report.name} report={report} {...of} />
          ))}
        </ul>
      </section>
    </>
  );
}

/** What stands in the address; a usual month where it says none. */
function askedIn(query: Query, today: string): Asked {
  const said = (name: string) => query[name] || undefined;
  return { county: said("county"), at: said("at"), month: said("month") ?? usualMonth(today), from: said("from"), project: said("project"), sources: said("sources") };
}

interface ReportProps {
  report: (typeof PERIODIC)[number] | (typeof BOOKS)[number];
  asked: Asked;
  onMake: (address: string, what: string) => void;
}

function Report({ report, asked, onMake }: ReportProps) {
  const say = useWords();
  const { name, forms } = report;
  const called = say(words[name]);
  return (
    <li>
      <div>
        <h3>{called}</h3>
        <p class="soft">{say(words[`${name}Why`])}</p>
      </div>
      <div class="report-forms">
        {forms.map((form: Form) => {
          const address = addressOfReport(report, form, asked, language());
          const label = say(words.formOf, { report: called, form: say(words[form]) });
          if (address === undefined) {
            return (
              <button key={form} type="button" class="button plain" disabled title={say(words.chooseProject)}>
                {say(words[form])}
              </button>
            );
          }
          // A page is read at once; an archive may be larger than a page can hold.
          return form === "html" || form === "zip" ? (
            <a key={form} class="button plain" href={address} aria-label={label} {...(form === "html" ? { target: "_blank", rel: "noopener" } : { download: "" })}>
              {say(words[form])}
            </a>
          ) : (
            <button key={form} type="button" class="button plain" aria-label={label} onClick={() => onMake(address, label)}>
              {say(words[form])}
            </button>
          );
        })}
      </div>
    </li>
  );
}

interface ParametersProps {
  directory: Directory;
  query: Query;
  asked: Asked;
  today: string;
}

function Parameters({ directory, query, asked, today }: ParametersProps) {
  const say = useWords();
  const { device } = useHouse();
  const [, put] = useQuery();
  const wire = useLive(() => device.paper<WireSchema>("schema"), [], ["papers"]);
  const sources = wire === undefined ? [] : new Schema(wire).choices("fund_source");
  const names = new Names(directory);
  const { counties, schools, projects } = directory;
  const [school, setSchool] = useState(() => names.schoolOf(asked.project) ?? "");
  const near = schools.filter(({ county }) => asked.county === undefined || county === asked.county);
  const works = projects.filter((one) => one.id === asked.project || (school === "" ? asked.county === undefined || one.county === asked.county : one.school === school));
  return (
    <form class="filters-bar no-print" aria-label={say(words.params)} onSubmit={(event) => event.preventDefault()}>
      {counties.length > 1 ? <Choice label={say(words.county)} value={asked.county} none={say(words.allCounties)} onChoose={(county) => (setSchool(""), put({ county, project: undefined }))} options={counties.map(({ code, name }) => [code, name])} /> : null}
      <label class="filter">
        <span>{say(words.month)}</span>
        <input class="input" type="month" value={asked.month} max={today.slice(0, 7)} onChange={(event) => put({ month: event.currentTarget.value })} />
      </label>
      <label class="filter">
        <span>{say(words.from)}</span>
        <input class="input" type="date" value={query["from"] ?? ""} max={today} onChange={(event) => put({ from: event.currentTarget.value })} />
      </label>
      <label class="filter">
        <span>{say(words.at)}</span>
        <input class="input" type="date" value={query["at"] ?? ""} max={today} onChange={(event) => put({ at: event.currentTarget.value })} />
      </label>
      <Choice label={say(words.school)} value={school || undefined} none="—" onChoose={(id) => (setSchool(id ?? ""), put({ project: undefined }))} options={near.map(({ id, name }) => [id, name])} />
      <Choice label={say(words.project)} value={asked.project} none={say(words.allProjects)} onChoose={(project) => put({ project })} options={works.map(({ id, name }) => [id, name])} />
      <Choice label={say(words.sources)} value={asked.sources} none={say(words.allSources)} onChoose={(sources) => put({ sources })} options={sources.map((source) => [source.code, labelOf(source, language())])} />
    </form>
  );
}

interface ChoiceProps {
  label: string;
  value: string | undefined;
  /** What is said where nothing is chosen. */
  none: string;
  options: readonly (readonly [code: string, name: string])[];
  onChoose: (value: string | undefined) => void;
}

function Choice({ label, value, none, options, onChoose }: ChoiceProps) {
  return (
    <label class="filter">
      <span>{label}</span>
      <select class="input" value={value ?? ""} onChange={(event) => onChoose(event.currentTarget.value || undefined)}>
        <option value="">{none}</option>
        {options.map(([code, name]) => (
          <option key={code} value={code}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}
