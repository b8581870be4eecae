/** A school: what it is, who is in charge, what is built there, what is open, whether its diaries come. */

import { showQuantity } from "../../field/form/quantity.ts";
import type { Schema } from "../../protocol/schema.ts";
import { ButtonLink } from "../../ui/widgets/button.tsx";
import { columnDay, day as dayWords } from "../../ui/words/dates.ts";
import { language, useWords } from "../../ui/words/language.ts";
import { site as words } from "../../ui/words/site.ts";
import { useAnswer } from "../answers.ts";
import { MOVES, useKeys } from "../keys.ts";
import { AsOf, Known } from "../known.tsx";
import { useNames } from "../names.ts";
import { addressOf, paths } from "../roads.ts";
import { codeWord, useSchema } from "../schema.ts";
import { StateTag, TagShown } from "../tags.tsx";
import { markTag } from "../states.ts";
import type { ProjectLine, SchoolSheet } from "./answers.ts";
import { SchoolDays } from "./diaries.tsx";
import { EquipmentOf } from "./equipment.tsx";
import { FindingsOf } from "./findings.tsx";
import { Facts, Section } from "./parts.tsx";
import { PeopleInCharge } from "./people.tsx";
import { PhotosOf } from "./photos.tsx";
import { useTitle } from "./title.ts";
import "./site.css";

export function SchoolPage({ id }: { id: string }) {
  const schema = useSchema();
  const answer = useAnswer<SchoolSheet>(`/api/v1/schools/${encodeURIComponent(id)}`);
  useKeys({ ...MOVES, p: () => print() });
  useTitle(answer.value?.school.name);
  return (
    <>
      <div class="page-head">
        <h1>{answer.value?.school.name}</h1>
        <AsOf answer={answer} />
      </div>
      <Known answer={answer}>{(sheet) => <Sheet sheet={sheet} schema={schema} />}</Known>
    </>
  );
}

function Sheet({ sheet, schema }: { sheet: SchoolSheet; schema: Schema | undefined }) {
  const say = useWords();
  const { school, projects, people } = sheet;
  const names = useNames();
  const nameOf = (project: string) => names.place({ school: school.id, project }).project ?? projects.find(({ id }) => id === project)?.name;
  return (
    <>
      <p class="sheet-line">
        {[sheet.county.name, sheet.township, school.category && codeWord(schema, "school_category", school.category)].filter((word) => word !== undefined && word !== "").join(" · ")}
        <span class="no-print sheet-ways">
          <ButtonLink href={paths.to(["record", school.id])}>{say(words.schoolData)}</ButtonLink>
          {school.place === undefined ? null : <ButtonLink href={addressOf(paths.to(["map"]), { at: school.id })}>{say(words.onMap)}</ButtonLink>}
        </span>
      </p>
      <SchoolFacts sheet={sheet} />
      <Section id="projects" title={`${say(words.projects)} ${projects.length}`}>
        {projects.length === 0 ? <p class="soft">{say(words.noProjects)}</p> : <Projects projects={projects} nameOf={nameOf} schema={schema} />}
      </Section>
      <FindingsOf of={{ school: school.id }} schema={schema} />
      <Section id="diaries" title={say(words.diaries)} more={{ href: addressOf(paths.to(["list", "diary"]), { school: school.id }), text: say(words.allDiaries) }}>
        <SchoolDays school={school.id} nameOf={(project) => nameOf(project) ?? project} />
      </Section>
      <PhotosOf of={{ school: school.id }} schema={schema} />
      <EquipmentOf of={{ school: school.id }} schema={schema} />
      <PeopleInCharge people={people} nameOf={nameOf} />
    </>
  );
}

