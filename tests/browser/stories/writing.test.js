/** What people write: a diary in two minutes, killed browsers, collisions, returns, shared inspections. */

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { addPhotos, answer, choose, field, page, picture, save, says, saysNoMore, write } from "../harness/form.js";
import { PATIENCE, Phone } from "../harness/phone.js";
import { Server } from "../harness/server.js";

let server;
let phones = [];

before(async () => {
  server = await Server.start();
});

afterEach(async () => {
  server.line.restore();
  const faults = phones.flatMap((phone) => phone.faults);
  await Promise.all(phones.map((phone) => phone.stop()));
  phones = [];
  assert.deepEqual(faults, []);
});

after(() => server.stop());

/** Somebody's phone, enrolled and synced. */
async function phoneOf(name) {
  const phone = await Phone.start(server.url);
  phones.push(phone);
  await phone.enrolBy(server.codes(name).link);
  await phone.page.locator("section.card, .write").first().waitFor();
  await phone.isSynced();
  await phone.isReadyOffline();
  return phone;
}

/** The line carries again, and the phones hear of it: by themselves they may wait for minutes. */
async function lineIsBack(...back) {
  server.line.restore();
  await Promise.all(back.map((phone) => phone.hearsOfNetwork()));
}

/** The day of the missed diaries that is tapped, so that each story has a record of its own. */
async function beginMissedDay(phone, place = 0) {
  await phone.page.locator(".missed .chip").nth(place).click();
  await phone.page.locator("form.form").waitFor();
  return phone.page.url().split("/").pop();
}

/** Begins a record of that kind, at the first place that is offered where there are several. */
async function begins(phone, kind) {
  await phone.go(`/#/write/${kind}`);
  const place = phone.page.locator(".form > button.button").first();
  await place.or(phone.page.locator("form.form")).first().waitFor();
  if ((await phone.page.locator("form.form").count()) === 0) {
    await place.click();
  }
  await phone.page.locator("form.form").waitFor();
}

async function fillDiary(phone, { progress = "二层柱钢筋绑扎完成" } = {}) {
  await choose(phone, "work_status", "施工");
  await choose(phone, "weather_am", "晴");
  await phone.tap("下午也是晴");
  for (const question of ["isolation_ok", "safety_ok", "quality_ok"]) {
    await answer(phone, question, "good");
  }
  await write(phone, "progress_text", progress);
  await write(phone, "parts", "二层柱");
  await choose(phone, "crew", "钢筋工");
  await field(phone, "supervisor_present").locator(".answer").first().click();
  // Yesterday's is not late before noon.
  if ((await field(phone, "late_reason").count()) > 0) {
    await write(phone, "late_reason", "停电");
  }
}

test("a diary with five photos is written offline, and all of it comes to the office", async () => {
  const phone = await phoneOf("rizhi-a");
  server.line.cut();
  await phone.go("/");
  await beginMissedDay(phone);
  await fillDiary(phone);
  await addPhotos(phone, "photos", [1, 2, 3, 4, 5].map((number) => picture(number)));
  assert.match(await page(phone), /都填好了/);
  await save(phone);
  await says(phone, "在手机里，等待发送");
  await lineIsBack(phone);
  await says(phone, "照片 5/5 张已到办公室");
  assert.doesNotMatch(await page(phone), /还没填全/);
});

test("a browser that is killed between any two steps loses nothing", async () => {
  const phone = await phoneOf("rizhi-a");
  server.line.cut();
  const id = await beginMissedDay(phone, 1);
  const dies = async (path) => {
    await phone.kill();
    await phone.open(path);
  };
  const form = `/#/write/diary/${id}`;
  await choose(phone, "work_status", "施工");
  await drafted(phone, id, "working");
  await dies(form);
  await write(phone, "progress_text", "浇筑二层");
  await drafted(phone, id, "浇筑二层");
  await dies(form);
  await answer(phone, "safety_ok", "bad");
  await addPhotos(phone, "safety_ok", [picture(11)]);
  await drafted(phone, id, "sha256");
  await dies(form);
  assert.equal(await field(phone, "progress_text").locator("textarea").first().inputValue(), "浇筑二层");
  await field(phone, "safety_ok").locator(".photo-face img").waitFor();
  await save(phone);
  await dies(`/#/record/${id}`);
  await says(phone, "在手机里，等待发送");
  await lineIsBack(phone);
  await says(phone, "照片 1/1 张已到办公室");
  await says(phone, "浇筑二层");
});

