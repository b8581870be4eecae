/** In a valley: written without a line, the browser killed, the line back. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { scene } from "../harness/scene.js";
import { writeMissedDay } from "../harness/writing.js";

const { server, phone } = await scene("rizhi-a");

test("the app opens without a line and shows what is on the phone", async () => {
  server.line.cut();
  await phone.page.reload();
  await phone.sees("上杭县演示校舍项目25");
  await phone.go("/#/sync");
  await phone.tap("现在同步");
  await phone.sees("什么也没丢");
});

test("what was saved outlives a browser that is killed in the same moment", async () => {
  await writeMissedDay(phone);
  await phone.kill();
  await phone.open("/#/sync");
  await phone.sees("还有 1 条记录只在这台手机里");
  await phone.sees("写好了，等着发送");
  assert.equal((await phone.stored()).outbox.waiting.length, 1);
});

test("a captive portal is no answer: it is told as what it is, and nothing leaves the outbox", async () => {
  server.line.impersonate();
  await phone.tap("现在同步");
  await phone.sees("这个 Wi-Fi 要先登录");
  assert.equal((await phone.stored()).outbox.waiting.length, 1);
});

test("with the line back everything gets to the office, which is proven one by one", async () => {
  await phone.go("/#/sync");
  server.line.restore();
  await phone.tap("现在同步");
  await phone.sees("和办公室逐条核对过");
  await phone.sees("到办公室了");
  assert.deepEqual((await phone.stored()).outbox.waiting, []);
});

test("signing out is refused while something is only here", async () => {
  server.line.cut();
  await writeMissedDay(phone);
  await phone.go("/#/me");
  await phone.tap("退出登记");
  await phone.sees("现在退出会丢内容");
  await phone.sees("1 条记录还只在这台手机里");
  assert.deepEqual(phone.faults, []);
});
