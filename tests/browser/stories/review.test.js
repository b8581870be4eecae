/** A morning at a desk by the keyboard: ten diaries confirmed, two conflicts settled, what was held decided on. */

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, test } from "node:test";
import { Clerk } from "../harness/clerk.js";
import { Desk } from "../harness/desk.js";
import { PROJECT, Server } from "../harness/server.js";
import { until } from "../harness/until.js";

const server = await Server.start();
const principal = await Desk.of(server, "xiaozhang");
const office = await Desk.of(server, "gaibo");
const [first, second, station] = [await Clerk.of(server, "rizhi-a"), await Clerk.of(server, "rizhi-b"), await Clerk.of(server, "zhuangbei")];
after(async () => {
  await principal.close();
  await office.close();
  await server.stop();
});

/** Diaries of the first project in a state, by the day. */
async function diaries(query) {
  const { records } = await station.ask("GET", `/api/v1/states/diary?project=${PROJECT}&${query}`);
  return records;
}

async function stateOf(record) {
  return (await diaries("limit=1000")).find((stand) => stand.record === record)?.state;
}

test("a principal confirms ten diaries in a row without the mouse, and sends one back with a reason", async () => {
  const submitted = (await diaries("state=submitted")).filter(({ marks }) => !marks.some(({ mark }) => mark === "disputed"));
  await principal.go("/list/diary?state=submitted");
  await principal.page.locator("a[data-line]").first().waitFor();
  await principal.press("j", "Enter");
  const done = [];
  while (done.length < Math.min(10, submitted.length - 1)) {
    await principal.page.locator("table.fields").waitFor();
    const record = principal.page.url().split("/").pop();
    assert.ok(!done.includes(record), "each is another one");
    if (submitted.some((stand) => stand.record === record)) {
      await principal.press("c");
      await principal.page.locator("dialog[open] button[type=submit]:focus").waitFor();
      await principal.press("Enter");
      done.push(record);
    } else {
      await principal.press("j");
    }
    await until(() => !principal.page.url().endsWith(record));
  }
  await principal.page.locator("table.fields").waitFor();
  const last = principal.page.url().split("/").pop();
  await principal.press("r");
  await principal.page.locator("dialog[open] textarea:focus").waitFor();
  await principal.page.keyboard.type("人数和照片对不上，请核实");
  await principal.page.locator("dialog[open] button[type=submit]").click();
  await until(async () => (await stateOf(last)) === "returned");
  for (const record of done) {
    assert.equal(await stateOf(record), "confirmed");
  }
});

/** A diary of which both say something else, in these fields. */
async function contested(place, fields) {
  const diary = (await diaries("limit=1000")).filter(({ state }) => state !== "missing")[place].record;
  const heads = await station.heads(diary);
  for (const [clerk, side] of [[first, 0], [second, 1]]) {
    const values = Object.fromEntries(Object.entries(fields).map(([field, both]) => [field, both[side]]));
    const replaces = Object.fromEntries(Object.keys(fields).map((field) => [field, (heads[field] ?? []).map(({ edit }) => edit)]));
    await clerk.write("diary", diary, { reason: "更正", ...values }, { replaces });
  }
  return diary;
}

/** The choice of a version, by what it says. */
function side(value) {
  const exactly = office.page.locator(".side-value", { hasText: new RegExp(`^${value}$`) });
  return office.page.locator(".side", { has: exactly }).getByRole("radio");
}