test("what is written in two windows stands in both, and is saved once", async () => {
  const phone = await phoneOf("rizhi-a");
  await phone.go("/");
  await beginMissedDay(phone, 2);
  const first = phone.page;
  await write(phone, "progress_text", "绑扎柱筋");
  const second = { page: await phone.context.newPage() };
  await second.page.goto(first.url());
  await says(second, "另一个窗口也开着这份记录");
  assert.equal(await field(second, "progress_text").locator("textarea").first().inputValue(), "绑扎柱筋");
  await write(second, "late_reason", "停电");
  await first.bringToFront();
  await first.waitForFunction(() => [...document.querySelectorAll("textarea")].some((area) => area.value === "停电"));
  // A trade that is typed counts, although nobody taps “add”.
  await field(phone, "crew").getByRole("button", { name: /^其他/ }).click();
  await field(phone, "crew").getByRole("textbox", { name: /^其他/ }).fill("电焊工");
  await save(phone);
  await says(phone, /电焊工 1人/);
  assert.match(await page(phone), /停电/);
  await says(second, "另一个窗口已保存了这份记录");
});

test("what is typed on a sheet stands there again, and what stops a save is shown wherever it is", async () => {
  const phone = await phoneOf("rizhi-a");
  await phone.go("/");
  const id = await beginMissedDay(phone, 3);
  await choose(phone, "work_status", "施工");
  await choose(phone, "crew", "钢筋工");
  const count = field(phone, "crew").locator(".count");
  await count.fill("三四个");
  await choose(phone, "work_status", "未施工");
  await phone.tap(/^保存$/);
  await says(phone, "还差一点才能保存");
  await phone.page.waitForFunction(() => document.activeElement?.id === "field-crew");
  await says(phone, "这里要写数字");
  await count.fill("3");
  await save(phone);
  await phone.tap(/^签字$/);
  await phone.page.getByRole("textbox", { name: "姓名" }).fill("李老师");
  await draws(phone);
  await drafted(phone, `sign/${id}/signed`, '"strokes":[[[');
  await phone.page.mouse.click(180, 5);
  await phone.page.locator("dialog").waitFor({ state: "detached" });
  await phone.page.reload();
  await phone.tap(/^签字$/);
  await phone.page.waitForFunction(() => document.querySelector("dialog input")?.value === "李老师");
  await phone.page.waitForFunction(() => {
    const pad = document.querySelector(".pad");
    return pad.getContext("2d").getImageData(0, 0, pad.width, pad.height).data.some((part) => part < 100);
  });
  await phone.page.locator("dialog .button.main").click();
  await says(phone, "李老师 签字");
});

test("an idle day takes two taps", async () => {
  const phone = await phoneOf("rizhi-a-2");
  // Today's is left to the stories that write it.
  await phone.page.clock.setFixedTime(Date.now() + 86_400_000);
  await phone.page.reload();
  await phone.tap("今天没施工");
  await phone.tap("下雨");
  await phone.page.locator("section.card").first().getByText("已提交").waitFor();
  await phone.tap("看今天的日志");
  await says(phone, "未施工");
  assert.doesNotMatch(await page(phone), /还没填全/);
});

