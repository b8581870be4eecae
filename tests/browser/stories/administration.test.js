/** People and phones, as an administrator looks after them: a person, a card, a phone, and the phone's end. */

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { after, test } from "node:test";
import { Desk } from "../harness/desk.js";
import { Phone } from "../harness/phone.js";
import { Server } from "../harness/server.js";
import { until } from "../harness/until.js";

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
  // What was typed is still there: it comes out of the browser's own store.
  await until(async () => (await desk.page.getByLabel("登录名").inputValue()) === "xin-duxue");
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

test("an account is closed and opened again, and a new password is shown once", async () => {
  await desk.go("/users?q=xin-duxue");
  await line(NAME).getByRole("link").click();
  await desk.tap("换新密码");
  await desk.page.getByRole("dialog").getByRole("button", { name: "换新密码" }).click();
  const password = await desk.page.locator("output.secret").innerText();
  assert.match(password, /^(\w{4}-){3}\w{4}$/);
  assert.deepEqual(await desk.wrong("users-person"), []);
  const theirs = await Desk.open(server);
  await theirs.signIn("xin-duxue", password);
  await theirs.close();
  await desk.page.reload();
  await desk.tap("停用账号");
  await desk.page.getByRole("dialog").getByRole("button", { name: "停用账号" }).click();
  await desk.tap("恢复账号");
  await desk.page.getByRole("button", { name: "停用账号" }).waitFor();
});

test("a role is given and ended by names", async () => {
  await desk.page.getByRole("combobox", { name: "角色" }).selectOption({ label: "审计" });
  await desk.tap("授予");
  await desk.tap(/^终止 审计/);
  await desk.tap("终止这个角色");
  await desk.page.getByText("以前的角色").click();
  await desk.page.locator("details", { hasText: "审计" }).waitFor();
});

test("nobody takes the own last role away, nor closes the own account", async () => {
  await desk.go("/users?q=guanli");
  await line("系统管理员（演示）").getByRole("link").click();
  await desk.sees("这是您自己");
  assert.equal(await desk.page.getByRole("button", { name: /终止|停用账号|换新密码/ }).count(), 0);
  const me = desk.page.url().split("/").pop();
  const asked = { data: { role: "system_admin", scope: "county:350823" }, headers: { "Sec-Fetch-Site": "same-origin" } };
  const refused = await desk.page.request.delete(`${server.url}/api/v1/users/${me}/roles`, asked);
  assert.equal(refused.status(), 409);
  assert.equal((await refused.json()).code, "not_yourself");
});

test("an administrator of another county sees none of these people", async () => {
  server.run("user", "add", "jiaocheng-guanli", "--display-name", "蕉城管理员（演示）", "--role", "system_admin", "--at", "county:350902");
  const person = await desk.page.request.get(`${server.url}/api/v1/users?q=xin-duxue`);
  const [{ id }] = (await person.json()).users;
  const other = await Desk.of(server, "jiaocheng-guanli");
  await other.go("/users?q=xin-duxue");
  await other.sees("没有符合的人");
  await other.go(`/users/${id}`);
  await other.sees("没有，或者不在您的范围内");
  await other.go("/devices?q=xin-duxue&state=out");
  await other.sees("没有符合的手机或电脑");
  await other.close();
});

test("light and dark are chosen for this computer, and stand before anything is on the screen", async () => {
  await desk.go("/settings");
  await desk.page.getByLabel("深色").check();
  assert.deepEqual(await desk.wrong("settings"), []);
  await desk.page.addInitScript(() => {
    // What the first picture has.
    requestAnimationFrame(() => (globalThis.firstGround = getComputedStyle(document.documentElement).getPropertyValue("--ground")));
  });
  for (const page of ["/settings", "/users"]) {
    await desk.go(page);
    await desk.page.locator("h1").first().waitFor();
    assert.equal((await desk.page.evaluate(() => globalThis.firstGround)).trim(), "#111513", page);
  }
  await desk.go("/settings");
  await desk.page.getByLabel("跟随系统").check();
  await desk.page.reload();
  await desk.page.locator("h1").first().waitFor();
  assert.equal((await desk.page.evaluate(() => globalThis.firstGround)).trim(), "#f6f7f5");
});

test("a person changes the own password, and sees and ends where else they are signed in", async () => {
  const [here, there] = [await Desk.open(server), await Desk.open(server)];
  await here.signIn("caizheng");
  await there.signIn("caizheng", "abcd-efgh-jkmn-pqrt");
  await here.go("/settings");
  await here.page.locator("section", { hasText: "登录着的电脑" }).getByRole("button", { name: /^退出/ }).click();
  await here.page.locator("section", { hasText: "登录着的电脑" }).getByRole("button").waitFor({ state: "detached" });
  await there.page.reload();
  await there.sees("请重新登录");
  await here.page.getByLabel("现在的密码").fill("not the password");
  await here.page.getByLabel("新密码", { exact: true }).fill("梅花山下有三间新的好教室");
  await here.page.getByLabel("新密码再输一遍").fill("梅花山下有三间新的好教室");
  await here.tap("改密码");
  await here.sees("现在的密码不对");
  await here.page.getByLabel("现在的密码").fill("abcd-efgh-jkmn-pqrt");
  await here.tap("改密码");
  await here.sees("密码已改");
  await here.close();
  await there.page.getByLabel("密码").fill("梅花山下有三间新的好教室");
  await there.page.getByRole("dialog").getByRole("button", { name: "登录", exact: true }).click();
  await there.page.getByRole("dialog").waitFor({ state: "detached" });
  await there.close();
});
