/** A file that the server makes: how long it has been at it, and why it could not. */

import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Notice } from "../../ui/widgets/notice.tsx";
import { languageTag, useWords } from "../../ui/words/language.ts";
import { reports as words } from "../../ui/words/reports.ts";
import { nameIn } from "./filename.ts";

export type Making = { is: "idle" } | { is: "making"; what: string; since: number; stop: () => void } | { is: "made"; what: string } | { is: "failed"; what: string; why: string; isPdf: boolean };

/** Has a file made and keeps it; what becomes of that, to be shown by `MakingShown`. One at a time. */
export function useDownload(): [Making, (address: string, what: string) => void] {
  const say = useWords();
  const [making, setMaking] = useState<Making>({ is: "idle" });
  const line = useRef<AbortController | undefined>(undefined);
  useEffect(() => () => line.current?.abort(), []);
  const make = (address: string, what: string) => {
    line.current?.abort();
    const own = new AbortController();
    line.current = own;
    const stop = () => {
      own.abort();
      setMaking({ is: "idle" });
    };
    setMaking({ is: "making", what, since: Date.now(), stop });
    const isPdf = new URL(address, location.href).pathname.endsWith(".pdf");
    download(address, own.signal).then(
      (why) => setMaking(why === undefined ? { is: "made", what } : { is: "failed", what, why, isPdf }),
      () => own.signal.aborted || setMaking({ is: "failed", what, why: say(words.noLine), isPdf: false }),
    );
  };
  return [making, make];
}

/** Downloads a file; gives back why not. */
async function download(address: string, signal: AbortSignal): Promise<string | undefined> {
  const response = await fetch(address, { signal, credentials: "same-origin", headers: { "Accept-Language": languageTag() } });
  if (!response.ok) {
    const said = (await response.json().catch(() => undefined)) as { detail?: string } | undefined;
    return said?.detail ?? String(response.status);
  }
  const url = URL.createObjectURL(await response.blob());
  const link = document.createElement("a");
  link.href = url;
  link.download = nameIn(response.headers.get("Content-Disposition")) ?? new URL(address, location.href).pathname.split("/").pop() ?? "";
  link.click();
  // The browser has begun to read it by then.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
  return undefined;
}

/** What becomes of it. Nothing is said of what is there at once. */
export function MakingShown({ making, instead }: { making: Making; instead?: ComponentChildren }) {
  const say = useWords();
  const [seconds, setSeconds] = useState(0);
  const since = making.is === "making" ? making.since : undefined;
  useEffect(() => {
    setSeconds(0);
    if (since === undefined) {
      return undefined;
    }
    const beat = setInterval(() => setSeconds(Math.floor((Date.now() - since) / 1000)), 500);
    return () => clearInterval(beat);
  }, [since]);
  switch (making.is) {
    case "making":
      return seconds < 1 ? null : (
        <div class="making" role="status">
          <p>{say(words.making, { what: making.what, seconds })}</p>
          <progress class="progress" aria-label={making.what} />
          <button type="button" class="button quiet" onClick={making.stop}>
            {say(words.cancel)}
          </button>
        </div>
      );
    case "made":
      return (
        <p class="good-text" role="status">
          {say(words.made, { what: making.what })}
        </p>
      );
    case "failed":
      return (
        <Notice tone="bad" title={say(words.failed, { what: making.what, why: making.why })} live>
          {making.isPdf ? <p>{say(words.failedPdf)}</p> : null}
          {instead}
        </Notice>
      );
    default:
      return null;
  }
}