test("two phones that write the same field offline both stay, and who wrote one settles it; so it is where one withdraws", async () => {
  const [first, second] = [await phoneOf("rizhi-a-3"), await phoneOf("rizhi-b-3")];
  server.line.cut();
  const writes = async (phone, stage, trade) => {
    const id = await beginMissedDay(phone);
    await choose(phone, "work_status", "施工");
    await choose(phone, "image_progress", stage);
    await choose(phone, "crew", trade);
    await save(phone);
    return id;
  };
  const id = await writes(first, "主体二层", "钢筋工");
  assert.equal(await writes(second, "主体三层", "砌筑工"), id);
  await lineIsBack(first, second);
  for (const phone of [first, second]) {
    await phone.go(`/#/record/${id}`);
    await says(phone, "“形象进度”有两种说法");
    await says(phone, "钢筋工 1人");
    await says(phone, "砌筑工 1人");
  }
  await first.tap(/^签字$/);
  await first.sees("这一项有两种说法，不能在上面签字。");
  await first.tap(/^关闭$/);
  await first.page.locator(".version", { hasText: "主体三层" }).getByRole("button").click();
  for (const phone of [first, second]) {
    await saysNoMore(phone, "“形象进度”有两种说法");
    assert.match(await page(phone), /主体三层/);
  }
  await withdrawnUnseen(first, second, id);
});

/** One withdraws the record while the other writes in it; it stays until that is settled, and may come back. */
async function withdrawnUnseen(first, second, id) {
  server.line.cut();
  await first.tap("作废这份记录");
  await first.sees("作废不是删除");
  await first.page.locator("dialog textarea").fill("写错日期");
  await drafted(first, `withdraw/${id}`, "写错日期");
  await first.page.mouse.click(180, 5);
  await first.page.locator("dialog").waitFor({ state: "detached" });
  await first.tap("作废这份记录");
  await first.page.waitForFunction(() => document.querySelector("dialog textarea")?.value === "写错日期");
  await first.page.locator("dialog .button.danger").click();
  await says(first, "已作废，不再算数");
  await second.go(`/#/write/diary/${id}`);
  await choose(second, "weather_am", "晴");
  await save(second);
  await lineIsBack(first, second);
  for (const phone of [first, second]) {
    await says(phone, "作废的人当时没看到：上午天气");
    await says(phone, "写错日期");
  }
  await first.tap("仍然作废");
  await first.page.locator("dialog textarea").fill("还是写错日期");
  await first.page.locator("dialog .button.danger").click();
  for (const phone of [first, second]) {
    await says(phone, "已作废，不再算数");
    await says(phone, "还是写错日期");
  }
  await second.tap("收回作废");
  await second.page.locator("dialog .button.main").click();
  for (const phone of [first, second]) {
    await saysNoMore(phone, "已作废，不再算数");
    assert.match(await page(phone), /主体三层/);
  }
}

test("what was confirmed is withdrawn and taken back with a reason, which is no part of why the design was changed", async () => {
  const [writer, principal] = [await phoneOf("rizhi-a"), await phoneOf("xiaozhang")];
  await begins(writer, "design_change");
  await write(writer, "reason", "基础遇到软土");
  await save(writer);
  await says(writer, "办公室已收到");
  const id = writer.page.url().split("/").pop();
  await phoneHolds(principal, "rows", id, "基础遇到软土");
  await principal.go(`/#/record/${id}`);
  await principal.tap(/^签字确认$/);
  await signs(principal);
  await says(principal, "办公室已收到");
  await says(writer, "校长01（演示） 确认");
  await writer.tap("作废这份记录");
  await writer.page.locator("dialog textarea").fill("写错了项目");
  await writer.page.locator("dialog .button.danger").click();
  for (const phone of [writer, principal]) {
    await says(phone, "已作废，不再算数");
    await says(phone, "写错了项目");
  }
  await says(writer, "办公室已收到");
  assert.match(await page(writer), /变更原因\s+基础遇到软土/);
  await writer.tap("收回作废");
  await writer.page.locator("dialog .button.main").click();
  await writer.sees("请写明原因");
  await writer.page.locator("dialog textarea").fill("核对过，没写错");
  await writer.page.locator("dialog .button.main").click();
  for (const phone of [writer, principal]) {
    await saysNoMore(phone, "已作废，不再算数");
    await says(phone, "核对过，没写错");
  }
  assert.doesNotMatch(await page(writer), /还没收下/);
});

