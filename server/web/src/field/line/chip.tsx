/** The line's state in the header, in a few words; it leads to the page that says all. */

import type { SyncState } from "../../sync/runner.ts";
import { photosLeft } from "../../sync/state.ts";
import { useSync } from "../../ui/house.ts";
import { to } from "../../ui/route.ts";
import type { Say } from "../../ui/words/catalogue.ts";
import { useWords } from "../../ui/words/language.ts";
import { line as words } from "../../ui/words/line.ts";

type Tone = "good" | "told" | "care" | "bad";

export function LineChip() {
  const say = useWords();
  const [tone, text] = chip(useSync(), say);
  return (
    <a class={`line-link ${tone}`} href={to("sync")}>
      <span class="line-state">{text}</span>
    </a>
  );
}

/** What somebody must do comes first, then what happens, then what is left. */
export function chip(sync: SyncState, say: Say): [Tone, string] {
  const { engine, waiting, photos, refused, provenAt } = sync;
  const count = waiting + photosLeft(photos);
  const why = engine.trouble?.why;
  if (sync.distrust !== undefined || refused + photos.refused > 0 || (why !== undefined && why !== "no_line" && why !== "busy")) {
    return ["bad", say(words.chipCare)];
  }
  if (engine.busy || sync.sending) {
    return ["told", say(words.chipBusy)];
  }
  if (why === "no_line") {
    return ["care", count > 0 ? say(words.chipOfflineLeft, { count }) : say(words.chipOffline)];
  }
  if (why === "busy") {
    return ["care", say(words.chipWaits)];
  }
  if (count > 0) {
    return ["told", say(words.chipLeft, { count })];
  }
  if (engine.lastWorked === undefined) {
    return ["told", say(words.chipFirst)];
  }
  return ["good", say(provenAt === undefined ? words.chipNone : words.chipAll)];
}
