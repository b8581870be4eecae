/** The money of a project: approved, come, paid, by source; what was built for it; what waits for a key. */

import { showQuantity } from "../../field/form/quantity.ts";
import type { Schema } from "../../protocol/schema.ts";
import { Notice } from "../../ui/widgets/notice.tsx";
import { columnDay } from "../../ui/words/dates.ts";
import { language, useWords } from "../../ui/words/language.ts";
import { site as words } from "../../ui/words/site.ts";
import { addressOf, paths } from "../roads.ts";
import { codeWord } from "../schema.ts";
import { MarkTags } from "../tags.tsx";
import type { ProjectMoney, ProjectSheet } from "./answers.ts";
import { Facts, Section } from "./parts.tsx";

export function Money({ sheet, schema }: { sheet: ProjectSheet; schema: Schema | undefined }) {
  const say = useWords();
  const { money, id } = sheet;
  const { contracted, certified, paid, waiting, sources } = money;
  const fen = (amount: number) => showQuantity(amount, "fen", language());
  // Equipment is accepted item by item, and nobody certifies the worth of works.
  const gap = sheet.class === "equipment" || contracted === 0 ? 0 : paid - certified;
  return (
    <Section id="money" title={say(words.money)} more={{ href: addressOf(paths.to(["list", "fund_event"]), { project: id }), text: say(words.allMoney) }}>
      {sources.length === 0 ? <p class="soft">{say(words.noMoney)}</p> : <Sources money={money} schema={schema} />}
      <Facts
        facts={[
          [say(words.contracted), contracted === 0 ? undefined : fen(contracted)],
          [say(words.certifiedWorth), sheet.class === "equipment" ? undefined : fen(certified)],
          [say(words.paid), fen(paid)],
        ]}
      />
      {gap > 0 ? <Notice tone="bad" title={say(words.paidAhead, { amount: fen(gap) })} /> : gap < 0 ? <p class="soft">{say(words.paidShort, { amount: fen(-gap) })}</p> : null}
      {waiting.length === 0 ? null : <Waiting waiting={waiting} />}
    </Section>
  );
}

function Sources({ money: { sources }, schema }: { money: ProjectMoney; schema: Schema | undefined }) {
  const say = useWords();
  const fen = (amount: number) => showQuantity(amount, "fen", language());
  const sum = (of: "planned" | "received" | "paid") => fen(sources.reduce((total, source) => total + source[of], 0));
  const columns = [["planned", words.approvedMoney], ["received", words.received], ["paid", words.paid]] as const;
  return (
    <div class="table-box">
      <table class="lines sums">
        <thead>
          <tr>
            <th scope="col">{say(words.source)}</th>
            <th scope="col" class="number">
              {say(words.approvedMoney)}
            </th>
            <th scope="col" class="number">
              {say(words.received)}
            </th>
            <th scope="col" class="number">
              {say(words.paid)}
            </th>
          </tr>
        </thead>
        <tbody>
          {sources.map((source) => (
            <tr key={source.source}>
              <td>{source.source === "" ? say(words.unsaid) : codeWord(schema, "fund_source", source.source)}</td>
              {columns.map(([column, word]) => (
                <td key={column} class="number nowrap" data-label={say(word)}>
                  {fen(source[column])}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
        {sources.length < 2 ? null : (
          <tfoot>
            <tr>
              <th scope="row">{say(words.total)}</th>
              {columns.map(([column, word]) => (
                <td key={column} class="number nowrap" data-label={say(word)}>
                  {sum(column)}
                </td>
              ))}
            </tr>
          </tfoot>
        )}
      </table>
    </div>
  );
}

function Waiting({ waiting }: Pick<ProjectMoney, "waiting">) {
  const say = useWords();
  const now = new Date();
  return (
    <div class="table-box">
      <table class="lines">
        <caption class="caption">{say(words.waiting)}</caption>
        <tbody>
          {waiting.map(({ record, day, amount, payee, education, finance }) => (
            <tr key={record}>
              <td class="when">{columnDay(day, now)}</td>
              <td>
                <a href={paths.to(["record", record])} data-line>
                  {[showQuantity(amount, "fen", language()), payee].filter((word) => word !== undefined).join(" · ")}
                </a>
              </td>
              <td class="tags">
                <MarkTags marks={[...(education ? [] : [{ mark: "education_key" }]), ...(finance ? [] : [{ mark: "finance_key" }])]} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
