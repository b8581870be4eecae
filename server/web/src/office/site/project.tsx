/** A project: what comes next and what it lacks, its stages, its time and money, its days, what is open. */

import { addDays } from "../../field/form/days.ts";
import { showQuantity } from "../../field/form/quantity.ts";
import type { Schema } from "../../protocol/schema.ts";
import { ButtonLink } from "../../ui/widgets/button.tsx";
import { language, useWords } from "../../ui/words/language.ts";
import { site as words } from "../../ui/words/site.ts";
import { useAnswer } from "../answers.ts";
import { MOVES, useKeys } from "../keys.ts";
import { AsOf, Known } from "../known.tsx";
import { addressOf, paths } from "../roads.ts";
import { codeWord, useSchema } from "../schema.ts";
import { markTag } from "../states.ts";
import { StateTag, TagShown } from "../tags.tsx";
import type { ProjectSheet } from "./answers.ts";
import { Books } from "./books.tsx";
import { ProjectDays } from "./diaries.tsx";
import { EquipmentOf } from "./equipment.tsx";
import { FindingsOf } from "./findings.tsx";
import { Money } from "./money.tsx";
import { Facts, Section } from "./parts.tsx";
import { PeopleInCharge } from "./people.tsx";
import { PhotosOf } from "./photos.tsx";
import { NextStep, Stages } from "./stages.tsx";
import { Time } from "./time.tsx";
import { useTitle } from "./title.ts";
import "./site.css";

/** So many days of diaries are drawn: fourteen weeks, within what the server draws at a time. */
const DAYS = 98;

export function ProjectPage({ id }: { id: string }) {
  const schema = useSchema();
  const answer = useAnswer<ProjectSheet>(`/api/v1/projects/${encodeURIComponent(id)}`);
  useKeys({ ...MOVES, p: () => print() });
  useTitle(answer.value?.name);
  return (
    <>
      <div class="page-head">
        <h1>
          {answer.value?.name} {answer.value === undefined ? null : <Tags sheet={answer.value} />}
        </h1>
        <AsOf answer={answer} />
      </div>
      <Known answer={answer}>{(sheet) => <Sheet sheet={sheet} schema={schema} />}</Known>
    </>
  );
}

function Tags({ sheet }: { sheet: ProjectSheet }) {
  const say = useWords();
  return (
    <>
      {sheet.state === undefined ? null : <StateTag kind="project" state={sheet.state} />}
      {sheet.schedule.behind ? <TagShown tag={markTag(say, { mark: "behind" })} /> : null}
      {sheet.irregular.length > 0 ? <TagShown tag={markTag(say, { mark: "irregular" })} /> : null}
      {sheet.disputed ? <TagShown tag={markTag(say, { mark: "disputed" })} /> : null}
    </>
  );
}

function Sheet({ sheet, schema }: { sheet: ProjectSheet; schema: Schema | undefined }) {
  const say = useWords();
  const { id, school, diaries, at } = sheet;
  const end = sheet.schedule.accepted_on ?? at;
  const to = end < at ? end : at;
  const begins = addDays(to, 1 - DAYS);
  const started = sheet.schedule.started_on ?? begins;
  return (
    <>
      <p class="sheet-line">
        <a href={paths.to(["school", school.id])}>{school.name}</a>
        <span class="soft">{[sheet.county.name, sheet.township].filter((word) => word !== undefined).join(" · ")}</span>
        <span class="no-print sheet-ways">
          <ButtonLink href={paths.to(["record", id])}>{say(words.projectData)}</ButtonLink>
        </span>
      </p>
      <NextStep sheet={sheet} schema={schema} />
      <ProjectFacts sheet={sheet} schema={schema} />
      <Stages sheet={sheet} schema={schema} />
      <Time sheet={sheet} schema={schema} />
      <Money sheet={sheet} schema={schema} />
      {diaries.asked === 0 && sheet.class === "equipment" ? null : (
        <Section id="diaries" title={say(words.diaries)} more={{ href: addressOf(paths.to(["list", "diary"]), { project: id }), text: say(words.allDiaries) }}>
          {diaries.asked === 0 ? null : <p>{say(words.diaryRate, { asked: diaries.asked, written: diaries.written, inTime: diaries.in_time })}</p>}
          <ProjectDays project={id} from={started > begins && started <= to ? started : begins} to={to} />
        </Section>
      )}
      <FindingsOf of={{ project: id }} schema={schema} />
      <EquipmentOf of={{ project: id }} schema={schema} />
      <PhotosOf of={{ project: id }} schema={schema} />
      <PeopleInCharge people={sheet.people} nameOf={() => undefined} />
      <Books sheet={sheet} />
    </>
  );
}

function ProjectFacts({ sheet, schema }: { sheet: ProjectSheet; schema: Schema | undefined }) {
  const say = useWords();
  const { plan } = sheet;
  const area = (value: number) => (value === 0 ? undefined : showQuantity(value, "hundredth_square_metre", language()));
  const sort = [say(sheet.class === "equipment" ? words.equipmentClass : words.building), sheet.work_type && codeWord(schema, "work_type", sheet.work_type)];
  return (
    <Facts
      facts={[
        [say(words.kind), sort.filter((word) => word !== undefined && word !== "").join(" · ")],
        [
          say(words.plan),
          plan === undefined ? (
            <TagShown tag={{ text: say(words.notInPlan), tone: "care" }} />
          ) : (
            <>
              <a href={paths.to(["record", plan.id])}>
                {plan.name} {plan.version}
              </a>{" "}
              {sheet.plan_year === undefined ? null : say(words.planYear, { year: sheet.plan_year })} {plan.stands ? null : <TagShown tag={{ text: say(words.notInPlan), tone: "care" }} />}
            </>
          ),
        ],
        [say(words.planned), area(sheet.planned_area)],
        [say(words.started), area(sheet.started_area)],
        [say(words.completed), area(sheet.completed_area)],
        [say(words.lead), sheet.lead_official],
      ]}
    />
  );
}
