/** The overviews at a desk: golden figures that open their records, the calendar, open findings by age, counties side by side. */

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Desk } from "../harness/desk.js";
import { Server } from "../harness/server.js";
import { until } from "../harness/until.js";

const server = await Server.start();
const desks = [];
after(async () => {
  for (const desk of desks) {
    await desk.close();
  }
  await server.stop();
});

async function deskOf(name) {
  const desk = await Desk.of(server, name);
  desks.push(desk);
  return desk;
}

/** What the server says to whoever is signed in there. */
async function ask(desk, path) {
  const answer = await desk.page.request.get(`${server.url}/api/v1/${path}`);
  assert.ok(answer.ok(), await answer.text());
  return answer.json();
}

/** The names of the places in the navigation. */
async function places(desk) {
  await desk.page.locator("#places a").first().waitFor();
  return desk.page.locator("#places a").allInnerTexts();
}

test("the dashboard shows the figures of the report to the printed digit, and what is to be known beside them", async () => {
  const desk = await deskOf("gaibo");
  await desk.page.locator("#places").getByRole("link", { name: "县级看板" }).click();
  for (const [name, figure, parts] of [
    ["开工率", "80.59%", "43731.00 / 54263.00 ㎡"],
    ["竣工率", "67.73%", "36751.80 / 54263.00 ㎡"],
    ["设备采购完成率", "94.99%", "3290.00 / 3463.41 万元"],
  ]) {
    const headline = desk.page.locator(".headline", { hasText: name });
    await headline.filter({ hasText: figure }).filter({ hasText: parts }).waitFor();
  }
  await desk.sees(/设备采购完成率：.*分母是 中央、省 的钱.*比率只供参考/);
  await desk.page.locator("table.sources", { hasText: "中央" }).waitFor();
  assert.deepEqual(await desk.wrong("overview"), []);
});

test("a figure opens the records that make it, and one of them its page", async () => {
  const [desk] = desks;
  await desk.page.locator(".headline", { hasText: "开工率" }).click();
  await desk.page.getByRole("heading", { level: 1, name: "开工率 80.59%" }).waitFor();
  const { count } = await ask(desk, "indicators/started_rate/records");
  await desk.sees(`由 ${count} 条记录组成`);
  assert.deepEqual(await desk.wrong("figure"), []);
  await desk.page.getByRole("link", { name: "分子" }).click();
  await desk.page.locator("tbody tr", { hasText: "进度月报" }).first().waitFor();
  await until(async () => (await desk.page.locator("tbody tr", { hasText: "项目" }).filter({ hasText: "分母" }).count()) === 0);
  await desk.press("j", "Enter");
  await desk.page.locator("table.fields").waitFor();
  assert.match(await desk.page.getByRole("heading", { level: 1 }).innerText(), /进度月报|月/);
  await desk.press("u");
  await desk.page.getByRole("heading", { level: 1, name: "开工率 80.59%" }).waitFor();
});

test("figures are told apart by kind of school, and a cell opens its own records", async () => {
  const [desk] = desks;
  await desk.go("/overview?by=category");
  const row = desk.page.locator("table.compared tbody tr").first();
  await row.waitFor();
  const name = await row.locator("th").innerText();
  const { groups } = await ask(desk, "indicators?by=category");
  const { key, figures } = groups.find((group) => group.name === name);
  assert.ok((await row.innerText()).includes(figures.findings_open.printed));
  await row.locator("td a").first().click();
  await desk.page.locator("table.lines").waitFor();
  const [code] = new URL(desk.page.url()).pathname.split("/").slice(-1);
  const { count } = await ask(desk, `indicators/${code}/records?by=category&group=${encodeURIComponent(key)}`);
  await desk.sees(`由 ${count} 条记录组成`);
});

test("what is known of now alone is not made up for another day", async () => {
  const [desk] = desks;
  const { at } = await ask(desk, "indicators?codes=projects");
  const before = new Date(Date.parse(at) - 86_400_000).toISOString().slice(0, 10);
  await desk.go(`/overview?at=${before}`);
  await desk.sees(/未到照片、失联项目：只有现在的数/);
  await desk.page.locator("tr", { hasText: "未到照片" }).filter({ hasText: "—" }).waitFor();
});

