/** Whether a page must not be exchanged for a newer one just now: it sends, or somebody writes on it. */

import type { Runner } from "../sync/runner.ts";
import type { Hands } from "./hands.ts";
import type { Line } from "./update.ts";

export function inUse(runner: Runner, hands: Hands): Line {
  return {
    isBusy: () => runner.state().engine.busy || runner.state().sending || hands.areBusy(),
    watch: (watcher) => {
      const ends = [runner.watch(watcher), hands.watch(watcher)];
      return () => ends.forEach((end) => end());
    },
  };
}
