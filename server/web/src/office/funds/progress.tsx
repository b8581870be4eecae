/** How a payment stands to the works: what the contract is for, what was certified, what was paid. */

import type { Reader } from "../../field/record/show.ts";
import { signOf } from "../../field/form/quantity.ts";
import { keysIn } from "../../field/record/payment.ts";
import { type RecordState, headsOf } from "../../protocol/record.ts";
import { Notice } from "../../ui/widgets/notice.tsx";
import { funds as words } from "../../ui/words/funds.ts";
import { useWords } from "../../ui/words/language.ts";
import { useAnswer } from "../answers.ts";
import { type Standing, standingOf } from "./standing.ts";

const AMOUNT = new Intl.NumberFormat("en", { minimumFractionDigits: 2, maximumFractionDigits: 2 });

interface Figures {
  groups: { key: string; figures: Record<string, { numerator?: number; denominator?: number } | undefined> }[];
}

export function Progress({ reader, record }: { reader: Reader; record: RecordState }) {
  const say = useWords();
  const { book } = reader;
  const project = book.projectOf(record);
  const query = new URLSearchParams({ by: "project", group: project ?? "", codes: "payment_gap,funds_paid" });
  const { value } = useAnswer<Figures>(project === undefined ? undefined : `/api/v1/indicators?${query.toString()}`);
  const amount = headsOf(record, "amount")[0]?.value;
  if (project === undefined || value === undefined || typeof amount !== "number") {
    return null;
  }
  const { education, finance } = keysIn(record, book.schema);
  const figures = value.groups.find(({ key }) => key === project)?.figures;
  const standing = standingOf(figures?.["payment_gap"], figures?.["funds_paid"], amount, education !== undefined && finance !== undefined);
  return (
    <section class="card" aria-labelledby="paid-certified">
      <h2 id="paid-certified">{say(words.progress)}</h2>
      {standing === undefined ? <p class="soft">{say(words.noContract)}</p> : <Compared reader={reader} standing={standing} amount={amount} />}
    </section>
  );
}

function Compared({ reader, standing, amount }: { reader: Reader; standing: Standing; amount: number }) {
  const say = useWords();
  // Amounts that are compared are told in one unit, whatever their size.
  const money = (fen: number) => `${AMOUNT.format(fen / 100)}${signOf("fen", reader.language)}`;
  const lines = [
    [words.contract, standing.contract],
    [words.certified, standing.certified],
    [words.paid, standing.paid],
    [words.thisOne, amount],
    [words.left, standing.left],
  ] as const;
  return (
    <>
      <dl class="fund-lines">
        {lines.map(([word, fen]) => (
          <div key={word.zh}>
            <dt>{say(word)}</dt>
            <dd>{money(fen)}</dd>
          </div>
        ))}
      </dl>
      {standing.left < 0 ? <Notice tone="care" title={say(words.ahead, { amount: money(-standing.left) })} /> : <p class="good-text">{say(words.within)}</p>}
    </>
  );
}
