/** Where everything is between here and the office, why nothing moves, and what to do. */

import { useState } from "preact/hooks";
import type { SyncState } from "../../sync/runner.ts";
import { isSent, photosLeft } from "../../sync/state.ts";
import { useHouse, useSync } from "../../ui/house.ts";
import { to } from "../../ui/route.ts";
import { Button, ButtonLink } from "../../ui/widgets/button.tsx";
import { Notice } from "../../ui/widgets/notice.tsx";
import { Progress } from "../../ui/widgets/progress.tsx";
import { moment } from "../../ui/words/dates.ts";
import { bytes } from "../../ui/words/figures.ts";
import { useWords } from "../../ui/words/language.ts";
import { line as words } from "../../ui/words/line.ts";
import { CarryByHand } from "./carry.tsx";
import { Each } from "./each.tsx";
import { Hindrances } from "./hindrances.tsx";
import "./line.css";

export function LinePage() {
  const say = useWords();
  const { runner } = useHouse();
  const sync = useSync();
  const isBusy = sync.engine.busy || sync.sending;
  const { lastWorked } = sync.engine;
  return (
    <>
      <h2>{say(words.title)}</h2>
      <Standing sync={sync} />
      <Hindrances sync={sync} />
      <Button weight={isSent(sync) ? "plain" : "main"} onClick={() => runner.look()} disabled={isBusy}>
        {say(isBusy ? words.busy : words.now)}
      </Button>
      <p class="soft">
        {lastWorked === undefined
          ? say(words.neverWorked)
          : say(words.lastWorked, { when: moment(lastWorked, new Date()) })}
      </p>
      <Figures sync={sync} />
      <Each sync={sync} />
      <CarryByHand />
      <ButtonLink href={to("support")} weight="quiet">
        {say(words.support)}
      </ButtonLink>
    </>
  );
}

/** All at the office, and whether that is proven; or what is only here. */
function Standing({ sync }: { sync: SyncState }) {
  const say = useWords();
  const { photos, waiting, provenAt } = sync;
  if (!isSent(sync)) {
    const left = { records: waiting, photos: photosLeft(photos) };
    return (
      <Notice tone="told" title={say(words.left, left)}>
        <p>{say(words.leftWhy)}</p>
      </Notice>
    );
  }
  const isRefused = photos.refused + sync.refused > 0;
  const all = { records: sync.kept + sync.held + sync.refused, photos: photos.atOffice };
  return (
    <Notice tone={isRefused ? "bad" : "good"} title={isRefused ? say(words.notAll) : say(words.all, all)}>
      {sync.refused > 0 ? <p>{say(words.recordsRefused, { count: sync.refused })}</p> : null}
      {sync.held > 0 ? <p>{say(words.recordsHeld, { count: sync.held })}</p> : null}
      {photos.refused > 0 ? <p>{say(words.photosRefused, { count: photos.refused })}</p> : null}
      {photos.left > 0 ? <p>{say(words.photosLeft, { count: photos.left })}</p> : null}
      {all.records + all.photos === 0 ? null : provenAt === undefined ? (
        <Proving />
      ) : (
        <p>{say(words.proven, { when: moment(provenAt, new Date()) })}</p>
      )}
    </Notice>
  );
}

function Proving() {
  const say = useWords();
  const { runner } = useHouse();
  const [state, setState] = useState<"ready" | "asking" | "failed">("ready");
  const prove = async () => {
    setState("asking");
    setState((await runner.prove()) ? "ready" : "failed");
  };
  return (
    <>
      <p role="status">{say(state === "failed" ? words.notProvable : words.notProven)}</p>
      <Button onClick={() => void prove()} disabled={state === "asking"}>
        {say(state === "asking" ? words.proving : words.prove)}
      </Button>
    </>
  );
}

function Figures({ sync }: { sync: SyncState }) {
  const say = useWords();
  const { waiting, kept, held, refused, photos } = sync;
  const there = kept + held + refused;
  const records = say(words.records, { done: there, all: there + waiting });
  const pictures = say(words.photos, {
    done: photos.atOffice,
    all: photos.total,
    sent: bytes(photos.bytesSent),
    bytes: bytes(photos.bytes),
  });
  return (
    <section class="card">
      {there + waiting === 0 ? null : (
        <>
          <p>{records}</p>
          <Progress done={there} of={there + waiting} label={records} />
        </>
      )}
      {photos.total === 0 ? null : (
        <>
          <p>{pictures}</p>
          <Progress done={photos.bytesSent} of={photos.bytes} label={pictures} />
        </>
      )}
      {kept === 0 ? null : <p class="soft">{say(words.inBackup, { count: kept })}</p>}
      {there + waiting + photos.total === 0 ? <p class="soft">{say(words.eachNone)}</p> : null}
    </section>
  );
}
