/** The stages of a project: when each was reached, what shows it, which papers are there and which are not. */

import type { Schema } from "../../protocol/schema.ts";
import { Notice } from "../../ui/widgets/notice.tsx";
import { columnDay } from "../../ui/words/dates.ts";
import { useWords } from "../../ui/words/language.ts";
import { site as words } from "../../ui/words/site.ts";
import { paths } from "../roads.ts";
import { codeWord } from "../schema.ts";
import { TagShown } from "../tags.tsx";
import type { ProjectSheet, ProjectStep } from "./answers.ts";
import { irregularSentences } from "./irregular.ts";
import { Section } from "./parts.tsx";

interface OfProject {
  sheet: ProjectSheet;
  schema: Schema | undefined;
}

/** What comes next, and what it lacks, in words: the first thing that whoever opens the page wants to know. */
export function NextStep({ sheet: { id, next, class: sort }, schema }: OfProject) {
  const say = useWords();
  if (next === undefined) {
    return sort === "equipment" ? null : <Notice tone="good" title={say(words.lastStage)} />;
  }
  const stage = codeWord(schema, "stage", next.stage);
  const lacksPaper = next.lacks.some(({ irregular }) => irregular === "dossier_incomplete");
  return (
    <Notice tone={next.lacks.length === 0 ? "told" : "care"} title={say(words.next, { stage })}>
      {next.lacks.length === 0 ? (
        <p>{say(words.nextReady, { stage })}</p>
      ) : (
        <>
          <p>{say(words.nextLacks)}</p>
          <ul class="sheet-lacks">
            {irregularSentences(say, schema, next.lacks).map((text) => (
              <li key={text}>{text}</li>
            ))}
          </ul>
          {lacksPaper ? (
            <p class="no-print">
              <a href={paths.to(["record", id])}>{say(words.mendDossier)}</a>
            </p>
          ) : null}
        </>
      )}
    </Notice>
  );
}

export function Stages({ sheet, schema }: OfProject) {
  const say = useWords();
  const { steps, irregular, parties, next } = sheet;
  return (
    <Section id="stages" title={say(words.stages)}>
      <div class="table-box">
        <table class="lines stages">
          <thead>
            <tr>
              <th scope="col">{say(words.stage)}</th>
              <th scope="col" class="when">
                {say(words.day)}
              </th>
              <th scope="col">{say(words.evidence)}</th>
              <th scope="col">{say(words.papers)}</th>
            </tr>
          </thead>
          <tbody>
            {steps.map((step) => (
              <Row key={step.stage} step={step} isNext={step.stage === next?.stage} schema={schema} />
            ))}
          </tbody>
        </table>
      </div>
      {sheet.class === "equipment" || parties.every(({ gave }) => !gave) ? null : (
        <p class="tags-line">
          {say(words.parties)}{" "}
          {parties.map(({ party, gave }) => (
            <TagShown key={party} tag={{ text: say(gave ? words.partyGave : words.partyMissing, { party: codeWord(schema, "party_role", party) }), tone: gave ? "good" : "care" }} />
          ))}
        </p>
      )}
      {irregular.length === 0 ? null : (
        <Notice tone="care" title={say(words.irregular)}>
          <ul class="sheet-lacks">
            {irregularSentences(say, schema, irregular).map((text) => (
              <li key={text}>{text}</li>
            ))}
          </ul>
        </Notice>
      )}
    </Section>
  );
}

function Row({ step: { stage, reached, papers }, isNext, schema }: { step: ProjectStep; isNext: boolean; schema: Schema | undefined }) {
  const say = useWords();
  const name = codeWord(schema, "stage", stage);
  return (
    <tr class={reached === undefined ? (isNext ? "next" : "ahead") : "reached"}>
      <td>
        <span class="step-sign" aria-hidden="true">
          {reached === undefined ? (isNext ? "▶" : "○") : "●"}
        </span>{" "}
        {reached === undefined ? (
          name
        ) : (
          <a href={paths.to(["record", reached.record])} data-line>
            {name}
          </a>
        )}
      </td>
      <td class="when">{reached === undefined ? say(isNext ? words.nextOne : words.notYet) : columnDay(reached.day, new Date())}</td>
      <td>{reached === undefined ? "" : reached.shown ? say(words.shown) : <TagShown tag={{ text: say(words.notShown), tone: "care" }} />}</td>
      <td class="tags">
        {papers.map(({ name, there }) => {
          const paper = codeWord(schema, "dossier_item", name);
          // What is not due yet is not missed.
          const tone = there ? "good" : reached !== undefined || isNext ? "bad" : "plain";
          return <TagShown key={name} tag={{ text: say(there ? words.paperThere : words.paperMissing, { name: paper }), tone }} />;
        })}
      </td>
    </tr>
  );
}
