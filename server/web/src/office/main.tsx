/** Starts the office: opens this desk's storage, begins to send and to listen, draws. */

import { render } from "preact";
import { isTooNew } from "../db/database.ts";
import { Device } from "../db/device.ts";
import { outsideOf } from "../sync/browser.ts";
import { Runner } from "../sync/runner.ts";
import { Hands } from "../ui/hands.ts";
import { inUse } from "../ui/inuse.ts";
import { HouseProvider } from "../ui/house.ts";
import { travelBy } from "../ui/route.ts";
import { Update, openNewest, serveOffline } from "../ui/update.ts";
import { Button } from "../ui/widgets/button.tsx";
import { Notice } from "../ui/widgets/notice.tsx";
import { speakAtDesk } from "../ui/words/catalogue.ts";
import { frame } from "../ui/words/frame.ts";
import { followOtherPages, languageTag, say, tellDocument } from "../ui/words/language.ts";
import { Answers } from "./answers.ts";
import { dozing } from "./doze.ts";
import { OfficeProvider } from "./house.ts";
import { Office } from "./office.tsx";
import { Queue } from "./queue.ts";
import { followLinks, paths } from "./roads.ts";
import "../ui/style.css";
import "./office.css";

/** The storage of desks: a phone's is another, also in the same browser. */
const STORAGE = "siteledger-office";

async function start(root: HTMLElement): Promise<void> {
  const device = await Device.open(STORAGE);
  const outside = dozing(outsideOf(window, device, languageTag), window);
  const answers = new Answers(device, outside);
  const runner = new Runner(device, outside, () => answers.news());
  readAnewWhatArrived(runner, answers);
  runner.start();
  const hands = new Hands();
  const update = new Update(inUse(runner, hands), () => location.reload(), Date.now);
  render(
    <HouseProvider value={{ device, runner, update, hands }}>
      <OfficeProvider value={{ answers, queue: new Queue(storageOf(window)) }}>
        <Office />
      </OfficeProvider>
    </HouseProvider>,
    root,
  );
  await serveOffline(window, update);
  await keepOffice(window);
}

/** What was saved here and has arrived changes what pages read. */
function readAnewWhatArrived(runner: Runner, answers: Answers): void {
  let before = 0;
  runner.watch(() => {
    const { waiting } = runner.state();
    if (waiting < before) {
      answers.news();
    }
    before = waiting;
  });
}

/** Phones never load the office: the service worker keeps its files from the first time that it is opened on. */
async function keepOffice(page: Window): Promise<void> {
  const workers = page.navigator.serviceWorker as ServiceWorkerContainer | undefined;
  (await workers?.ready)?.active?.postMessage("office too");
}

function storageOf(page: Window): Storage | undefined {
  try {
    return page.sessionStorage;
  } catch {
    return undefined;
  }
}

function cannotStart(root: HTMLElement, error: unknown): void {
  const isOld = isTooNew(error);
  render(
    <main class="door">
      <Notice tone="bad" title={say(isOld ? frame.tooNew : frame.noStorage)} live>
        <p>{say(isOld ? frame.tooNewWhy : frame.noStorageWhy)}</p>
        {isOld ? <Button onClick={() => void openNewest(window)}>{say(frame.again)}</Button> : null}
      </Notice>
    </main>,
    root,
  );
}

travelBy(paths);
speakAtDesk();
followLinks(window);
tellDocument();
followOtherPages(window);
const root = document.getElementById("app");
if (root !== null) {
  start(root).catch((error: unknown) => cannotStart(root, error));
}
