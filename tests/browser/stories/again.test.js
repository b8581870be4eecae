/** A phone that the office lets in no more, full of work: exported, refused to a stranger, enrolled again. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { field } from "../harness/form.js";
import { scene } from "../harness/scene.js";
import { beginMissedDay, fillPhone, unsentPhotos } from "../harness/writing.js";

const { server, phone } = await scene("rizhi-a");
/** All that the phone holds before it is enrolled again. */
let before;

test("a phone that is shut out says so, keeps everything and can still export it", async () => {
  await fillPhone(server, phone);
  server.shutOut("rizhi-a");
  server.line.restore();
  await phone.go("/#/sync");
  await phone.tap("现在同步");
  await phone.sees("办公室停用了这台手机的登记");
  const [download] = await Promise.all([phone.page.waitForEvent("download"), phone.tap("导出成文件")]);
  assert.match(download.suggestedFilename(), /\.slbundle$/);
  before = await phone.stored();
  assert.equal(before.outbox.waiting.length, 1);
  assert.equal(before.outbox.kept.length, 2);
});

test("a code of somebody else is refused with the way out, and neither it nor anything here is lost", async () => {
  const { link, typed } = server.codes("rizhi-b");
  await phone.follow("有了登记码，重新登记");
  await phone.type("登记码", typed);
  await phone.tap("重新登记");
  await phone.sees("这个登记码是另一个人的");
  await phone.sees("先导出成文件");
  assert.deepEqual(await phone.stored(), before);
  const body = JSON.stringify({ code: link.split("/").pop(), device_name: "乙的手机" });
  const enrolled = await fetch(`${server.url}/api/v1/enrol`, { method: "POST", body, headers: { "Content-Type": "application/json" } });
  assert.equal(enrolled.status, 200, "the code was not used up");
});

test("a code of its own person lets it in again, and everything goes on from where it was", async (t) => {
  const [{ upload, acknowledged, length }] = await unsentPhotos(phone);
  const up = server.line.up;
  await phone.type("登记码", server.codes("rizhi-a").typed);
  await phone.tap("重新登记");
  await phone.sees("和办公室逐条核对过");
  const after = await phone.stored();
  assert.equal(after.owner.user, before.owner.user);
  assert.notEqual(after.owner.device, before.owner.device);
  assert.deepEqual(after.outbox.waiting, []);
  assert.deepEqual(after.outbox.held, [], "what came by the device before are duplicates");
  const ids = ({ outbox }) => [...outbox.kept.map(({ change }) => change), ...outbox.waiting].map(({ id }) => id).sort();
  assert.deepEqual(ids(after), ids(before));
  assert.deepEqual(await unsentPhotos(phone), []);
  assert.equal(Object.values(after.photos)[0].upload, upload);
  t.diagnostic(`${acknowledged} of ${length} bytes of the photo were there; ${server.line.up - up} bytes went up in all`);
  assert.ok(server.line.up - up < length - acknowledged + 60_000);
  await beginMissedDay(phone, 2);
  assert.equal(await field(phone, "progress_text").locator("textarea").inputValue(), "写了一半");
  assert.deepEqual(phone.faults, []);
});
