/** What a form lacks, told kindly: each line leads to where it is asked. */

import { keyOf } from "../../protocol/record.ts";
import type { FieldName } from "../../protocol/wire.ts";
import { Notice } from "../../ui/widgets/notice.tsx";
import { form as words } from "../../ui/words/form.ts";
import { useWords } from "../../ui/words/language.ts";
import { labelOf } from "../record/show.ts";
import { jumpTo, useDesk } from "./desk.ts";
import { declared } from "./model.ts";
import type { Lack, Stop } from "./submission.ts";

/** What stops a save. */
export function Stopped({ stops }: { stops: Stop[] }) {
  const say = useWords();
  const { kind, reader } = useDesk();
  if (stops.length === 0) {
    return null;
  }
  const label = (name: FieldName) =>
    [labelOf(declared(kind, name) ?? { zh: name, en: name }, reader.language), keyOf(name)].join(" ").trim();
  const line = (stop: Stop) =>
    stop.why === "reason" ? say(words.reasonNeeded) : say(STOPS[stop.why], { what: label(stop.name) });
  return (
    <Notice tone="bad" title={say(words.stopped)} live>
      <p>{say(words.stoppedWhy)}</p>
      <ul class="jumps">
        {stops.map((stop) => (
          <li key={`${stop.why}-${stop.name}`}>
            <Jump name={stop.name}>{line(stop)}</Jump>
          </li>
        ))}
      </ul>
    </Notice>
  );
}

const STOPS = { unread: words.cannotSend, part: words.cannotSend, empty: words.nothingSaid, long: words.tooLong, much: words.tooMuch } as const;

/** What is missing for the record to count as submitted. */
export function Lacking({ lacks }: { lacks: Lack[] }) {
  const say = useWords();
  const { kind, reader } = useDesk();
  const label = (name: FieldName) => labelOf(declared(kind, name) ?? { zh: name, en: name }, reader.language);
  const line = (lack: Lack): [FieldName, string] => {
    switch (lack.what) {
      case "field":
        return [lack.field.name, labelOf(lack.field, reader.language)];
      case "photo":
        return [lack.name, say(words.photoOf, { what: label(lack.name) })];
      case "late_reason":
        return ["late_reason", label("late_reason")];
    }
  };
  if (lacks.length === 0) {
    return <Notice tone="good" title={say(words.lacksNothing)} />;
  }
  return (
    <Notice tone="care" title={say(words.lacksTitle, { count: lacks.length })}>
      <p>{say(words.lacksWhy)}</p>
      <ul class="jumps">
        {lacks.map(line).map(([name, text]) => (
          <li key={text}>
            <Jump name={name}>{text}</Jump>
          </li>
        ))}
      </ul>
    </Notice>
  );
}

function Jump({ name, children }: { name: FieldName; children: string }) {
  return (
    <button type="button" class="jump" onClick={() => jumpTo(name)}>
      {children}
    </button>
  );
}
