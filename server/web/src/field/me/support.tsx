/** What the person on the telephone asks for. */

import { useEffect, useState } from "preact/hooks";
import { useHouse, useSync } from "../../ui/house.ts";
import { useLive } from "../../ui/live.ts";
import { type Storage, storageOf } from "../../ui/storage.ts";
import { versionOf } from "../../ui/update.ts";
import { CopyButton } from "../../ui/widgets/copy.tsx";
import { useWords } from "../../ui/words/language.ts";
import { support as words } from "../../ui/words/support.ts";
import type { Me } from "../join/enrol.ts";
import { report, reportInBoth } from "./report.ts";
import "./me.css";

export function SupportPage() {
  const say = useWords();
  const { device } = useHouse();
  const sync = useSync();
  const [storage, setStorage] = useState<Storage>();
  const [version, setVersion] = useState<string>();
  useEffect(() => {
    void storageOf(navigator.storage).then(setStorage);
    void versionOf(window).then(setVersion);
  }, []);
  const known = useLive(
    async () => ({
      me: await device.paper<Me>("me"),
      phone: await device.phone(),
      troubles: await device.troubles(),
      drafts: (await device.drafts.all()).length,
    }),
    [],
    ["device", "papers", "troubles", "drafts"],
  );
  if (known === undefined) {
    return null;
  }
  const { userAgent, onLine } = navigator;
  const facts = { ...known, sync, storage, version, userAgent, isOnline: onLine, now: new Date() };
  return (
    <>
      <h2>{say(words.title)}</h2>
      <p>{say(words.why)}</p>
      <CopyButton text={reportInBoth(facts)}>{say(words.copy)}</CopyButton>
      <pre class="report" tabIndex={0} aria-label={say(words.title)}>
        {report(facts, say)}
      </pre>
    </>
  );
}
