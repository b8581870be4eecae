/** Starts the app: opens the device, begins to sync, draws. */

import { render } from "preact";
import { Device } from "./db/device.ts";
import { App } from "./field/app.tsx";
import { outsideOf } from "./sync/browser.ts";
import { Runner } from "./sync/runner.ts";
import { Hands } from "./ui/hands.ts";
import { HouseProvider } from "./ui/house.ts";
import { awaitInstalling } from "./ui/installing.ts";
import { Update, serveOffline } from "./ui/update.ts";
import { Notice } from "./ui/widgets/notice.tsx";
import { frame } from "./ui/words/frame.ts";
import { followOtherPages, languageTag, say, tellDocument } from "./ui/words/language.ts";
import "./ui/style.css";

/** How long opening may take before it is said that it does, in milliseconds. */
const SLOW = 1_500;

async function start(root: HTMLElement): Promise<void> {
  const slow = setTimeout(() => render(<p class="opening">{say(frame.openingSlow)}</p>, root), SLOW);
  const device = await Device.open().finally(() => clearTimeout(slow));
  const runner = new Runner(device, outsideOf(window, device, languageTag));
  runner.start();
  const hands = new Hands();
  const line = {
    isBusy: () => runner.state().engine.busy || runner.state().sending || hands.areBusy(),
    watch: (watcher: () => void) => {
      const ends = [runner.watch(watcher), hands.watch(watcher)];
      return () => ends.forEach((end) => end());
    },
  };
  const update = new Update(line, () => location.reload(), Date.now);
  render(
    <HouseProvider value={{ device, runner, update, hands }}>
      <App />
    </HouseProvider>,
    root,
  );
  await serveOffline(window, update);
}

/** A browser that lets no page store anything, as some do in private windows. */
function cannotStart(root: HTMLElement): void {
  render(
    <main class="page">
      <Notice tone="bad" title={say(frame.noStorage)} live>
        <p>{say(frame.noStorageWhy)}</p>
      </Notice>
    </main>,
    root,
  );
}

tellDocument();
followOtherPages(window);
awaitInstalling(window);
const root = document.getElementById("app");
if (root !== null) {
  start(root).catch(() => cannotStart(root));
}
