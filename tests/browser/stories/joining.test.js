/** A phone becomes somebody's: by link, by typed code, on bad lines, in both languages, and is handed on. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { Phone } from "../harness/phone.js";
import { scene } from "../harness/scene.js";

const { server, phone } = await scene();

test("a page that is left while it makes its tables lets the next one have them", async () => {
  const page = await phone.context.newPage();
  // Each name is a place of its own to the browser, where the app was never opened.
  for (const [number, moment] of [0, 20, 40, 60, 120].entries()) {
    const first = phone.url.replace("127.0.0.1", `first${number}.localhost`);
    await page.goto(first, { waitUntil: "commit" });
    await page.waitForTimeout(moment);
    await page.goto("about:blank");
    await page.goto(first);
    await page.getByText("登记这台手机").waitFor();
  }
  await page.close();
});

test("a code that is half, wrong, or typed behind a captive portal is told kindly and uses nothing up", async () => {
  const { typed } = server.codes("rizhi-a");
  await phone.type("登记码", typed.slice(0, 4));
  await phone.tap("登记");
  await phone.sees("还没有输完");
  await phone.type("登记码", "ZZZZ-ZZZZ");
  await phone.tap("登记");
  await phone.sees("请向办公室要一个新的登记码");
  await phone.type("登记码", `${typed.slice(0, 4)}-${typed.slice(4).toLowerCase()}`);
  server.line.impersonate();
  await phone.tap("登记");
  await phone.sees("Wi-Fi 要先登录");
  server.line.cut();
  await phone.tap("登记");
  await phone.sees("没有连上办公室的服务器");
  server.line.restore();
  await phone.tap("登记");
  await phone.sees("日志员甲01（演示），登记好了");
});

test("a browser that does not promise to keep it says plainly what that means", async () => {
  await phone.sees("浏览器没有答应长期保存");
  await phone.sees("可能清掉还没有交到办公室的内容");
  await phone.tap("再问一次浏览器");
  await phone.sees("浏览器没有答应长期保存");
});

test("a browser whose owner leaves its question open, as Firefox asks it, keeps nobody from beginning", async () => {
  const asked = await Phone.start(server.url);
  await asked.page.addInitScript(() => {
    StorageManager.prototype.persist = () => new Promise(() => undefined);
  });
  await asked.enrolBy(server.codes("rizhi-b").link);
  await asked.sees("点日期补写");
  await asked.stop();
});

test("the owner's projects are there, and everything is said in English, too", async () => {
  await phone.follow("开始");
  await phone.sees("上杭县演示校舍项目25");
  await phone.go("/#/me");
  await phone.page.getByLabel("English").check();
  await phone.sees("This phone");
  assert.equal(await phone.page.locator("html").getAttribute("lang"), "en");
  await phone.page.reload();
  await phone.sees("This phone");
  await phone.page.getByLabel("中文").check();
  await phone.sees("这台手机");
});

test("a phone is one person's: another link changes nothing until they sign out", async () => {
  const { link } = server.codes("rizhi-b");
  await phone.page.goto(link);
  await phone.sees("已经登记给 日志员甲01（演示）");
  await phone.go("/#/me");
  await phone.tap("退出登记");
  await Promise.all([phone.page.waitForEvent("load"), phone.tap("退出并清空这台手机")]);
  await phone.sees("登记这台手机");
  assert.equal(await phone.stored(), undefined);
  await phone.enrolBy(link);
  await phone.sees("日志员乙01（演示）");
});

test("who comes from WeChat is told to open the system browser", async () => {
  const wechat = await Phone.start(server.url, { userAgent: "Mozilla/5.0 (Linux; Android 10) MicroMessenger/8.0" });
  await wechat.sees("请在系统浏览器中打开");
  await wechat.stop();
});
