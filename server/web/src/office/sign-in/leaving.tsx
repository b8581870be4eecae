/** Leaving a desk: only once all that was saved on it has arrived. Then nothing of it stays on the computer. */

import { useState } from "preact/hooks";
import { Export } from "../../field/line/carry.tsx";
import type { Made } from "../../sync/bundle.ts";
import { useHouse } from "../../ui/house.ts";
import { Button } from "../../ui/widgets/button.tsx";
import { Notice } from "../../ui/widgets/notice.tsx";
import { Sheet } from "../../ui/widgets/sheet.tsx";
import { useWords } from "../../ui/words/language.ts";
import { office as words } from "../../ui/words/office.ts";
import { useOffice } from "../house.ts";
import { mayLeave } from "./entering.ts";

type Asked = { verdict: "safe" | "unsent"; drafts: number; count: number };

export function SignOut() {
  const say = useWords();
  const { device, runner } = useHouse();
  const { answers } = useOffice();
  const [state, setState] = useState<"closed" | "checking" | "stays" | Asked>("closed");
  const open = async () => {
    setState("checking");
    const phone = await device.phone();
    if (phone !== undefined && phone.outbox.waiting.length > 0) {
      runner.look();
    }
    setState(await look());
  };
  const look = async (): Promise<Asked> => {
    const [phone, drafts] = [await device.phone(), await device.drafts.all()];
    const isSafe = phone === undefined || mayLeave(phone);
    return { verdict: isSafe ? "safe" : "unsent", drafts: drafts.length, count: phone?.outbox.waiting.length ?? 0 };
  };
  const leave = async () => {
    const phone = await device.phone();
    if (phone === undefined || !mayLeave(phone)) {
      setState(await look());
      return;
    }
    // A session that the server was not told to end would go on for whoever comes next.
    const ended = await answers.once({ method: "DELETE", path: "/api/v1/session" });
    if (ended.kind === "no_line") {
      setState("stays");
    } else if (await device.forget(phone)) {
      location.replace("/office");
    } else {
      setState(await look());
    }
  };
  // What did not arrive is in files that somebody hands in: then it is not lost here, either.
  const leaveWithFiles = async (made: Made[]) => {
    const { isExported, noteExported } = await import("../../sync/bundle.ts");
    for (const file of made) {
      await noteExported(device, file);
    }
    const phone = await device.phone();
    const ended = phone !== undefined && (await isExported(device)) ? await answers.once({ method: "DELETE", path: "/api/v1/session" }) : undefined;
    if (ended?.kind === "no_line") {
      setState("stays");
    } else if (phone !== undefined && ended !== undefined && (await device.forget(phone))) {
      location.replace("/office");
    } else {
      setState(await look());
    }
  };
  return (
    <>
      <Button weight="quiet" onClick={() => void open()} disabled={state === "checking"}>
        {say(words.signOut)}
      </Button>
      {state === "closed" || state === "checking" ? null : (
        <Sheet title={say(words.signOut)} onClose={() => setState("closed")}>
          {state === "stays" ? (
            <Notice tone="bad" title={say(words.noLine)} live>
              <p>{say(words.stillIn)}</p>
            </Notice>
          ) : state.verdict === "unsent" ? (
            <Unsent count={state.count} onLeaveWithFiles={(made) => void leaveWithFiles(made)} />
          ) : (
            <>
              <p>{say(words.leaveWhy)}</p>
              {state.drafts === 0 ? null : <Notice tone="care">{say(words.draftsGo, { count: state.drafts })}</Notice>}
              <Button weight="danger" onClick={() => void leave()}>
                {say(words.signOutNow)}
              </Button>
            </>
          )}
        </Sheet>
      )}
    </>
  );
}

interface UnsentProps {
  count: number;
  /** All of it is in files that whoever sits here has. */
  onLeaveWithFiles: (made: Made[]) => void;
}

/** Something is only here: it waits for the line, or it is carried in a file by whoever cannot wait. */
function Unsent({ count, onLeaveWithFiles }: UnsentProps) {
  const say = useWords();
  const [made, setMade] = useState<Made[]>();
  return (
    <>
      <Notice tone="bad" title={say(words.unsent, { count })} live>
        <p>{say(words.unsentWhy)}</p>
      </Notice>
      <p>{say(words.exportWhy)}</p>
      <Export onExported={setMade} />
      {made === undefined ? null : (
        <Button weight="danger" onClick={() => onLeaveWithFiles(made)}>
          {say(words.leaveExported)}
        </Button>
      )}
    </>
  );
}
