/** Writing at a desk: the phone's form, over the record as the server has it. */

import { useEffect, useState } from "preact/hooks";
import { FormPage } from "../../field/form/page.tsx";
import { labelOf } from "../../field/record/show.ts";
import type { WireSchema } from "../../protocol/schema.ts";
import { useHouse } from "../../ui/house.ts";
import { useLive } from "../../ui/live.ts";
import { frame } from "../../ui/words/frame.ts";
import { language, useWords } from "../../ui/words/language.ts";
import { NamedProvider } from "../../field/form/named.ts";
import { Known } from "../known.tsx";
import { useOpened } from "../record/opened.ts";
import { useNamesOf, useNear } from "./near.ts";
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
  const named = useNamesOf();
  const wire = useLive(() => device.paper<WireSchema>("schema"), [], ["papers"]);
  const declared = wire?.kinds.find(({ name }) => name === kind);
  const title = declared === undefined ? kind : labelOf(declared, language());
  useNear(kind, id, isHere === true || isWhole);
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
        <h1 class="spoken">{title}</h1>
        <NamedProvider value={named}>
          <FormPage kind={kind} id={id} />
        </NamedProvider>
      </div>
    );
  }
  return isHere === undefined ? <p class="opening">{say(frame.opening)}</p> : <Known answer={answer}>{() => <p class="opening">{say(frame.opening)}</p>}</Known>;
}
