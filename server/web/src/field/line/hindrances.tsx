/** Why nothing moves: what happened, that nothing is lost, what to do. */

import type { SyncState } from "../../sync/runner.ts";
import { useHouse } from "../../ui/house.ts";
import { to } from "../../ui/route.ts";
import { Button, ButtonLink } from "../../ui/widgets/button.tsx";
import { Notice } from "../../ui/widgets/notice.tsx";
import { bytes } from "../../ui/words/figures.ts";
import { useWords } from "../../ui/words/language.ts";
import { line as words } from "../../ui/words/line.ts";
import { UpdateOffer } from "./update.tsx";

export function Hindrances({ sync }: { sync: SyncState }) {
  return (
    <>
      <TroubleNotice sync={sync} />
      <Distrust sync={sync} />
      <Clock sync={sync} />
      <SaveData sync={sync} />
      <UpdateOffer />
    </>
  );
}

const TROUBLES = {
  no_line: ["told", words.noLine, words.noLineWhy],
  stranger: ["care", words.stranger, words.strangerWhy],
  busy: ["told", words.officeBusy, words.officeBusyWhy],
  signed_out: ["bad", words.signedOut, words.signedOutWhy],
  old_app: ["care", words.oldApp, words.oldAppWhy],
  storage: ["bad", words.storage, words.storageWhy],
  refused: ["bad", words.refused, words.refusedWhy],
} as const;

function TroubleNotice({ sync }: { sync: SyncState }) {
  const say = useWords();
  const { trouble } = sync.engine;
  if (trouble === undefined) {
    return null;
  }
  const [tone, title, why] = TROUBLES[trouble.why];
  // The server's own words tell more where it said any; a browser's words on storage are for support, and
  // what the server says of a device that it does not let in sounds as if something were lost.
  const said = "detail" in trouble && trouble.why !== "storage" && trouble.why !== "signed_out" ? trouble.detail : "";
  return (
    <Notice tone={tone} title={say(title)} live>
      {said === "" ? null : <p>{said}</p>}
      <p>{say(why)}</p>
      {trouble.why === "signed_out" ? <ButtonLink href={to("enrol")}>{say(words.enrolAgain)}</ButtonLink> : null}
      {trouble.why === "refused" || trouble.why === "signed_out" ? (
        <ButtonLink href={to("support")}>{say(words.support)}</ButtonLink>
      ) : null}
    </Notice>
  );
}

function Distrust({ sync }: { sync: SyncState }) {
  const say = useWords();
  return sync.distrust === undefined ? null : (
    <Notice tone="bad" title={say(words.distrust)} live>
      <p>{say(words.distrustWhy)}</p>
      <ButtonLink href={to("support")}>{say(words.support)}</ButtonLink>
    </Notice>
  );
}

function Clock({ sync }: { sync: SyncState }) {
  const say = useWords();
  if (sync.clockSkewMs === undefined) {
    return null;
  }
  const minutes = Math.max(1, Math.round(Math.abs(sync.clockSkewMs) / 60_000));
  return (
    <Notice tone="care" title={say(sync.clockSkewMs > 0 ? words.clockBehind : words.clockAhead, { minutes })}>
      <p>{say(words.clockWhy)}</p>
    </Notice>
  );
}

function SaveData({ sync }: { sync: SyncState }) {
  const say = useWords();
  const { runner } = useHouse();
  return sync.saveData ? (
    <Notice tone="told" title={say(words.saveData)}>
      <p>{say(words.saveDataWhy, { bytes: bytes(sync.photos.bytes - sync.photos.bytesSent) })}</p>
      <Button onClick={() => runner.sendPhotos()}>{say(words.sendPhotos)}</Button>
    </Notice>
  ) : null;
}
