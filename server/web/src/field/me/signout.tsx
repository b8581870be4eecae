/** Signing out: only when the office has everything and just said so, or after an export. */

import { useState } from "preact/hooks";
import type { Made } from "../../sync/bundle.ts";
import type { Phone } from "../../sync/phone.ts";
import { useHouse } from "../../ui/house.ts";
import { to } from "../../ui/route.ts";
import { Button, ButtonLink } from "../../ui/widgets/button.tsx";
import { Notice } from "../../ui/widgets/notice.tsx";
import { Sheet } from "../../ui/widgets/sheet.tsx";
import { useWords } from "../../ui/words/language.ts";
import { me as words } from "../../ui/words/me.ts";
import { Export } from "../line/carry.tsx";
import { type Leaving, leaving } from "./leaving.ts";

/** `drafts`: records begun and not saved, also those of which there is only a picture. */
type Asked = Leaving & { drafts: number; phone: Phone };

export function SignOut() {
  const say = useWords();
  const { device, runner } = useHouse();
  const [state, setState] = useState<"closed" | "checking" | Asked>("closed");
  const look = async (): Promise<Asked | undefined> => {
    const isProven = await runner.prove();
    const phone = await device.phone();
    const [drafts, shots] = [await device.drafts.all(), await device.album.shots()];
    const begun = new Set([...drafts.map((draft) => draft.id), ...shots.flatMap((shot) => shot.drafts)]);
    return phone && { ...leaving(phone, isProven), drafts: begun.size, phone };
  };
  const open = async () => {
    setState("checking");
    setState((await look()) ?? "closed");
  };
  const forget = async (seen: Phone) => {
    if (await device.forget(seen)) {
      location.replace(to());
      location.reload();
    } else {
      setState((await look()) ?? "closed");
    }
  };
  const leave = async () => {
    // Something may have been written since, on another page.
    const asked = await look();
    if (asked?.verdict === "safe") {
      await forget(asked.phone);
    } else {
      setState(asked ?? "closed");
    }
  };
  const leaveWithFiles = async (made: Made[]) => {
    const { isExported, noteExported } = await import("../../sync/bundle.ts");
    for (const file of made) {
      await noteExported(device, file);
    }
    const phone = await device.phone();
    if (phone !== undefined && (await isExported(device))) {
      await forget(phone);
    } else {
      setState((await look()) ?? "closed");
    }
  };
  return (
    <section class="card">
      <p class="soft">{say(words.signOutWhy)}</p>
      <Button weight="danger" onClick={() => void open()} disabled={state === "checking"}>
        {say(state === "checking" ? words.checking : words.signOut)}
      </Button>
      {typeof state === "string" ? null : (
        <Sheet title={say(words.signOut)} onClose={() => setState("closed")}>
          <Verdict
            asked={state}
            onLeave={() => void leave()}
            onLeaveWithFiles={(made) => void leaveWithFiles(made)}
          />
        </Sheet>
      )}
    </section>
  );
}

interface VerdictProps {
  asked: Asked;
  onLeave: () => void;
  /** All of it is in files that the owner has. */
  onLeaveWithFiles: (made: Made[]) => void;
}

function Verdict({ asked, onLeave, onLeaveWithFiles }: VerdictProps) {
  const say = useWords();
  const [made, setMade] = useState<Made[]>();
  const drafts = asked.drafts === 0 ? null : <Notice tone="care">{say(words.drafts, { count: asked.drafts })}</Notice>;
  if (asked.verdict === "safe") {
    return (
      <>
        <Notice tone="good">
          {asked.records + asked.photos === 0 ? say(words.safeNothing) : say(words.safe, asked)}
        </Notice>
        {drafts}
        <Button weight="danger" onClick={onLeave}>
          {say(words.signOutNow)}
        </Button>
      </>
    );
  }
  return (
    <>
      <Notice tone="bad" title={say(words.notSafe)}>
        <p>{asked.verdict === "lacks" ? say(words.onlyHere, asked) : say(words.unproven)}</p>
      </Notice>
      {drafts}
      <ButtonLink href={to("sync")} weight="main">
        {say(words.syncFirst)}
      </ButtonLink>
      <Export onExported={setMade} />
      {made === undefined ? null : (
        <Button weight="danger" onClick={() => onLeaveWithFiles(made)}>
          {say(words.signOutExported)}
        </Button>
      )}
    </>
  );
}
