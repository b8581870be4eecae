/** What each role finds on its desk in the morning, and that it leads to where it is done and back. */

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Clerk } from "../harness/clerk.js";
import { Desk } from "../harness/desk.js";
import { PROJECT, Server } from "../harness/server.js";
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

/** What the server says waits for whoever is signed in there. */
async function waiting(desk) {
  const answer = await desk.page.request.get(`${server.url}/api/v1/desk`);
  assert.ok(answer.ok(), await answer.text());
  return (await answer.json()).groups.filter(({ count }) => count > 0);
}

/** The counts on the tiles, in their order. */
async function tiles(desk) {
  return (await desk.page.locator(".tile-count").allInnerTexts()).map(Number);
}

/** The desk of somebody says what waits for them, as the server has it. */
async function finds(name, hello) {
  const desk = await deskOf(name);
  await desk.sees(`${hello}（演示），您好`);
  await desk.sees(/件事等您办|没有等您办的事/);
  const groups = await waiting(desk);
  await until(async () => JSON.stringify(await tiles(desk)) === JSON.stringify(groups.map(({ count }) => count)));
  for (const { lines } of groups) {
    assert.ok(lines.length > 0);
  }
  assert.deepEqual(await desk.wrong(`desk-${name}`), []);
}

test("the project office finds on its desk what waits for it", () => finds("gaibo", "改薄办"));

test("the inspection office finds on its desk what waits for it", () => finds("dudao", "督导室"));

test("an inspector finds on the desk what waits in the zones", () => finds("duxue", "责任督学"));

test("finance finds on its desk what waits for its key", () => finds("caizheng", "财政"));

test("the equipment station finds on its desk what waits for it", () => finds("zhuangbei", "装备站"));

test("a leader finds on the desk what is to be approved", () => finds("lingdao", "分管领导"));

test("an auditor finds a desk on which nothing waits", () => finds("shenji", "审计"));

test("the city's office finds on its desk what waits in all counties", () => finds("shiji", "三明市级办公室"));

test("a principal finds on the desk what is to be confirmed", () => finds("xiaozhang", "校长01"));

test("who administrates the system is told that records are none of theirs", async () => {
  const desk = await deskOf("guanli");
  await desk.sees("系统管理员不看业务数据");
  assert.deepEqual(await desk.wrong("desk-guanli"), []);
});

test("a conflict on the desk is settled by the keyboard, and is gone from the desk without a reload", async () => {
  const [desk] = desks;
  const before = (await waiting(desk)).find(({ code }) => code === "conflicts");
  assert.ok(before.count > 0, "the demonstration has conflicts");
  await desk.go("");
  await desk.page.locator("#conflicts a[data-line]").first().focus();
  await desk.press("Enter");
  await desk.page.locator(".contested-field input[type=radio]").first().waitFor();
  for (const group of await desk.page.locator(".contested-field").all()) {
    await group.locator("input[type=radio]").first().check();
  }
  const reason = desk.page.getByLabel(/要写明原因|为什么这样定/);
  await reason.fill("按先到的为准");
  await desk.page.getByRole("button", { name: /^保存 \d+ 项决定/ }).focus();
  // Who saves and leaves at once stays where they went, though a list was being worked through.
  await desk.press("Enter", "g");
  await until(async () => ((await waiting(desk)).find(({ code }) => code === "conflicts")?.count ?? 0) === before.count - 1);
  await until(async () => JSON.stringify(await tiles(desk)) === JSON.stringify((await waiting(desk)).map(({ count }) => count)));
  assert.equal(new URL(desk.page.url()).pathname, "/office");
});

test("a payment that waits for a key gets it by the keyboard, and waits no more", async () => {
  const [desk] = desks;
  const before = (await waiting(desk)).find(({ code }) => code === "payments");
  assert.ok(before.count > 0, "the demonstration has a payment that waits for the education side");
  await desk.go("");
  await desk.page.locator("#payments a[data-line]").first().focus();
  await desk.press("Enter");
  await desk.page.locator("table.fields").waitFor();
  await desk.press("c");
  await desk.page.locator("dialog[open] button[type=submit]:focus").waitFor();
  assert.deepEqual(await desk.wrong("sheet-sign"), []);
  await desk.page.locator("dialog[open] button[type=submit]").focus();
  await desk.press("Enter");
  await until(async () => ((await waiting(desk)).find(({ code }) => code === "payments")?.count ?? 0) === before.count - 1);
});

