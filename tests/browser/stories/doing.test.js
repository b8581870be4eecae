/** What offices do at their desks: a bulletin, a table imported, an interview, a payment with two keys; and what they may not. */

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, test } from "node:test";
import { Clerk } from "../harness/clerk.js";
import { Desk } from "../harness/desk.js";
import { field, save, write } from "../harness/form.js";
import { PROJECT, Server } from "../harness/server.js";
import { until } from "../harness/until.js";

const server = await Server.start();
const auditor = await Clerk.of(server, "shenji");
const desks = new Map();
after(async () => {
  for (const desk of desks.values()) {
    await desk.close();
  }
  await server.stop();
});

/** The desk of somebody, opened when it is first needed. */
async function deskOf(name) {
  if (!desks.has(name)) {
    desks.set(name, await Desk.of(server, name));
  }
  return desks.get(name);
}

/** The record that a desk has open. */
async function opened(desk) {
  await desk.page.waitForURL(/\/record\/[0-9a-f-]{36}$/);
  await desk.page.locator("table.fields").waitFor();
  return desk.page.url().split("/").pop();
}

async function bulletinState(id) {
  const { records } = await auditor.ask("GET", "/api/v1/states/bulletin?limit=1000");
  return records.find(({ record }) => record === id)?.state;
}

/** Saves the draft that is open, once its figures are there. */
async function freeze(desk) {
  await desk.page.locator("table.totals td.number").first().waitFor();
  await desk.tap("存为草稿");
  const id = await opened(desk);
  await desk.isSent();
  return id;
}

/** A leader approves what is open. */
async function approve(desk, id) {
  await desk.go(`/record/${id}`);
  await desk.page.locator(".steps").waitFor();
  await desk.page.getByRole("button", { name: /^批准/ }).waitFor();
  await desk.press("c");
  await desk.page.locator("dialog[open] button[type=submit]:focus").waitFor();
  await desk.press("Enter");
  await until(async () => (await bulletinState(id)) === "approved");
}

async function publish(desk, id) {
  await desk.page.getByRole("button", { name: "发布", exact: true }).click();
  const sheet = desk.page.locator("dialog[open]");
  await sheet.getByRole("button", { name: "发布", exact: true }).click();
  await until(async () => (await bulletinState(id)) === "published");
}

/** The bulletin that is published in this story. */
let first;

test("a bulletin is drafted by the office, frozen, approved by a leader, and published", async () => {
  const [office, leader] = [await deskOf("gaibo"), await deskOf("lingdao")];
  await office.go("/bulletins");
  await office.page.locator("a[data-line]").first().waitFor();
  assert.deepEqual(await office.wrong("bulletins"), []);
  await office.follow("起草通报");
  await office.page.getByLabel("期号").fill("〔2026〕9（演示）");
  await office.page.getByLabel("正文").fill("请进度滞后的学校十日内报整改措施。");
  await office.page.locator("table.totals td.number").first().waitFor();
  assert.deepEqual(await office.wrong("bulletin-draft"), []);
  // Nothing that was typed is lost with the page.
  await office.page.reload();
  await until(async () => (await office.page.getByLabel("期号").inputValue()) === "〔2026〕9（演示）");
  first = await freeze(office);
  await office.sees("等分管领导批准");
  assert.equal(await office.page.getByRole("button", { name: "发布", exact: true }).count(), 0);
  assert.deepEqual(await office.wrong("bulletin-frozen"), []);
  await approve(leader, first);
  assert.deepEqual(await leader.wrong("bulletin-approved"), []);
  assert.equal(await leader.page.getByRole("button", { name: "发布", exact: true }).count(), 0, "who approves does not publish");
  // The office sees it without a reload.
  await office.sees("可以发布了");
  await publish(office, first);
  await office.page.getByRole("button", { name: "按当时的台账再算一遍" }).click();
  await office.sees("一致：按台账序号重算");
  assert.equal(await office.page.getByRole("link", { name: /^修改/ }).count(), 0, "what was published is not edited");
});

test("a leader sends a bulletin back with a reason, and what is changed after an approval is approved again", async () => {
  const [office, leader] = [await deskOf("gaibo"), await deskOf("lingdao")];
  await office.go("/bulletins/new");
  await office.page.getByLabel("期号").fill("〔2026〕10（演示）");
  const id = await freeze(office);
  await leader.go(`/record/${id}`);
  await leader.page.getByRole("button", { name: /^退回/ }).click();
  await leader.page.locator("dialog[open] textarea").fill("没有写整改期限");
  await leader.page.locator("dialog[open] button[type=submit]").click();
  await until(async () => (await bulletinState(id)) === "returned");
  await office.page.locator("p", { hasText: "没有写整改期限" }).first().waitFor();
  await approve(leader, id);
  await office.go(`/write/bulletin/${id}`);
  await office.page.locator("form.form").waitFor();
  await write(office, "reason", "补写期限");
  await field(office, "version").locator("textarea").fill("1（改）");
  await save(office);
  await until(async () => (await bulletinState(id)) === "draft");
  await office.sees("要重新批准");
});

