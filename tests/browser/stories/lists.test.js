/** Lists: filtered, kept as views, with the columns that somebody chose, taken away as they are shown. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, test } from "node:test";
import { Desk } from "../harness/desk.js";
import { Server } from "../harness/server.js";
import { until } from "../harness/until.js";

const server = await Server.start();
const desk = await Desk.of(server, "gaibo");
after(async () => {
  await desk.close();
  await server.stop();
});

const { page } = desk;
const headings = () => page.locator("table.lines thead th").allInnerTexts();

/** What the server has for a list, all pages of it. */
async function listed(path) {
  const answer = await page.request.get(`${server.url}/api/v1/states/${path}&limit=1000`);
  assert.ok(answer.ok(), await answer.text());
  return (await answer.json()).records;
}

/** Takes the list on the screen away, and reads it. */
async function taken(format) {
  await page.getByRole("button", { name: /^导出、转发/ }).click();
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: format }).click()]);
  const text = readFileSync(await download.path());
  await desk.press("Escape");
  return { name: download.suggestedFilename(), text };
}

test("filters and columns are kept as a view, and the columns stand there again after a reload", async () => {
  await desk.go("/list/finding");
  await page.locator("a[data-line]").first().waitFor();
  await page.getByLabel("标记").selectOption("overdue");
  await page.waitForURL(/mark=overdue/);
  assert.deepEqual(await headings(), ["日期", "编号", "学校 · 项目", "内容", "情况", "期限"]);
  await page.getByRole("button", { name: "列", exact: true }).click();
  await page.getByRole("button", { name: "“期限”往前移" }).click();
  await page.locator("dialog[open]").getByLabel("内容", { exact: true }).click();
  assert.deepEqual(await desk.wrong("list-columns"), []);
  await desk.press("Escape");
  assert.deepEqual(await headings(), ["日期", "编号", "学校 · 项目", "期限", "情况"]);
  await desk.press("w");
  await page.getByLabel("叫什么").fill("逾期的");
  await desk.press("Enter");
  await page.getByRole("link", { name: "逾期的", exact: true }).waitFor();
  await desk.go("/list/finding");
  await page.locator("a[data-line]").first().waitFor();
  assert.deepEqual(await headings(), ["日期", "编号", "学校 · 项目", "期限", "情况"]);
  await page.getByRole("link", { name: "逾期的", exact: true }).click();
  await page.waitForURL(/mark=overdue/);
  assert.equal(await page.getByRole("link", { name: "逾期的", exact: true }).getAttribute("aria-current"), "true");
  assert.deepEqual(await desk.wrong("list-view"), []);
});

test("what is exported is what is shown: these columns, all records of all pages, in this order", async () => {
  const query = "from=2000-01-01&sort=oldest";
  await desk.go(`/list/diary?${query}&columns=state,day,place`);
  await page.locator("a[data-line]").first().waitFor();
  assert.deepEqual(await headings(), ["情况", "日期 ↑", "学校 · 项目"]);
  const records = await listed(`diary?${query}`);
  assert.ok(records.length > 50, "there is more than a page of them");
  const { name, text } = await taken("导出 CSV");
  assert.match(name, /^监管工作日志清单-\d{4}-\d\d-\d\d\.csv$/);
  const [head, ...rows] = text.toString("utf8").replace(/^\uFEFF/, "").trim().split("\r\n");
  assert.equal(head, "情况,标记,日期,县（区）,学校,项目");
  assert.deepEqual(rows.map((row) => /\d{4}-\d\d-\d\d/.exec(row)?.[0]), records.map(({ day }) => day));
  assert.ok(rows.some((row) => row.startsWith("缺日志,")), "days without a diary are in it, too");
  const workbook = await taken("导出 Excel（XLSX）");
  assert.match(workbook.name, /\.xlsx$/);
  assert.equal(workbook.text.subarray(0, 2).toString(), "PK");
});

test("a link that is passed on shows the same columns to somebody whose own are others", async () => {
  await desk.go("/list/finding?mark=overdue");
  await page.locator("a[data-line]").first().waitFor();
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await desk.press("x");
  await page.getByRole("button", { name: "复制链接" }).click();
  await desk.sees("已复制");
  const link = await page.evaluate(() => navigator.clipboard.readText());
  const other = await Desk.of(server, "dudao");
  try {
    await other.page.goto(link);
    await other.page.locator("a[data-line]").first().waitFor();
    assert.deepEqual(await other.page.locator("table.lines thead th").allInnerTexts(), ["日期", "编号", "学校 · 项目", "期限", "情况"]);
  } finally {
    await other.close();
  }
});

test("on a phone the filters are folded away, and say how many of them are set", async () => {
  await page.setViewportSize({ width: 360, height: 640 });
  await desk.go("/list/finding?mark=overdue&state=issued");
  const fold = page.getByRole("button", { name: /打开筛选，现有 2 项/ });
  await fold.waitFor();
  assert.equal(await page.getByLabel("标记").isVisible(), false);
  await fold.click();
  await page.getByLabel("标记").selectOption("");
  await page.waitForURL((url) => !url.search.includes("mark="));
  await page.getByRole("button", { name: /收起筛选，现有 1 项/ }).waitFor();
  assert.deepEqual(await desk.wrong("list-folded"), []);
});

test("nothing is found: the list says why and how to see more", async () => {
  await desk.go("/list/diary?from=2001-01-01&to=2001-01-02");
  await desk.sees("没有符合的");
  await page.getByRole("link", { name: "清除筛选" }).last().click();
  await page.locator("a[data-line]").first().waitFor();
  await desk.go("/list/finding?page=99");
  await desk.sees("这一页后面没有了");
  assert.deepEqual(await desk.wrong("list-beyond"), []);
  await page.getByRole("link", { name: "回到第一页" }).click();
  await until(async () => (await page.locator("a[data-line]").count()) > 0);
});
