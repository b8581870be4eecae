/** A village without signal for weeks: the file is carried by somebody else. */

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { scene } from "../harness/scene.js";
import { writeMissedDay } from "../harness/writing.js";

const { server, phone } = await scene("rizhi-a");
let written;
const folder = mkdtempSync(join(tmpdir(), "siteledger-carried-"));
const file = join(folder, "carried.slbundle");
after(() => rmSync(folder, { recursive: true }));

test("what cannot be sent is saved as a file, and only then may its owner sign out", async () => {
  server.line.cut();
  await writeMissedDay(phone);
  [{ record: written }] = (await phone.stored()).outbox.waiting;
  await phone.go("/#/me");
  await phone.tap("退出登记");
  await phone.sees("现在退出会丢内容");
  assert.equal(await phone.page.getByRole("button", { name: "文件已存好" }).count(), 0);
  const [download] = await Promise.all([phone.page.waitForEvent("download"), phone.tap("导出成文件")]);
  await download.saveAs(file);
  await phone.sees("里面有 1 条记录");
  await Promise.all([phone.page.waitForEvent("load"), phone.tap("文件已存好，退出并清空")]);
  await phone.sees("登记这台手机");
  assert.equal(await phone.stored(), undefined);
});

test("a colleague hands the file in, and it counts as its author's", async () => {
  server.line.restore();
  await phone.enrolBy(server.codes("rizhi-b").link);
  await phone.go("/#/sync");
  await phone.page.getByLabel("选文件").setInputFiles(file);
  await phone.sees("日志员甲01（演示）的 1 条记录到办公室了");
  await phone.sees("全部收下了");
  await phone.go(`/#/record/${written}`);
  await phone.sees("日志员甲01（演示）");
  assert.deepEqual(phone.faults, []);
});