test("what was published is corrected by a new version alone", async () => {
  const [office, leader] = [await deskOf("gaibo"), await deskOf("lingdao")];
  await office.go(`/record/${first}`);
  await office.follow("另发更正版");
  await until(async () => (await office.page.getByLabel("版本").inputValue()) === "2");
  const second = await freeze(office);
  await approve(leader, second);
  await office.sees("可以发布了");
  await publish(office, second);
  await office.go(`/record/${first}`);
  await office.sees("已被更正");
  await until(async () => (await bulletinState(first)) === "corrected");
});

test("who does not draft bulletins is told who does", async () => {
  const desk = await deskOf("caizheng");
  await desk.go("/bulletins/new");
  await desk.sees("通报由改薄办、督导室或市级办公室起草");
  await desk.go("/new/bulletin");
  await desk.sees("您的身份不写");
});

/** A table of schools with that code in the second row. */
const schools = (code) => `校名,乡镇,类别,学校标识码\n导入演示小学,350823101,小学,3135009001\n导入演示中学,350823101,初中,${code}\n`;

async function offer(desk, table) {
  await desk.page.locator("input[type=file]").setInputFiles({ name: "schools.csv", mimeType: "text/csv", buffer: Buffer.from(table) });
  await desk.page.locator(".import-report").waitFor();
}

async function imported() {
  const { schools } = await auditor.ask("GET", "/api/v1/directory");
  return schools.filter(({ name }) => name.startsWith("导入演示")).length;
}

test("a table with a bad row is mended, imported as a whole, and taken back as a whole", async () => {
  const desk = await deskOf("gaibo");
  await desk.go("/import?kind=school");
  await desk.page.locator("input[type=file]").waitFor();
  assert.deepEqual(await desk.wrong("import"), []);
  await offer(desk, schools("31350"));
  await desk.sees("有 1 处要改");
  await desk.page.locator("p.wrong", { hasText: "D3" }).waitFor();
  assert.equal(await desk.page.getByRole("button", { name: /^导入这/ }).count(), 0);
  assert.deepEqual(await desk.wrong("import-faulty"), []);
  await offer(desk, schools("3135009002"));
  await desk.sees("将写入 2 条记录");
  assert.deepEqual(await desk.wrong("import-ready"), []);
  assert.equal(await imported(), 0, "nothing is written before somebody says so");
  await desk.tap("导入这 2 条");
  await desk.sees("已导入 2 条");
  assert.equal(await imported(), 2);
  await desk.page.locator(".import-report").getByRole("button", { name: "整份撤回" }).click();
  await desk.page.locator("dialog[open] textarea").fill("演示完了");
  await desk.page.locator("dialog[open] button[type=submit]").click();
  await desk.sees("已撤回：作废 2 条");
  assert.equal(await imported(), 0);
});

test("finance does not import registers, and is told so", async () => {
  const desk = await deskOf("caizheng");
  await desk.go("/import");
  await desk.sees("名录由改薄办、装备站、督导室导入");
});

test("an interview begins from a finding that is overdue, and stands on its ladder", async () => {
  const desk = await deskOf("dudao");
  const { records } = await auditor.ask("GET", `/api/v1/states/finding?county=350823&mark=overdue&limit=100`);
  const finding = records.find(({ marks }) => !marks.some(({ mark }) => mark === "disputed")).record;
  await desk.go(`/record/${finding}`);
  await desk.page.getByRole("button", { name: /^约谈/ }).click();
  await desk.page.locator("form.form").waitFor();
  await write(desk, "requirements", "七天内整改到位");
  assert.deepEqual(await desk.wrong("interview-form"), []);
  await save(desk);
  const interview = await opened(desk);
  await desk.isSent();
  assert.deepEqual((await auditor.heads(interview)).findings.map(({ value }) => value), [finding]);
  await desk.go(`/record/${finding}`);
  await desk.page.locator(`.steps a[href$="${interview}"]`).waitFor();
  assert.deepEqual(await desk.wrong("finding-ladder"), []);
});

