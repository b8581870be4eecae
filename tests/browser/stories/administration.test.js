/** People and phones, as an administrator looks after them: a person, a card, a phone, and the phone's end. */

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { after, test } from "node:test";
import { Desk } from "../harness/desk.js";
import { Phone } from "../harness/phone.js";
import { Server } from "../harness/server.js";

const NAME = "新来的督学（演示）";
const server = await Server.start();
const desk = await Desk.of(server, "guanli");
let phone;
after(async () => {
  await desk.close();
  await phone?.stop();
  await server.stop();
});

/** The line of a table that has a text in it. */
function line(text) {
  return desk.page.locator("table.lines tbody tr", { hasText: text });
}

test("an administrator finds people by name, by role, and by whether they have a phone", async () => {
  await desk.go("/users");
  await line("日志员甲01").waitFor();
  assert.deepEqual(await desk.wrong("users"), []);
  await desk.page.getByLabel("姓名或登录名").fill("日志员甲02");
  await line("日志员甲01").waitFor({ state: "detached" });
  await line("日志员甲02").waitFor();
  await desk.page.getByLabel("姓名或登录名").fill("");
  await desk.page.getByRole("combobox", { name: "角色" }).selectOption({ label: "财政" });
  await line("财政（演示）").waitFor();
  assert.match(desk.page.url(), /users\?role=finance$/, "the address can be passed on");
});

test("an administrator adds an inspector, whose zone goes by its name", async () => {
  await desk.go("/users/new");
  await desk.page.getByLabel("姓名").fill(NAME);
  await desk.page.getByLabel("登录名").fill("xin-duxue");
  await desk.page.getByRole("combobox", { name: "角色" }).selectOption({ label: "责任督学" });
  await desk.page.getByRole("combobox", { name: "地点" }).selectOption({ index: 1 });
  assert.deepEqual(await desk.wrong("users-new"), []);
  await desk.page.reload();
  assert.equal(await desk.page.getByLabel("登录名").inputValue(), "xin-duxue", "what was typed is still there");
  await desk.tap("新增");
  await desk.sees(`已新增${NAME}`);
});

test("the card is printed on one sheet, with the name, the zone, both codes and until when", async () => {
  await desk.follow("打印登记卡");
  await desk.sees(NAME);
  await desk.tap("生成 1 张登记卡");
  const card = desk.page.getByRole("article", { name: NAME });
  await card.waitFor();
  const said = await card.innerText();
  for (const words of [NAME, "责任督学", "扫码有效至", "输入有效至", new URL(server.url).host]) {
    assert.ok(said.includes(words), `${words}: ${said}`);
  }
  assert.match(said, /[2-9A-HJ-NP-Z]{4} [2-9A-HJ-NP-Z]{4}/);
  assert.ok(await card.locator("img").evaluate((image) => image.complete && image.naturalWidth > 0), "the QR code is drawn");
  assert.deepEqual(await desk.wrong("users-cards"), []);
  const paper = await desk.page.pdf({ preferCSSPageSize: true });
  assert.equal(paper.toString("latin1").match(/\/Type \/Page\b/g).length, 1);
  if (process.env.SCREENS_OF_DESKS !== undefined) {
    writeFileSync(`${process.env.SCREENS_OF_DESKS}/users-cards.pdf`, paper);
  }
});

test("a phone enrols by the code that stands on the card to be typed, and is on the devices page", async () => {
  const code = await desk.page.locator(".enrol-code").innerText();
  phone = await Phone.start(server.url);
  await phone.type("登记码", code);
  await phone.tap("登记");
  await phone.sees(`${NAME}，登记好了`);
  await phone.follow("开始");
  await phone.isSynced();
  await desk.go("/devices");
  await line(NAME).getByText("安卓手机").waitFor();
  assert.deepEqual(await desk.wrong("devices"), []);
  await desk.go("/users?q=xin-duxue");
  await line(NAME).getByText("1 部").waitFor();
});

test("the phone is revoked with a reason, and its next sync is refused in plain words", async () => {
  await desk.go("/devices?q=xin-duxue");
  await desk.tap(`停用${NAME}的安卓手机`);
  await desk.tap("停用，不能恢复");
  await desk.sees("请选一个原因");
  assert.deepEqual(await desk.wrong("sheet-revoke"), []);
  await desk.page.getByLabel("手机丢了或被偷").check();
  await desk.tap("停用，不能恢复");
  await desk.sees(`已停用${NAME}的“安卓手机”`);
  await desk.sees("没有符合的手机或电脑");
  await desk.follow("已停用");
  await line(NAME).getByText("停用").first().waitFor();
  await phone.go("/#/sync");
  await phone.tap("现在同步");
  await phone.sees("办公室停用了这台手机的登记");
});
