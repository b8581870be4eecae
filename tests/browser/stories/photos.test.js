/** Photos of 12 megapixels on a slow phone and a line that breaks; two pages of one phone. */

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { shot } from "../harness/camera.js";
import { Clerk } from "../harness/clerk.js";
import { addPhotos, picture, save, says } from "../harness/form.js";
import { scene } from "../harness/scene.js";
import { until } from "../harness/until.js";
import { beginMissedDay, unsentPhotos } from "../harness/writing.js";

/** A diary that is not whole stays the first that was missed: all photos go into one. */
const ALL_THERE = /照片 (\d+)\/\1 张已到办公室/;

const { server, phone } = await scene("rizhi-a");
beforeEach(async () => {
  server.line.pace = 0;
  server.line.restore();
  await phone.go("/#/");
});

/** What the phone knows of its only photo that is not at the office. */
async function unsent() {
  return (await unsentPhotos(phone))[0];
}

test("a picture of 12 megapixels is ready on a slow phone, upright and small", async (t) => {
  const picture = await shot(phone, 3);
  await beginMissedDay(phone);
  const debug = await phone.context.newCDPSession(phone.page);
  await debug.send("Emulation.setCPUThrottlingRate", { rate: 4 });
  const began = performance.now();
  await addPhotos(phone, "photos", [picture]);
  t.diagnostic(`${picture.buffer.length} bytes, ready after ${Math.round(performance.now() - began)} ms at a quarter of the speed`);
  await debug.send("Emulation.setCPUThrottlingRate", { rate: 1 });
  server.line.cut();
  await save(phone);
  const photo = await unsent();
  t.diagnostic(`${photo.length} bytes are sent`);
  assert.ok(photo.length < 600_000, `${photo.length} bytes`);
  server.line.restore();
  await says(phone, ALL_THERE);
  const [width, height] = await phone.page.evaluate(async () => {
    const image = document.querySelector("article img");
    await image.decode();
    return [image.naturalWidth, image.naturalHeight];
  });
  assert.deepEqual([width, height], [1536, 2048]);
});

test("a photo that was cut off, and the browser killed, goes on from where the office says", async (t) => {
  const picture = await shot(phone, 4);
  await beginMissedDay(phone);
  await addPhotos(phone, "photos", [picture]);
  server.line.cut();
  await save(phone);
  server.line.restore();
  server.line.pace = 60_000;
  await until(async () => (await unsent())?.acknowledged > 60_000);
  server.line.cut();
  await phone.kill();
  await phone.open("/#/sync").catch(() => undefined);
  const { acknowledged, length, upload } = await unsent();
  assert.ok(upload !== undefined && acknowledged < length);
  server.line.pace = 0;
  server.line.restore();
  const before = server.line.up;
  await phone.tap("现在同步");
  await until(async () => (await unsent()) === undefined);
  const sent = server.line.up - before;
  t.diagnostic(`${acknowledged} of ${length} bytes were there; ${sent} bytes went up for the rest`);
  assert.ok(sent < length - acknowledged + 40_000, `${sent} bytes for ${length - acknowledged}`);
});

test("a photo comes through a slow line that breaks every two seconds", async (t) => {
  const picture = await shot(phone, 5);
  await beginMissedDay(phone);
  await addPhotos(phone, "photos", [picture]);
  server.line.cut();
  await save(phone);
  const { length } = await unsent();
  server.line.pace = 50_000;
  server.line.restore();
  server.line.breakEvery(2_000);
  const [began, before] = [performance.now(), server.line.up];
  await says(phone, ALL_THERE);
  server.line.breakEvery(0);
  const took = Math.round(performance.now() - began);
  t.diagnostic(`${length} bytes took ${took} ms and ${server.line.up - before} bytes up`);
});

test("a photo that the office will not have says why, and its owner puts another in its place", async () => {
  await beginMissedDay(phone);
  await phone.page.getByLabel("保留原图").first().check();
  await addPhotos(phone, "photos", [picture(9, 13_000, 16)]);
  await save(phone);
  await phone.go("/#/sync");
  await phone.sees("照片的边长超过");
  const refused = () => phone.page.locator(".stuck");
  await refused().getByRole("button", { name: "再发一次" }).click();
  // The server has not changed its mind.
  await until(async () => (await unsent())?.refused !== undefined);
  await phone.page.locator(".each-title").first().click();
  await says(phone, "办公室没有收下这张照片");
  await refused().getByRole("button", { name: "再发一次" }).waitFor();
  await refused().getByRole("link", { name: "换一张" }).click();
  await phone.page.locator("form.form").waitFor();
  await phone.page.locator(".photo-face").last().click();
  await phone.tap("不要这张");
  await addPhotos(phone, "photos", [picture(10)]);
  await save(phone);
  await says(phone, ALL_THERE);
  await phone.go("/#/sync");
  await phone.sees("没有收下，留在手机里");
  assert.equal(await phone.page.getByText("需要处理").count(), 0);
  const photo = await unsent();
  assert.equal(photo.isLeft, true);
  assert.match(photo.refused, /照片的边长超过/);
});

test("a photo says that no pupil can be recognised, or says nothing of it at all", async () => {
  await beginMissedDay(phone);
  await addPhotos(phone, "photos", [picture(31)]);
  const id = phone.page.url().split("/").pop();
  const office = await Clerk.of(server, "gaibo");
  /** Answers in the photo's lines what stood there otherwise before, saves, and waits until the office has it so. */
  const answers = async (before, answer, contains_minor) => {
    await phone.page.locator(".photo-face").last().click();
    await phone.page.getByRole("button", { name: before, exact: true, pressed: true }).waitFor();
    await phone.page.getByRole("button", { name: answer, exact: true }).click();
    await save(phone);
    await until(async () => {
      const { photos } = await office.heads(id).catch(() => ({}));
      return photos !== undefined && photos.at(-1).value.contains_minor === contains_minor;
    });
  };
  const edit = () => phone.page.getByRole("link", { name: /^(修改|接着写)$/ }).click();
  await answers("未说明", "没有", false);
  await says(phone, "没有能认出的学生");
  await edit();
  await answers("没有", "有", true);
  await says(phone, "能认出学生");
  await edit();
  await answers("有", "未说明", undefined);
});

test("two pages that are open at once lose nothing of each other", async () => {
  const other = await phone.context.newPage();
  await other.goto(`${server.url}/#/`);
  await Promise.all([phone.page, other].map((page) => page.locator(".missed .chip").nth(1).waitFor()));
  server.line.cut();
  for (const [place, page] of [phone.page, other].entries()) {
    await page.locator(".missed .chip").nth(place).click();
    await page.getByRole("button", { name: "未施工" }).click();
  }
  await Promise.all([phone.page, other].map((page) => page.getByRole("button", { name: "保存", exact: true }).click()));
  await until(async () => (await phone.stored()).outbox.waiting.length === 2);
  server.line.restore();
  await Promise.all([phone.go("/#/sync"), other.goto(`${server.url}/#/sync`)]);
  await phone.tap("现在同步");
  await until(async () => (await phone.stored()).outbox.waiting.length === 0);
  await other.getByText("全部在办公室").first().waitFor();
  await other.close();
  assert.deepEqual(phone.faults, []);
});
