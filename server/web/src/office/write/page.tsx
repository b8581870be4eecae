/** Writing at a desk: the phone's form, over the record as the server has it. */

import { useEffect, useState } from "preact/hooks";
import { FormPage } from "../../field/form/page.tsx";
import { useHouse } from "../../ui/house.ts";
import { frame } from "../../ui/words/frame.ts";
import { useWords } from "../../ui/words/language.ts";
import { Known } from "../known.tsx";
import { useOpened } from "../record/opened.ts";
import "./write.css";

/** Ctrl and Enter save from wherever one writes. */
function saveByKeys(event: KeyboardEvent): void {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    (event.currentTarget as HTMLElement).querySelector("form")?.requestSubmit();
  }
}

export function WritePage({ kind, id }: { kind: string; id: string }) {
  const say = useWords();
  const { device } = useHouse();
  const { answer, isWhole } = useOpened(id);
  const [isHere, setHere] = useState<boolean>();
  useEffect(() => {
    // What was begun here is in no ledger yet.
    const look = async () => setHere((await device.drafts.of(id)) !== undefined || (await device.row(id)) !== undefined);
    void look().catch(() => setHere(false));
  }, [id]);
  // A form over a record that was not read would be blank, and what is in it would be said twice.
  const isNew = answer.state === "refused" && answer.problem?.status === 404 && isHere === true;
  const isReady = isWhole || isNew || (answer.state === "no_line" && isHere === true);
  if (isReady) {
    return (
      <div class="write" onKeyDown={saveByKeys}>
        <FormPage kind={kind} id={id} />
      </div>
    );
  }
  return isHere === undefined ? <p class="opening">{say(frame.opening)}</p> : <Known answer={answer}>{() => <p class="opening">{say(frame.opening)}</p>}</Known>;
}