test("a day in the calendar opens its diary, by the keyboard too; a day without one the list of that day", async () => {
  const [desk] = desks;
  await desk.go("/calendar");
  const cell = desk.page.locator("a.day-sign.c").first();
  await cell.waitFor();
  assert.deepEqual(await desk.wrong("calendar"), []);
  const said = await cell.getAttribute("aria-label");
  assert.match(said, /已确认/);
  await cell.click();
  await desk.page.locator("table.fields", { hasText: "天气" }).waitFor();
  await desk.page.goBack();
  const first = desk.page.locator("td a.day-sign").first();
  await first.waitFor();
  await first.focus();
  await desk.press("ArrowDown", "ArrowRight", "ArrowUp");
  await desk.page.locator("tbody tr:first-child a.day-sign:focus").waitFor();
  await desk.page.locator("a.day-sign.m").first().click();
  await desk.page.locator("td.tags", { hasText: "缺日志" }).first().waitFor();
  assert.match(desk.page.url(), /from=(\d{4}-\d{2}-\d{2})&to=\1/);
});

test("open findings stand by age, and a count opens as many as it says", async () => {
  const [desk] = desks;
  await desk.go("/findings-by-age");
  const { total } = await ask(desk, "indicators?codes=findings_open,findings_overdue,findings_open_over_30,findings_open_grave");
  await desk.page.locator(".tile", { hasText: `${total.findings_overdue.printed}逾期` }).waitFor();
  await desk.sees(`共 ${total.findings_open.printed} 个未整改的问题`);
  assert.deepEqual(await desk.wrong("findings-by-age"), []);
  const table = desk.page.locator("table.compared").first();
  assert.equal(await table.locator("tfoot td").first().innerText(), total.findings_open_grave.printed);
  await table.locator("tbody tr", { hasText: "30 天以上" }).locator("td a").nth(-2).click();
  await desk.sees(`共 ${total.findings_open_over_30.printed} 个未整改的问题`);
  assert.equal(await desk.page.locator("a[data-line]").count(), total.findings_open_over_30.numerator);
  assert.deepEqual(await desk.wrong("findings-list"), []);
  await desk.press("j", "Enter");
  await desk.page.locator("table.fields").waitFor();
});

test("the city's office compares its counties, in order of any figure, and looks into one", async () => {
  const desk = await deskOf("shiji");
  await desk.page.locator("#places").getByRole("link", { name: "县区对比" }).click();
  await desk.page.locator("table.compared tbody tr").first().waitFor();
  const { groups, total } = await ask(desk, "indicators?by=county");
  assert.equal(await desk.page.locator("table.compared tbody tr").count(), groups.length);
  await desk.page.locator("table.compared tfoot td", { hasText: total.completed_rate.printed }).waitFor();
  await desk.page.locator("thead").getByRole("button", { name: "竣工率", exact: true }).click();
  const share = ({ figures: { completed_rate: rate } }) => (rate.denominator === 0 ? -1 : rate.numerator / rate.denominator);
  const [best] = [...groups].sort((one, other) => share(other) - share(one));
  await desk.page.locator("table.compared tbody tr").first().filter({ hasText: best.figures.completed_rate.printed }).waitFor();
  assert.deepEqual(await desk.wrong("cities"), []);
  const name = await desk.page.locator("table.compared tbody th").first().innerText();
  await desk.page.locator("table.compared tbody th a").first().click();
  await desk.page.getByRole("heading", { level: 1, name: `${name}总览` }).waitFor();
  await desk.page.locator(".headline", { hasText: best.figures.completed_rate.printed }).waitFor();
});

test("a school's team sees neither the county's dashboard nor more than its own in any figure", async () => {
  const desk = await deskOf("rizhi-a");
  const theirs = await places(desk);
  assert.ok(theirs.includes("日志日历"));
  for (const place of ["县级看板", "县区对比", "待处理箱"]) {
    assert.ok(!theirs.includes(place), place);
  }
  await desk.go("/overview");
  await desk.sees("只统计了您有权看到的部分，不是全县。");
  assert.equal(await desk.page.getByText("80.59%").count(), 0);
  await desk.go("/figure/planned_area?county=350902");
  await desk.sees(/没有|看不到/);
  const admin = await deskOf("guanli");
  await admin.go("/overview");
  await admin.sees("系统管理员不看业务数据");
});
