/** What goes by hand: an export of what is not settled, and somebody else's file to the office. */

import { useId, useState } from "preact/hooks";
import type { Device } from "../../db/device.ts";
import { Unanswered } from "../../sync/broken.ts";
import { outsideOf } from "../../sync/browser.ts";
import type { Carried, Made } from "../../sync/bundle.ts";
import { useHouse } from "../../ui/house.ts";
import { Button } from "../../ui/widgets/button.tsx";
import { Notice } from "../../ui/widgets/notice.tsx";
import { carry as words } from "../../ui/words/carry.ts";
import { languageTag, useWords } from "../../ui/words/language.ts";

export function CarryByHand() {
  const say = useWords();
  return (
    <>
      <section class="card">
        <h3>{say(words.title)}</h3>
        <p class="soft">{say(words.why)}</p>
        <Export />
      </section>
      <section class="card">
        <h3>{say(words.handIn)}</h3>
        <p class="soft">{say(words.handInWhy)}</p>
        <HandIn />
      </section>
    </>
  );
}

type Exporting = "ready" | "busy" | "failed" | Made[];

/** `onExported` is told once the files were given to the browser. */
export function Export({ onExported }: { onExported?: (made: Made[]) => void }) {
  const say = useWords();
  const { device } = useHouse();
  const [state, setState] = useState<Exporting>("ready");
  const go = async () => {
    setState("busy");
    const made = await exported(device).catch(() => undefined);
    setState(made ?? "failed");
    if (made !== undefined) {
      onExported?.(made);
    }
  };
  return (
    <>
      <Button onClick={() => void go()} disabled={state === "busy"}>
        {say(state === "busy" ? words.exporting : words.export)}
      </Button>
      {state === "failed" ? (
        <Notice tone="bad" live>
          {say(words.exportFailed)}
        </Notice>
      ) : null}
      {Array.isArray(state) ? <Exported made={state} /> : null}
    </>
  );
}

function Exported({ made }: { made: Made[] }) {
  const say = useWords();
  if (made.length === 0) {
    return (
      <Notice tone="told" live>
        {say(words.nothing)}
      </Notice>
    );
  }
  return (
    <Notice tone="good" title={say(words.exported)} live>
      {made.map(({ name, changes, photos }) => (
        <div key={name}>
          <p class="file-name">{name}</p>
          <p>{say(words.exportedWhy, { records: changes.length, photos: photos.length })}</p>
        </div>
      ))}
    </Notice>
  );
}

async function exported(device: Device): Promise<Made[]> {
  const { bundles } = await import("../../sync/bundle.ts");
  const all: Made[] = [];
  for await (const made of bundles(device, new Date())) {
    download(made);
    all.push(made);
  }
  return all;
}

function download({ file, name }: Made): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  // The browser has begun to read it by then, or asks its owner where to put it.
  setTimeout(() => URL.revokeObjectURL(link.href), 600_000);
}

type Handing = "ready" | "busy" | { error: unknown } | Carried;

export function HandIn() {
  const say = useWords();
  const { device } = useHouse();
  const id = useId();
  const [state, setState] = useState<Handing>("ready");
  const hand = async (file: File | undefined) => {
    if (file !== undefined) {
      setState("busy");
      setState(await carried(device, file).catch((error: unknown) => ({ error })));
    }
  };
  return (
    <>
      <div class="take">
        <input
          id={id}
          class="spoken"
          type="file"
          disabled={state === "busy"}
          onChange={({ currentTarget }) => {
            void hand(currentTarget.files?.[0]);
            currentTarget.value = "";
          }}
        />
        <label for={id} class="button">
          {say(state === "busy" ? words.handing : words.choose)}
        </label>
      </div>
      {typeof state === "string" ? null : "error" in state ? <NotHanded error={state.error} /> : <Handed it={state} />}
    </>
  );
}

async function carried(device: Device, file: File): Promise<Carried> {
  const { carry } = await import("../../sync/bundle.ts");
  return carry(outsideOf(window, device, languageTag), (await device.token()) ?? "", file);
}

function Handed({ it }: { it: Carried }) {
  const say = useWords();
  const photos = (...fates: string[]) => it.photos.filter(({ outcome }) => fates.includes(outcome)).length;
  const [missing, refused] = [photos("missing"), photos("refused")];
  const held = it.outcomes.filter(({ outcome }) => outcome === "held").length;
  const brought = { name: it.by_name, records: it.outcomes.length, photos: photos("taken", "known") };
  return (
    <Notice tone={missing > 0 ? "care" : "good"} title={say(words.handed, brought)} live>
      {held > 0 ? <p>{say(words.handedHeld, { held })}</p> : null}
      {refused > 0 ? <p>{say(words.handedRefused, { refused })}</p> : null}
      <p>{missing > 0 ? say(words.handedPart, { missing }) : say(words.handedWhole)}</p>
    </Notice>
  );
}

/** The office's own words where it said any. */
function NotHanded({ error }: { error: unknown }) {
  const say = useWords();
  const came = error instanceof Unanswered ? error.came : undefined;
  return (
    <Notice tone="bad" title={say(words.notHanded)} live>
      {came?.kind === "refused" ? came.detail : say(words.notHandedLine)}
    </Notice>
  );
}
