/** Leaving a desk: only once all that was saved on it has arrived. Then nothing of it stays on the computer. */

import { useState } from "preact/hooks";
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
            <Notice tone="bad" title={say(words.unsent, state)} live>
              <p>{say(words.unsentWhy)}</p>
            </Notice>
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