test("a diary that was withdrawn is written anew: the form is blank, the old one is not lost, and the day is done", async () => {
  const phone = await phoneOf("rizhi-a-2");
  const id = await beginMissedDay(phone);
  await fillDiary(phone, { progress: "写成了别的项目" });
  await save(phone);
  await phone.tap("作废这份记录");
  await phone.page.locator("dialog textarea").fill("写成了别的项目的事");
  await phone.page.locator("dialog .button.danger").click();
  await says(phone, "已作废，不再算数");
  await phone.go("/");
  assert.equal(await beginMissedDay(phone), id, "the day lacks its diary again");
  await says(phone, "作废过：写成了别的项目的事");
  assert.equal(await field(phone, "progress_text").locator("textarea").first().inputValue(), "");
  await phone.tap("用作废前的内容接着改");
  assert.equal(await field(phone, "progress_text").locator("textarea").first().inputValue(), "写成了别的项目");
  await phone.tap("不写了");
  await phone.page.locator("dialog .button.danger").click();
  await beginMissedDay(phone);
  await fillDiary(phone, { progress: "砌筑围墙" });
  await save(phone);
  await says(phone, "办公室已收到");
  assert.doesNotMatch(await page(phone), /作废了|已作废|还没填全|写成了别的项目/);
  await phone.tap("看改过什么");
  await says(phone, /施工进展：删掉了“写成了别的项目”/);
  await phone.go("/");
  await phone.page.locator(".missed .chip").first().waitFor();
  await phone.page.locator(".missed .chip").first().click();
  await phone.page.locator("form.form").waitFor();
  assert.notEqual(phone.page.url().split("/").pop(), id);
});

test("what is typed before a record begins outlives a killed browser, and goes when it has begun", async () => {
  const phone = await phoneOf("xiaozhang");
  await phone.go("/#/write/baseline_check");
  await phone.page.getByRole("textbox", { name: "底线要求" }).fill("生均校舍面积");
  await drafted(phone, "begin/baseline_check", "生均校舍面积");
  await phone.kill();
  await phone.open("/#/write/baseline_check");
  await phone.page.waitForFunction(() => document.querySelector("textarea")?.value === "生均校舍面积");
  await phone.page.locator(".form > button.button").first().click();
  await phone.page.locator("form.form").waitFor();
  await phone.go("/#/write/baseline_check");
  await phone.page.getByRole("textbox", { name: "底线要求" }).waitFor();
  assert.equal(await phone.holds("drafts", "begin/baseline_check", ""), false);
});

test("what the principal sends back comes with the reason, is mended, and is at the office again", async () => {
  const [writer, principal] = [await phoneOf("rizhi-a-4"), await phoneOf("xiaozhang-4")];
  const id = await beginMissedDay(writer);
  await fillDiary(writer);
  await save(writer);
  await says(writer, "办公室已收到");
  await writer.tap(/^签字$/);
  await signs(writer);
  await says(writer, "签的就是现在的内容");
  await says(writer, "办公室已收到");
  await principal.go(`/#/record/${id}`);
  await principal.tap(/^退回$/);
  await principal.page.locator("dialog textarea").fill("请写明柱的轴线");
  await principal.page.locator("dialog .button.main").click();
  await says(principal, "办公室已收到");
  await writer.go("/");
  await writer.page.locator(".record-line", { hasText: "请写明柱的轴线" }).click();
  await writer.follow("去改");
  await writer.page.locator("form.form").waitFor();
  await says(writer, "请写明柱的轴线");
  await field(writer, "parts").locator("textarea").nth(1).fill("3-5 轴");
  await save(writer);
  await says(writer, "办公室已收到");
  await saysNoMore(writer, "退回了这份记录");
  await says(writer, /3-5 轴/);
});

