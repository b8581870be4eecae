/** Each change of a record, the latest first: who, when written, when received, what it put aside. */

import { useState } from "preact/hooks";
import { labelled, worded } from "../../field/record/earlier.tsx";
import type { Reader } from "../../field/record/show.ts";
import type { RecordState } from "../../protocol/record.ts";
import type { Kind } from "../../protocol/schema.ts";
import { Button } from "../../ui/widgets/button.tsx";
import { moment } from "../../ui/words/dates.ts";
import { useWords } from "../../ui/words/language.ts";
import { record as words } from "../../ui/words/record.ts";
import { review } from "../../ui/words/review.ts";
import { useOffice } from "../house.ts";
import { type HistoryEntry, type RecordView, pathOf } from "./answer.ts";
import { type Moment, type Said, momentsOf, together } from "./timeline.ts";

interface HistoryProps {
  view: RecordView;
  reader: Reader;
  kind: Kind;
  record: RecordState;
}

export function History({ view, reader, kind, record }: HistoryProps) {
  const say = useWords();
  const { answers } = useOffice();
  const [more, setMore] = useState<{ entries: HistoryEntry[]; next?: number | undefined }>();
  const next = more === undefined ? view.next : more.next;
  const entries = together([view.history, more?.entries ?? []]);
  const moments = momentsOf(entries, record);
  const readOn = async () => {
    const came = await answers.once<RecordView>({ method: "GET", path: pathOf(view.record.id, { after: next ?? 0 }) });
    if (came.kind === "answer") {
      setMore({ entries: [...(more?.entries ?? []), ...came.value.history], next: came.value.next });
    }
  };
  return (
    <section class="card history" aria-labelledby="history">
      <h2 id="history">
        {say(review.history)} <span class="soft">{say(review.change, { count: entries.length })}</span>
      </h2>
      <ol class="moments">
        {moments.map((moment) => (
          <MomentShown key={moment.id} moment={moment} reader={reader} kind={kind} />
        ))}
      </ol>
      {next === undefined ? null : <Button onClick={() => void readOn()}>{say(review.moreHistory)}</Button>}
    </section>
  );
}

/** So many lines of a change are shown at once. */
const AT_ONCE = 3;
const SIGNED = { signed: words.signed_by, confirmed: words.confirmed_by, returned: words.returned_by, approved: words.approved_by };

function MomentShown({ moment: it, reader, kind }: { moment: Moment; reader: Reader; kind: Kind }) {
  const say = useWords();
  const [isOpen, setOpen] = useState(false);
  const at = (when: string) => moment(when, reader.now, reader.language);
  const notes = [
    it.made_at === undefined ? undefined : say(review.made, { at: at(it.made_at) }),
    say(review.received, { at: at(it.received_at) }),
    it.isCarried ? say(review.carried) : undefined,
    it.isReleased ? say(review.released) : undefined,
  ];
  // What put something aside is looked for; what was only added stands in the record.
  const said = [...it.said].sort((a, b) => Number(b.before.length > 0) - Number(a.before.length > 0));
  const shown = isOpen ? said : said.slice(0, AT_ONCE);
  return (
    <li>
      <p>
        <strong>{it.by_name}</strong> <span class="soft">{notes.filter((note) => note !== undefined).join(" · ")}</span>
        {it.daysUnderWay >= 3 ? <span class="tag care">{say(review.underWay, { days: it.daysUnderWay })}</span> : null}
      </p>
      {it.isErased ? <p class="soft">{say(review.erased)}</p> : null}
      <ul>
        {it.signoffs.map((signoff, place) => (
          <li key={`signed-${place}`}>{say(SIGNED[signoff.verdict], { name: signoff.name ?? it.by_name })}</li>
        ))}
        {shown.map((one, place) => (
          <li key={place}>
            <SaidShown said={one} reader={reader} kind={kind} />
          </li>
        ))}
      </ul>
      {said.length > AT_ONCE && !isOpen ? (
        <Button weight="quiet" onClick={() => setOpen(true)}>
          {say(review.moreLines, { count: said.length - AT_ONCE })}
        </Button>
      ) : null}
    </li>
  );
}

function SaidShown({ said: { field, before, after }, reader, kind }: { said: Said; reader: Reader; kind: Kind }) {
  const say = useWords();
  const what = labelled(reader, kind, field);
  const was = before.map(({ value }) => `“${worded(reader, kind, field, value)}”`).join(reader.language === "zh" ? "、" : ", ");
  if (after === undefined) {
    return <>{say(review.tookOut, { what, before: was })}</>;
  }
  const value = worded(reader, kind, field, after);
  return <>{before.length === 0 ? say(review.wrote, { what, value }) : say(review.changed, { what, before: was, after: `“${value}”` })}</>;
}
