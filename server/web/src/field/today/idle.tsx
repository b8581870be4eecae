/** A day without work: one tap opens this, one tap on the reason saves the day. */

import { useState } from "preact/hooks";
import { newId } from "../../protocol/ids.ts";
import { type RecordState, headsOf } from "../../protocol/record.ts";
import { isText } from "../../protocol/values.ts";
import { useHouse } from "../../ui/house.ts";
import { Button } from "../../ui/widgets/button.tsx";
import { Sheet } from "../../ui/widgets/sheet.tsx";
import { form as words } from "../../ui/words/form.ts";
import { useWords } from "../../ui/words/language.ts";
import { begun } from "../form/begin.ts";
import { stamp } from "../../protocol/stamp.ts";
import { changeOfForm } from "../form/edits.ts";
import { idleDay, lastBefore } from "../form/proposals.ts";
import { Chips } from "../form/widgets/chips.tsx";
import { labelOf, type Reader } from "../record/show.ts";

interface IdleProps {
  reader: Reader;
  project: RecordState;
  day: string;
  suspended: boolean;
  onDone: () => void;
  onEdit: () => void;
}

const REASONS = ["idleRain", "idleWeekend", "idleHoliday", "idleMaterial"] as const;

export function IdleSheet({ reader, project, day, suspended, onDone, onEdit }: IdleProps) {
  const say = useWords();
  const { device } = useHouse();
  const { book } = reader;
  const ours = book.all("diary").filter((diary) => headsOf(diary, "project").some((head) => head.value === project.id));
  const last = lastBefore(ours, "date", day);
  const before = (name: string) => {
    const value = last && headsOf(last, name).map((head) => head.value).pop();
    return isText(value) ? value : undefined;
  };
  const [am, setAm] = useState(before("weather_am"));
  const [pm, setPm] = useState(before("weather_pm"));
  const [state, setState] = useState<"asking" | "saving" | "failed">("asking");
  const weather = book.schema.choices("weather");
  const diary = book.schema.kind("diary");
  const label = (name: string) => labelOf(diary?.fields.find((field) => field.name === name) ?? { zh: name, en: name }, reader.language);
  const save = async (reason: string) => {
    if (am === undefined || pm === undefined) {
      return;
    }
    setState("saving");
    const said = idleDay(reason, { am, pm }, suspended ? "suspended" : "idle");
    const form = begun(book, "diary", { project: project.id, date: day, ...said });
    const change = form && changeOfForm(book.schema, form, newId(), stamp(new Date()));
    try {
      if (change !== undefined) {
        await device.save(change);
      }
      onDone();
    } catch {
      setState("failed");
    }
  };
  const isReady = am !== undefined && pm !== undefined && state !== "saving";
  const reasons = suspended ? (["idleOrder", ...REASONS] as const) : REASONS;
  return (
    <Sheet title={say(words.idleTitle)} onClose={onDone}>
      <h3 id="idle-am">{label("weather_am")}</h3>
      <Chips choices={weather} value={am} onChoose={setAm} labelledBy="idle-am" first={3} />
      <h3 id="idle-pm">{label("weather_pm")}</h3>
      <Chips choices={weather} value={pm} onChoose={setPm} labelledBy="idle-pm" first={3} />
      <p>{say(words.idleSays)}</p>
      <p>{say(isReady || state === "saving" ? words.idleWhy : words.idleNoWeather)}</p>
      <div class="idle-reasons">
        {reasons.map((reason) => (
          <Button key={reason} weight="main" disabled={!isReady} onClick={() => void save(say(words[reason]))}>
            {say(words[reason])}
          </Button>
        ))}
      </div>
      {state === "failed" ? <p class="wrong" role="alert">{say(words.saveFailedWhy)}</p> : null}
      <Button weight="quiet" onClick={onEdit}>
        {say(words.idleWrong)}
      </Button>
    </Sheet>
  );
}
