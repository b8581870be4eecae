/** Writing at a desk: the phone's form, over the record as the server has it. */

import { useEffect, useState } from "preact/hooks";
import { FormPage } from "../../field/form/page.tsx";
import { NamedProvider } from "../../field/form/named.ts";
import { labelOf } from "../../field/record/show.ts";
import type { WireSchema } from "../../protocol/schema.ts";
import { allOf } from "../../sync/phone.ts";
import { useHouse } from "../../ui/house.ts";
import { useLive } from "../../ui/live.ts";
import { goInstead } from "../../ui/route.ts";
import { frame } from "../../ui/words/frame.ts";
import { language, useWords } from "../../ui/words/language.ts";
import { useOffice } from "../house.ts";
import { onSaveKeys } from "../keys.ts";
import { Known } from "../known.tsx";
import { useOpened } from "../record/opened.ts";
import { goOnFrom, recordAt } from "../walking.tsx";
import { useNamesOf, useNear } from "./near.ts";
import "./write.css";

export function WritePage({ kind, id }: { kind: string; id: string }) {
  const say = useWords();
  const { device } = useHouse();
  const { queue } = useOffice();
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
  // The line of the list that somebody works through is done, by a change of it or by what was written about it: the next one opens.
  const goOn = async (saved: string) => {
    const line = queue.seen();
    const about = recordAt(line);
    const phone = await device.phone();
    const its = phone === undefined ? [] : allOf(phone.outbox).filter((change) => change.record === saved);
    const isOfLine = about !== undefined && (about === saved || its.some((change) => change.edits.some(({ value }) => value === about)));
    if (line === undefined || !isOfLine || !goOnFrom(queue, line, "instead")) {
      goInstead("record", saved);
    }
  };
  // A form over a record that was not read would be blank, and what is in it would be said twice.
  const isNew = answer.state === "refused" && answer.problem?.status === 404 && isHere === true;
  const isReady = isWhole || isNew || (answer.state === "no_line" && isHere === true);
  if (isReady) {
    return (
      <div class="write" onKeyDown={onSaveKeys(({ currentTarget }) => (currentTarget as HTMLElement).querySelector("form")?.requestSubmit())}>
        <h1 class="spoken">{title}</h1>
        <NamedProvider value={named}>
          <FormPage kind={kind} id={id} onSaved={(saved) => void goOn(saved)} />
        </NamedProvider>
      </div>
    );
  }
  return isHere === undefined ? <p class="opening">{say(frame.opening)}</p> : <Known answer={answer}>{() => <p class="opening">{say(frame.opening)}</p>}</Known>;
}