test("what somebody sends meanwhile comes onto the desk by itself", async () => {
  const [desk] = desks;
  await desk.go("");
  await desk.page.locator(".tile").first().waitFor();
  const held = async () => (await waiting(desk)).find(({ code }) => code === "held")?.count ?? 0;
  const before = await held();
  const team = await Clerk.of(server, "rizhi-a");
  await team.write("fund_event", crypto.randomUUID(), { project: PROJECT, type: "申请", amount: 560_000, voucher: "记-0401" });
  assert.equal(await held(), before + 1);
  await desk.page.locator("a.tile[href='#held'] .tile-count", { hasText: new RegExp(`^${before + 1}$`) }).waitFor();
});

test("places have names in lists, and a list goes on from where it was opened", async () => {
  const [desk] = desks;
  await desk.go("/list/finding?mark=overdue");
  await desk.page.locator("a[data-line]", { hasText: "演示" }).first().waitFor();
  assert.deepEqual(await desk.wrong("list-finding"), []);
  await desk.press("j", "j", "Enter");
  await desk.page.locator("table.fields").waitFor();
  assert.deepEqual(await desk.wrong("record-finding"), []);
  await desk.press("u");
  await desk.page.locator("a[data-line]").first().waitFor();
  assert.match(desk.page.url(), /list\/finding\?mark=overdue$/);
});

test("a photo is looked at closely, beside another, and with what it is evidence of", async () => {
  const [desk] = desks;
  const { records } = await (await Clerk.of(server, "shenji")).ask("GET", `/api/v1/states/diary?project=${PROJECT}&limit=300`);
  const diaries = records.filter(({ state }) => state === "confirmed").map(({ record }) => record);
  await desk.go(`/record/${diaries[0]}`);
  await desk.page.locator("table.fields").waitFor();
  await desk.page.locator(".thumb img").first().waitFor();
  await desk.press("v");
  await desk.page.locator("dialog.viewer img").first().waitFor();
  assert.deepEqual(await desk.wrong("viewer"), []);
  await desk.press("+", "+");
  await until(() => desk.page.locator(".pane.close .picture").first().evaluate((picture) => picture.style.transform.includes("scale(1.96")));
  await desk.press("Escape");
  await desk.page.locator("dialog.viewer").waitFor({ state: "detached" });
  await desk.page.getByRole("button", { name: "核对台账" }).click();
  await desk.sees(/在台账里：从签名的检查点|太新/);
});

test("a rectification is verified from the desk with its photos beside each other, and waits no more", async () => {
  const desk = desks[1];
  const before = (await waiting(desk)).find(({ code }) => code === "verifications");
  assert.ok(before.count > 0, "the demonstration has rectifications to verify");
  await desk.go("/desk/verifications");
  await desk.page.locator("a[data-line]").first().click();
  await desk.page.getByRole("button", { name: "去复查" }).click();
  await desk.page.locator("form.form").waitFor();
  await desk.page.locator("form.form .answer.good").first().click();
  await desk.press("Control+Enter");
  await until(async () => ((await waiting(desk)).find(({ code }) => code === "verifications")?.count ?? 0) === before.count - 1);
});

test("a record is found from any page by words in it", async () => {
  const desk = desks[1];
  await desk.go("");
  await desk.page.locator(".tile").first().waitFor();
  await desk.press("/");
  await desk.page.keyboard.type("围挡有两米缺口");
  await desk.press("Enter");
  await desk.page.locator("td", { hasText: "围挡有两米缺口" }).first().waitFor();
  assert.deepEqual(await desk.wrong("search"), []);
  await desk.page.locator("tr", { hasText: "围挡有两米缺口" }).first().getByRole("link").click();
  await desk.page.locator("table.fields", { hasText: "围挡有两米缺口" }).waitFor();
});
