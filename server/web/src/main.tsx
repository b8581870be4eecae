/** Starts the app: opens the device, begins to sync, draws. */

import { render } from "preact";
import { isTooNew } from "./db/database.ts";
import { Device } from "./db/device.ts";
import { App } from "./field/app.tsx";
import { outsideOf } from "./sync/browser.ts";
import { Runner } from "./sync/runner.ts";
import { Hands } from "./ui/hands.ts";
import { inUse } from "./ui/inuse.ts";
import { HouseProvider } from "./ui/house.ts";
import { awaitInstalling } from "./ui/installing.ts";
import { Update, openNewest, serveOffline } from "./ui/update.ts";
import { Button } from "./ui/widgets/button.tsx";
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
  const update = new Update(inUse(runner, hands), () => location.reload(), Date.now);
  render(
    <HouseProvider value={{ device, runner, update, hands }}>
      <App />
    </HouseProvider>,
    root,
  );
  await serveOffline(window, update);
}

/** A browser that lets no page store anything, as some do in private windows; or the app is too old for what it finds. */
function cannotStart(root: HTMLElement, error: unknown): void {
  const isOld = isTooNew(error);
  render(
    <main class="page">
      <Notice tone="bad" title={say(isOld ? frame.tooNew : frame.noStorage)} live>
        <p>{say(isOld ? frame.tooNewWhy : frame.noStorageWhy)}</p>
        {isOld ? <Button onClick={() => void openNewest(window)}>{say(frame.again)}</Button> : null}
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
  start(root).catch((error: unknown) => cannotStart(root, error));
}