test("a finding is mended with pictures before and after, looked at again, and closed", async () => {
  const [school, office] = [await phoneOf("rizhi-a-2"), await phoneOf("dudao")];
  await school.page.locator(".record-line", { hasText: "要整改" }).first().click();
  await school.page.locator("article").waitFor();
  const id = school.page.url().split("/").pop();
  await school.tap("写整改回复");
  await school.page.locator("form.form").waitFor();
  await addPhotos(school, "before", [picture(21)]);
  await addPhotos(school, "after", [picture(22)]);
  await write(school, "measures", "已加装防护栏杆");
  assert.match(await page(school), /都填好了/);
  await save(school);
  await says(school, "照片 2/2 张已到办公室");
  await phoneHolds(office, "rows", school.page.url().split("/").pop(), "已加装防护栏杆");
  await office.go(`/#/record/${id}`);
  await says(office, "已整改，待复查");
  await office.tap("去复查");
  // What was sent as proof is on the screen of who judges it.
  await office.page.locator(".picture img").nth(1).waitFor();
  await answer(office, "result", "good");
  await save(office);
  await says(office, "办公室已收到");
  await school.go(`/#/record/${id}`);
  await says(school, "已销号");
});

test("an inspection is shared: each does a part, and both parts stand", async () => {
  const [first, second] = [await phoneOf("duxue"), await phoneOf("dudao")];
  await first.go("/#/write/inspection");
  await first.page.locator(".form > .button").first().click();
  await first.page.locator("form.form").waitFor();
  const id = first.page.url().split("/").pop();
  await answerItem(first, "A01", "合格");
  await save(first);
  await says(first, "办公室已收到");
  await second.go("/");
  await phoneHolds(second, "rows", id, "");
  server.line.cut();
  await second.go(`/#/write/inspection/${id}`);
  await second.tap("把我加进检查人员");
  await answerItem(second, "Q01", "不合格");
  await save(second);
  await first.go(`/#/write/inspection/${id}`);
  await answerItem(first, "A02", "合格");
  await save(first);
  await lineIsBack(first, second);
  for (const phone of [first, second]) {
    await phone.go(`/#/record/${id}`);
    for (const item of [/^A01 .*合格/, /^A02 .*合格/, /^Q01 .*不合格/]) {
      await says(phone, item);
    }
    assert.doesNotMatch(await page(phone), /两种说法/);
  }
});

/** Waits until a draft holds that: a key that the browser has not taken yet is no one's to keep. */
function drafted(phone, id, text) {
  return phoneHolds(phone, "drafts", id, text);
}

/** Waits until what a phone stores under that id holds a text. */
async function phoneHolds(phone, table, id, text) {
  // Asked again and again, since `waitForFunction` takes any promise for a yes.
  for (const end = Date.now() + PATIENCE; !(await phone.holds(table, id, text)); ) {
    assert.ok(Date.now() < end, `${table} of the phone never held ${id} with “${text}”`);
    await phone.page.waitForTimeout(50);
  }
}

/** Draws a line on the pad of the sheet, and signs. */
async function signs(phone) {
  await draws(phone);
  await phone.page.locator("dialog .button.main").click();
}

async function draws(phone) {
  const pad = phone.page.locator(".pad");
  await pad.hover({ position: { x: 30, y: 30 } });
  await phone.page.mouse.down();
  await pad.hover({ position: { x: 150, y: 60 } });
  await phone.page.mouse.up();
}

/** Answers one item of the checklist, in whichever section it stands. */
async function answerItem(phone, code, result) {
  const item = phone.page.locator(".item", { has: phone.page.locator(`#field-items-${code}`) });
  const section = phone.page.locator("details.inner", { has: phone.page.locator(`#field-items-${code}`) });
  await section.locator("summary").click();
  await item.locator(".chip").getByText(result, { exact: true }).click();
}
