/** The public pages: without signing in and without scripts, on a small screen, for everybody; and a complaint. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, test } from "node:test";
import { chromium } from "playwright-core";
import { CHROMIUM, FLAGS } from "../harness/phone.js";
import { Server } from "../harness/server.js";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const COUNTY = "上杭县";

const server = await Server.start();
const browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
after(async () => {
  await browser.close();
  await server.stop();
});

/** A browser of somebody who was never here, with or without scripts. */
async function visitor(options = {}) {
  const context = await browser.newContext({ viewport: { width: 360, height: 640 }, locale: "zh-CN", ...options });
  return context.newPage();
}

/** What is wrong with the page as it stands: barriers, and what lies beyond the screen's edge. */
async function wrong(page) {
  // By the debugger's line: the page itself runs nothing.
  await page.evaluate(`${AXE}; undefined`);
  const found = await page.evaluate(() => axe.run(document, { resultTypes: ["violations"] }));
  const barriers = found.violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target).join(", ")}`);
  const beyond = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  return [...barriers, ...(beyond > 0 ? [`${beyond} pixels beyond the edge`] : [])];
}

test("somebody without scripts finds a project, complains about it and finds out what became of that", async () => {
  const page = await visitor({ javaScriptEnabled: false });
  await page.goto(`${server.url}/public`);
  await page.getByRole("link", { name: COUNTY }).click();
  await page.locator("section[aria-labelledby=projects] a").first().click();
  const project = await page.locator("h1").innerText();
  await page.getByRole("link", { name: "投诉举报" }).click();
  await page.getByLabel("投诉内容").fill("工地和操场之间没有围挡");
  await page.getByRole("button", { name: "提交" }).click();
  const receipt = await page.locator(".receipt").innerText();
  assert.match(receipt, /^[2-9A-Z]{4}(-[2-9A-Z]{4}){3}$/);
  await page.getByRole("link", { name: "查询投诉" }).click();
  await page.getByLabel("回执编号").fill(receipt.toLowerCase());
  await page.getByRole("button", { name: "查询" }).click();
  assert.equal(await page.locator(".tag").innerText(), "已收到");
  assert.ok(project.length > 0);
});

test("every public page is for everybody: axe finds nothing, and nothing runs off a small screen", async () => {
  for (const locale of ["zh-CN", "en-GB"]) {
    const page = await visitor({ locale });
    const said = [];
    page.on("console", (message) => said.push(message.text()));
    const all = [];
    const look = async (name) => all.push(...(await wrong(page)).map((what) => `${locale} ${name}: ${what}`));
    await page.goto(`${server.url}/public`);
    await look("counties");
    await page.getByRole("link", { name: COUNTY }).click();
    await look("county");
    await page.locator("section[aria-labelledby=projects] a").first().click();
    await look("project");
    await page.locator(".act a").click();
    await look("form");
    await page.locator("textarea").fill("没有");
    await page.locator("form button").click();
    await look("form with a fault");
    await page.goto(`${server.url}/public/complaints`);
    await look("lookup");
    await page.goto(`${server.url}/public/complaints/2222-2222-2222-2222`);
    await look("no such receipt");
    await page.goto(`${server.url}/public/counties/350999`);
    await look("not there");
    assert.deepEqual(all, []);
    assert.deepEqual(said.filter((line) => !line.includes("404") && !line.includes("422")), []);
  }
});

test("a phone that has the app opens the public pages, too", async () => {
  const page = await visitor();
  await page.goto(server.url);
  await page.evaluate(async () => (await navigator.serviceWorker.ready).active !== null);
  await page.reload();
  await page.goto(`${server.url}/public`);
  assert.equal(await page.locator("h1").innerText(), "学校建设工程公开");
});
