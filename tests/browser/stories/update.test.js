/** Two builds of the app, really different, on a phone full of work: taken up, broken off, and taken back. */

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { field } from "../harness/form.js";
import { NEWER_NAME, NEWER_TABLES, newerBuild } from "../harness/newer.js";
import { scene } from "../harness/scene.js";
import { until } from "../harness/until.js";
import { fillPhone, unsentPhotos, writeMissedDay } from "../harness/writing.js";

const [{ server, phone }, newer] = await Promise.all([scene("rizhi-a"), newerBuild()]);
/** A second page of the app, with the half-written day in it. */
let other;
const faults = [];
after(() => assert.deepEqual(faults, []));

/** Asks the server for a new version, and waits until it is here, or broke off. */
function askForNewer() {
  return phone.page.evaluate(async () => {
    const registration = await navigator.serviceWorker.ready;
    await registration.update();
    const coming = registration.installing;
    const isOver = () => coming === null || coming.state === "installed" || coming.state === "redundant";
    while (!isOver()) {
      await new Promise((resolve) => coming.addEventListener("statechange", resolve, { once: true }));
    }
    return coming?.state;
  });
}

async function isNamed(name, page = phone.page) {
  await page.getByRole("heading", { level: 1, name, exact: true }).waitFor();
}

function idsOf({ outbox }) {
  return [...outbox.kept.map(({ change }) => change), ...outbox.waiting].map(({ id }) => id).sort();
}

/** Of which version the tables are. */
function tables() {
  return phone.page.evaluate(async () => (await indexedDB.databases()).find(({ name }) => name === "siteledger").version);
}

test("a download of the new version that breaks off leaves the old one, which goes on without a line", async () => {
  await fillPhone(server, phone);
  other = await phone.context.newPage();
  other.on("pageerror", (error) => faults.push(error.stack ?? String(error)));
  await other.goto(phone.page.url());
  await phone.go("/#/me");
  server.line.renew(newer, { isCut: true, isAlone: true });
  assert.equal(await askForNewer(), "redundant");
  server.line.cut();
  await phone.page.reload();
  await isNamed("工地台账");
  assert.equal(await phone.page.getByText("新版本准备好了").count(), 0);
});

test("a whole one is offered; until it is taken the old one goes on without a line", async () => {
  server.line.renew(newer, { isAlone: true });
  assert.equal(await askForNewer(), "installed");
  await phone.sees("新版本准备好了");
  server.line.cut();
  await phone.page.reload();
  await isNamed("工地台账");
  await phone.sees("新版本准备好了");
});

test("it is never taken in the middle of a sync, and costs nothing of what is only here, on no page", async () => {
  server.freeze();
  server.line.renew(newer);
  await phone.hearsOfNetwork();
  await phone.page.getByText("正在同步…").first().waitFor();
  await phone.tap("现在更新");
  await phone.sees("写完手上的就更新");
  await isNamed("工地台账");
  await field({ page: other }, "progress_text").locator("textarea").fill("写了一半，又写");
  await until(() => phone.holds("drafts", new URL(other.url()).hash.split("/").pop(), "又写"));
  const before = await phone.stored();
  // What is under way breaks: now it is not the middle any more.
  await Promise.all([phone.page.waitForEvent("load"), server.line.cut()]);
  server.thaw();
  await isNamed(NEWER_NAME);
  assert.equal(await tables(), NEWER_TABLES);
  const after = await phone.stored();
  assert.deepEqual(idsOf(after), idsOf(before));
  assert.equal(after.outbox.waiting.length, 1);
  assert.equal((await unsentPhotos(phone)).length, 1);
  // The page that is open still is of the version before, on tables that the new one changed under it.
  await isNamed("工地台账", other);
  await field({ page: other }, "progress_text").locator("textarea").fill("写了一半，又写，还写");
  await until(() => phone.holds("drafts", new URL(other.url()).hash.split("/").pop(), "还写"));
  await other.reload();
  await isNamed(NEWER_NAME, other);
  assert.equal(await field({ page: other }, "progress_text").locator("textarea").inputValue(), "写了一半，又写，还写");
  await other.close();
});

test("the new version sends what the old one left, the photo from where it was", async () => {
  const { outbox, photos } = await phone.stored();
  server.line.renew(newer);
  await phone.go("/#/sync");
  await phone.tap("现在同步");
  await phone.sees("和办公室逐条核对过");
  const after = await phone.stored();
  assert.deepEqual(after.outbox.waiting, []);
  assert.deepEqual(idsOf(after), idsOf({ outbox }));
  assert.deepEqual(Object.values(after.photos).map(({ upload }) => upload), Object.values(photos).map(({ upload }) => upload));
});

test("when the office takes the new version back, the old one works on what it finds, and nothing is lost", async () => {
  server.line.cut();
  await writeMissedDay(phone);
  const before = await phone.stored();
  server.line.restore();
  await phone.go("/#/me");
  assert.equal(await askForNewer(), "installed");
  await phone.sees("新版本准备好了");
  server.line.cut();
  await Promise.all([phone.page.waitForEvent("load"), phone.tap("现在更新")]);
  await isNamed("工地台账");
  assert.equal(await tables(), NEWER_TABLES, "they stay as the new version made them");
  assert.deepEqual(idsOf(await phone.stored()), idsOf(before));
  await phone.go("/#/sync");
  const [download] = await Promise.all([phone.page.waitForEvent("download"), phone.tap("导出成文件")]);
  assert.match(download.suggestedFilename(), /\.slbundle$/);
  server.line.restore();
  await phone.tap("现在同步");
  await phone.sees("和办公室逐条核对过");
  assert.deepEqual(idsOf(await phone.stored()), idsOf(before));
  assert.deepEqual(phone.faults, []);
});