function SchoolFacts({ sheet }: { sheet: SchoolSheet }) {
  const say = useWords();
  const { school, zones, from } = sheet;
  const { last_inspection: last, silent, place } = school;
  const now = new Date();
  const between = language() === "zh" ? "、" : ", ";
  const inspection = zones.filter((zone) => zone.inspection);
  const inspectors = inspection.flatMap((zone) => zone.inspectors);
  const twinning = zones.filter((zone) => !zone.inspection);
  const named = (list: readonly { id: string; name: string }[]) =>
    list.map(({ id, name }, place) => (
      <span key={id}>
        {place > 0 ? between : null}
        <a href={paths.to(["record", id])}>{name}</a>
      </span>
    ));
  return (
    <Facts
      facts={[
        [say(words.zone), inspection.length === 0 ? <TagShown tag={{ text: say(words.noZone), tone: "care" }} /> : named(inspection)],
        [say(words.inspectors), inspectors.length === 0 ? (inspection.length === 0 ? undefined : say(words.nobody)) : inspectors.join(between)],
        [
          say(words.lastInspection),
          <>
            {last === undefined ? <TagShown tag={{ text: say(words.neverInspected), tone: "care" }} /> : <a href={paths.to(["record", last.record])}>{columnDay(last.day, now)}</a>}
            <span class="soft"> {say(words.inspectionsSince, { count: school.inspections, from: dayWords(from).split(" ")[0] ?? from })}</span>
          </>,
        ],
        [say(words.lastDiary), school.last_diary && columnDay(school.last_diary, now)],
        [say(words.silence), silent === undefined ? undefined : <TagShown tag={{ text: say(words.silentFor, { days: silent.days }), tone: "bad" }} />],
        [say(words.pupils), school.pupils === undefined ? undefined : say(words.pupilsOf, { pupils: school.pupils, boarders: sheet.boarders })],
        [say(words.schoolCode), sheet.code],
        [say(words.central), sheet.central_school && <a href={paths.to(["school", sheet.central_school.id])}>{sheet.central_school.name}</a>],
        [say(words.twinning), twinning.length === 0 ? undefined : named(twinning)],
        [say(words.place), place === undefined ? say(words.noPlace) : undefined],
      ]}
    />
  );
}

interface ProjectsProps {
  projects: readonly ProjectLine[];
  nameOf: (project: string) => string | undefined;
  schema: Schema | undefined;
}

function Projects({ projects, nameOf, schema }: ProjectsProps) {
  const say = useWords();
  const now = new Date();
  const area = (value: number) => showQuantity(value, "hundredth_square_metre", language());
  return (
    <div class="table-box">
      <table class="lines">
        <thead>
          <tr>
            <th scope="col">{say(words.project)}</th>
            <th scope="col">{say(words.stage)}</th>
            <th scope="col">{say(words.progress)}</th>
            <th scope="col" class="number">
              {say(words.area)}
            </th>
            <th scope="col" class="when">
              {say(words.due)}
            </th>
            <th scope="col">{say(words.openFindings)}</th>
          </tr>
        </thead>
        <tbody>
          {projects.map((project) => (
            <tr key={project.id}>
              <td>
                <a href={paths.to(["project", project.id])} data-line>
                  {nameOf(project.id)}
                </a>
                <span class="soft"> {[project.work_type && codeWord(schema, "work_type", project.work_type), project.plan_year, project.in_plan ? undefined : say(words.notInPlan)].filter((word) => word !== undefined).join(" · ")}</span>
              </td>
              <td class="tags">
                {project.state === undefined ? `${say(words.equipmentClass)} ` : <StateTag kind="project" state={project.state} />}
                {project.behind ? <TagShown tag={markTag(say, { mark: "behind" })} /> : null}
                {project.irregular > 0 ? <TagShown tag={markTag(say, { mark: "irregular" })} /> : null}
              </td>
              <td>{project.class === "equipment" ? say(words.acceptedItems, { accepted: project.items_accepted, all: project.items }) : project.image_progress === undefined ? "" : codeWord(schema, "image_progress", project.image_progress)}</td>
              <td class="number nowrap" data-label={say(words.area)}>{project.planned_area === 0 ? "" : `${area(project.completed_area)} / ${area(project.planned_area)}`}</td>
              <td class="when" data-label={say(words.due)}>{project.due === undefined ? "" : columnDay(project.due, now)}</td>
              <td data-label={say(words.openFindings)}>{project.findings_open === 0 ? "" : say(words.openOf, { open: project.findings_open, overdue: project.findings_overdue })}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
