/** At a desk: signing in and out, what is read without a line, and two people in one browser. */

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Clerk } from "../harness/clerk.js";
import { Desk, passwordOf } from "../harness/desk.js";
import { save, write } from "../harness/form.js";
import { PROJECT, Server } from "../harness/server.js";
import { until } from "../harness/until.js";

const server = await Server.start();
const desk = await Desk.open(server);
after(async () => {
  await desk.close();
  await server.stop();
});

/** A diary of the first project that somebody may confirm. */
let diary;

test("a wrong password is told kindly, and the right one opens the desk", async () => {
  assert.deepEqual(await desk.wrong("door"), []);
  const password = passwordOf(server, "gaibo");
  await desk.page.getByLabel("登录名").fill("gaibo");
  await desk.page.getByLabel("密码").fill("falsch-und-lang");
  await desk.page.getByRole("button", { name: "登录" }).click();
  await desk.sees("用户名或密码不对");
  await desk.signIn("gaibo", password);
  await desk.sees("改薄办（演示），您好");
});

test("a list and a record that were read are there without a line, with the time of that", async () => {
  await desk.go(`/list/diary?project=${PROJECT}&state=submitted`);
  await desk.page.locator("a[data-line]").first().waitFor();
  assert.deepEqual(await desk.wrong("list"), []);
  await desk.press("j", "Enter");
  await desk.page.locator("table.fields").waitFor();
  diary = desk.page.url().split("/").pop();
  const title = await desk.page.getByRole("heading", { level: 1 }).innerText();
  assert.deepEqual(await desk.wrong("record"), []);
  await desk.page.evaluate(async () => void (await navigator.serviceWorker.ready));
  await until(() => desk.page.evaluate(async () => (await caches.match("/office")) !== undefined));
  server.line.cut();
  await desk.page.reload();
  await desk.sees("网络断开");
  assert.equal(await desk.page.getByRole("heading", { level: 1 }).innerText(), title);
  await desk.page.goBack();
  await desk.page.locator("a[data-line]").first().waitFor();
  server.line.restore();
});

test("a phone never keeps the office's files", async () => {
  const context = await desk.browser.newContext();
  const page = await context.newPage();
  await page.goto(server.url);
  await page.evaluate(async () => void (await navigator.serviceWorker.ready));
  assert.equal(await page.evaluate(async () => (await caches.match("/office")) === undefined), true);
  await context.close();
});

test("what was saved without a line is kept, arrives by itself, and holds back whoever would come in meanwhile", async () => {
  await desk.go(`/write/diary/${diary}`);
  await desk.page.locator("form.form").waitFor();
  server.line.cut();
  await desk.page.evaluate(() => document.querySelectorAll("details").forEach((fold) => (fold.open = true)));
  await write(desk, "remarks", "办公室电话核实过");
  await save(desk);
  await desk.sees("办公室电话核实过");
  await desk.sees("写的都存在这台电脑上");
  // The session ends meanwhile.
  passwordOf(server, "gaibo");
  server.line.restore();
  await desk.page.evaluate(() => void dispatchEvent(new Event("online")));
  await desk.sees("请重新登录");
  await desk.sees("办公室电话核实过");
  await desk.page.locator("dialog[open]").getByLabel("密码").fill(passwordOf(server, "gaibo"));
  await desk.page.locator("dialog[open]").getByRole("button", { name: "登录", exact: true }).click();
  await desk.isSent();
  const clerk = await Clerk.of(server, "shenji");
  await until(async () => JSON.stringify(await clerk.heads(diary)).includes("办公室电话核实过"));
});

test("what did not arrive is carried in a file by whoever cannot wait for the line, and counts once", async () => {
  await desk.go(`/write/diary/${diary}`);
  await desk.page.locator("form.form").waitFor();
  server.line.cut();
  await desk.page.evaluate(() => document.querySelectorAll("details").forEach((fold) => (fold.open = true)));
  await write(desk, "remarks", "下班前写的");
  await save(desk);
  await desk.page.getByRole("button", { name: "退出登录" }).click();
  await desk.sees("还有 1 项没送到服务器");
  assert.deepEqual(await desk.wrong("sign-out-unsent"), []);
  const [file] = await Promise.all([desk.page.waitForEvent("download"), desk.page.getByRole("button", { name: "导出成文件" }).click()]);
  await desk.sees("已导出，请在“下载”里找到它");
  // Without a line the session cannot be ended, and nobody is left in it.
  await desk.page.getByRole("button", { name: "文件已存好，退出" }).click();
  await desk.sees("还没有退出");
  await desk.press("Escape");
  server.line.restore();
  const colleague = await Desk.of(server, "dudao");
  try {
    await colleague.go("/held");
    await colleague.page.getByText("替别人交文件").click();
    await colleague.page.locator(".hand-in input[type=file]").setInputFiles(await file.path());
    await colleague.sees("改薄办（演示）的 1 条记录到办公室了");
    assert.deepEqual(await colleague.wrong("held-hand-in"), []);
  } finally {
    await colleague.close();
  }
  await desk.page.evaluate(() => void dispatchEvent(new Event("online")));
  await desk.isSent();
  const remarks = (await (await Clerk.of(server, "shenji")).heads(diary)).remarks.filter(({ value }) => value === "下班前写的");
  assert.equal(remarks.length, 1);
});

test("whoever signs out leaves nothing behind, and the next one begins anew", async () => {
  await desk.page.getByRole("button", { name: "退出登录" }).click();
  await desk.page.locator("dialog[open]").getByRole("button", { name: "退出", exact: true }).click();
  await desk.page.getByLabel("登录名").waitFor();
  const left = await desk.page.evaluate(async () => {
    const db = await new Promise((resolve, reject) => {
      const opening = indexedDB.open("siteledger-office");
      opening.onsuccess = () => resolve(opening.result);
      opening.onerror = () => reject(opening.error);
    });
    const tables = ["device", "rows", "papers", "drafts"];
    const counts = await Promise.all(tables.map((table) => new Promise((resolve) => {
      const asking = db.transaction(table).objectStore(table).count();
      asking.onsuccess = () => resolve(asking.result);
    })));
    db.close();
    return counts;
  });
  assert.deepEqual(left, [0, 0, 0, 0]);
  const answer = await desk.page.evaluate(async () => (await fetch("/api/v1/me")).status);
  assert.equal(answer, 401);
  await desk.signIn("shenji");
  await desk.sees("审计（演示），您好");
});