test("two fields in conflict are settled in one go, and what somebody writes meanwhile is seen before it is saved", async () => {
  const diary = await contested(20, { image_progress: ["主体二层", "主体三层"], "crew/钢筋工": [6, 8] });
  await office.go(`/settle/${diary}`);
  await office.page.locator(".contested-field").nth(1).waitFor();
  assert.deepEqual(await office.wrong("settle"), []);
  await side("主体二层").check();
  await side("8人").check();
  await second.write("diary", diary, { image_progress: "主体封顶", reason: "又核对了一遍" });
  await side("主体封顶").waitFor();
  await office.page.getByLabel(/要写明原因|为什么这样定/).fill("电话核实：三层尚未支模");
  await office.page.getByRole("button", { name: "保存 2 项决定" }).click();
  await office.sees("请看过新内容再定：形象进度");
  assert.equal((await station.heads(diary)).image_progress.length, 3, "nothing was saved");
  await side("主体二层").check();
  await office.page.getByRole("button", { name: "保存 2 项决定" }).click();
  await office.sees("这份记录没有冲突");
  await until(async () => (await station.heads(diary)).image_progress.length === 1);
  const heads = await station.heads(diary);
  assert.deepEqual(heads.image_progress.map(({ value }) => value), ["主体二层"]);
  assert.deepEqual(heads["crew/钢筋工"].map(({ value }) => value), [8]);
  assert.ok(JSON.stringify(heads.reason).includes("电话核实：三层尚未支模"));
});

test("texts of both are offered as one, marked as a proposal, and another may be written", async () => {
  const design = randomUUID();
  const base = "加宽走廊，楼梯移到东侧。";
  await first.write("design_change", design, { project: PROJECT, content: base });
  const [head] = (await station.heads(design)).content;
  for (const [clerk, text] of [[first, `按图审意见。${base}`], [second, "加宽走廊，楼梯移到东侧，加装扶手。"]]) {
    await clerk.write("design_change", design, { content: text }, { replaces: { content: [head.edit] } });
  }
  await office.go(`/settle/${design}`);
  await office.page.locator(".side.proposal").waitFor();
  assert.match(await office.page.locator(".side.proposal").innerText(), /按图审意见。加宽走廊.*加装扶手/s);
  await office.page.getByRole("radio", { name: /另写一个/ }).check();
  await office.page.getByRole("button", { name: "合起来（建议）" }).click();
  const own = office.page.locator(".contested-field textarea");
  await own.fill(`${await own.inputValue()}费用不变。`);
  await office.page.getByRole("button", { name: "保存 1 项决定" }).click();
  await office.sees("这份记录没有冲突");
  await until(async () => (await station.heads(design)).content.length === 1);
  assert.match((await station.heads(design)).content.map(({ value }) => value).join("|"), /^按图审意见。加宽走廊[^|]*加装扶手。费用不变。$/);
});

test("what is held is released or refused with a reason, and a second look finds it decided", async () => {
  const before = (await office.page.request.get(`${server.url}/api/v1/held`).then((answer) => answer.json())).held.length;
  const outcomes = [
    await first.write("fund_event", randomUUID(), { project: PROJECT, type: "申请", amount: 1_200_000, voucher: "记-0312", reason: "进度款" }),
    await first.write("fund_event", randomUUID(), { project: PROJECT, type: "申请", amount: 3_400_000, voucher: "记-0313", reason: "进度款" }),
  ];
  assert.deepEqual(outcomes.map(({ outcome }) => outcome), ["held", "held"]);
  await office.go("/held");
  await office.page.locator("a[data-line]").nth(before + 1).waitFor();
  assert.deepEqual(await office.wrong("held"), []);
  await office.page.locator("a[data-line]").nth(before).click();
  await office.sees("没有填写的权限");
  assert.deepEqual(await office.wrong("held-one"), []);
  const number = office.page.url().split("/").pop();
  await office.page.getByRole("button", { name: /^退回/ }).click();
  await office.sees("退回要写明原因");
  await office.page.getByLabel(/^说明/).fill("申请由校长提交");
  await office.page.getByRole("button", { name: /^退回/ }).click();
  await until(() => !office.page.url().endsWith(`/${number}`));
  await office.sees("已保存，接着下一份");
  await office.page.getByRole("button", { name: "放行，记入台账" }).click();
  await until(async () => (await office.page.request.get(`${server.url}/api/v1/held`).then((answer) => answer.json())).held.length === before);
  await office.go(`/held/${number}`);
  await office.sees("已退回");
  await office.sees("申请由校长提交");
});