test("a payment is begun by its place, and takes two keys of two people", async () => {
  const [finance, office] = [await deskOf("caizheng"), await deskOf("gaibo")];
  await finance.go("/new");
  await finance.page.locator(".kinds-to-begin").getByRole("link", { name: "资金记录" }).click();
  await finance.page.locator(".place-list li").first().waitFor();
  assert.deepEqual(await finance.wrong("place-picker"), []);
  await finance.page.getByRole("searchbox", { name: "找学校、项目" }).fill("没有这样的学校");
  await finance.sees("没有找到");
  const { projects, schools } = await auditor.ask("GET", "/api/v1/directory");
  const project = projects.find(({ id }) => id === PROJECT);
  const school = schools.find(({ id }) => id === project.school);
  await finance.page.getByRole("searchbox", { name: "找学校、项目" }).fill(school.name);
  await finance.page.locator(".place-choices .button.plain").first().click();
  await finance.page.locator("form.form").waitFor();
  await field(finance, "type").getByText("拨付", { exact: true }).click();
  await field(finance, "source").getByText("中央", { exact: true }).click();
  await field(finance, "amount").locator("input").fill("1.2万");
  await write(finance, "voucher", "记-演示-77");
  assert.deepEqual(await finance.wrong("payment-form"), []);
  await save(finance);
  const payment = await opened(finance);
  await finance.isSent();
  assert.deepEqual(await finance.wrong("payment"), []);
  await finance.tap("签财政这一把");
  await finance.page.locator("dialog[open] button[type=submit]").click();
  await finance.sees("您已经签了一把");
  await office.go(`/record/${payment}`);
  await office.tap(/^签教育/);
  await office.page.locator("dialog[open] button[type=submit]").click();
  await office.sees("两把都在，已入账");
  const { records } = await auditor.ask("GET", `/api/v1/states/fund_event?limit=1000`);
  assert.equal(records.find(({ record }) => record === payment).state, "counted");
  // What was entered is never edited: it is reversed.
  assert.equal(await office.page.getByRole("link", { name: /^修改/ }).count(), 0);
  await office.tap("冲销这一笔");
  await office.page.locator("form.form").waitFor();
  await write(office, "voucher", "记-演示-78");
  await save(office);
  await opened(office);
  await office.isSent();
  await office.go(`/record/${payment}`);
  await office.sees("已被冲销");
});

test("one person who has both roles gives one key and no second one", async () => {
  server.run("user", "add", "liangqian", "--display-name", "身兼两职（演示）", "--role", "project_office", "--at", "county:350823");
  server.run("user", "grant", "liangqian", "--role", "finance", "--at", "county:350823");
  const [desk, clerk] = [await deskOf("liangqian"), await Clerk.of(server, "liangqian")];
  const payment = randomUUID();
  await clerk.write("fund_event", payment, { project: PROJECT, type: "拨付", source: "中央", amount: 500_000, voucher: "记-演示-79" });
  await desk.go(`/record/${payment}`);
  await desk.tap(/^签教育/);
  await desk.page.locator("dialog[open] button[type=submit]").click();
  await desk.sees("两把钥匙要由两个人签");
  assert.equal(await desk.page.getByRole("button", { name: /^签(财政|教育)/ }).count(), 0);
  await desk.isSent();
  // A program that gives both all the same gives one.
  await clerk.sign("fund_event", payment, { role: "finance", verdict: "approved" });
  await desk.sees("一个人签了两把，只算教育这一把");
  assert.deepEqual(await desk.wrong("two-keys-one-person"), []);
  const { records } = await auditor.ask("GET", `/api/v1/states/fund_event?limit=1000`);
  assert.equal(records.find(({ record }) => record === payment).state, "waiting");
});

test("reports are made in every form, and what is missing is told with a way round it", async () => {
  const desk = await deskOf("gaibo");
  await desk.go("/reports?month=2026-03");
  await desk.page.locator(".report-list li").first().waitFor();
  assert.deepEqual(await desk.wrong("reports"), []);
  const coming = desk.page.waitForEvent("download");
  await desk.page.getByRole("button", { name: "月调度单：Excel 表" }).click();
  assert.match((await coming).suggestedFilename(), /\.xlsx$/);
  const html = desk.context.waitForEvent("page");
  await desk.page.getByRole("link", { name: "月调度单：网页、打印" }).click();
  const page = await html;
  await page.locator("h1").waitFor();
  assert.match(await page.locator("h1").innerText(), /调度/);
  await page.close();
});

test("the directory is browsed by township, and what is odd about it is told", async () => {
  const desk = await deskOf("dudao");
  await desk.go("/directory");
  await desk.page.locator("table.lines tbody tr").first().waitFor();
  assert.deepEqual(await desk.wrong("directory"), []);
  for (const [tab, sign] of [["责任区和督学", "table.lines"], ["规划和标准", ".plans .card"], [/^检查/, ".check, .good-text"]]) {
    await desk.page.locator("nav.tabs").getByRole("link", { name: tab }).click();
    await desk.page.locator(sign).first().waitFor();
    assert.deepEqual(await desk.wrong(`directory-${sign.replace(/\W/g, "")}`), []);
  }
});
