/**
 * A day at the county's office on the demonstration, by those whose desks they are and mostly by the keyboard: ten
 * reviews, two conflicts, a held change, an overdue finding taken to interview, a payment with its two keys.
 */

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, test } from "node:test";
import { Clerk } from "../harness/clerk.js";
import { Desk } from "../harness/desk.js";
import { PROJECT, Server } from "../harness/server.js";
import { until } from "../harness/until.js";

const server = await Server.start();
const [principal, office, finance] = [await Desk.of(server, "xiaozhang"), await Desk.of(server, "gaibo"), await Desk.of(server, "caizheng")];
const [auditor, first, second] = [await Clerk.of(server, "shenji"), await Clerk.of(server, "rizhi-a"), await Clerk.of(server, "rizhi-b")];
after(async () => {
  for (const desk of [principal, office, finance]) {
    await desk.close();
  }
  await server.stop();
});

/** What waits at a desk in a group, as the server has it. */
async function waits(desk, code) {
  const answer = await desk.page.request.get(`${server.url}/api/v1/desk/${code}?limit=500`);
  assert.ok(answer.ok(), await answer.text());
  return answer.json();
}

/** Opens the first line of a group from the desk, by the keyboard alone. */
async function open(desk, code) {
  await desk.go("");
  await desk.page.locator(`#${code} a[data-line]`).first().waitFor();
  while (!(await desk.page.evaluate((code) => document.activeElement?.closest("section.group")?.id === code, code))) {
    await desk.press("j");
  }
  await desk.press("Enter");
}

/** Signs what is open as it is proposed, and waits until something else is. */
async function sign(desk) {
  await desk.page.locator("table.fields").waitFor();
  const here = desk.page.url();
  await desk.press("c");
  await desk.page.locator("dialog[open] button[type=submit]:focus").waitFor();
  await desk.press("Enter");
  await until(() => desk.page.url() !== here);
}

test("a principal confirms ten diaries from the desk, each with two keys", async () => {
  const { count, lines } = await waits(principal, "diaries_to_confirm");
  const ten = Math.min(10, count);
  assert.ok(ten > 0, "diaries wait to be confirmed");
  await principal.go("/desk/diaries_to_confirm");
  await principal.page.locator("a[data-line]").first().waitFor();
  await principal.press("j", "Enter");
  for (let done = 0; done < ten; done += 1) {
    await sign(principal);
  }
  await principal.isSent();
  const left = await waits(principal, "diaries_to_confirm");
  assert.equal(left.count, count - ten);
  assert.ok(lines.slice(0, ten).every(({ record }) => left.lines.every((line) => line.record !== record)), "those ten are done");
});

test("two conflicts are settled without the mouse, one after the other", async () => {
  for (const [drawing, other] of [["结施-01", "结施-01改"], ["建施-07", "建施-08"]]) {
    const record = randomUUID();
    await first.write("design_change", record, { project: PROJECT, reason: "按图审意见", drawing });
    await second.write("design_change", record, { project: PROJECT, drawing: other });
  }
  const before = (await waits(office, "conflicts")).count;
  await open(office, "conflicts");
  for (let settled = 0; settled < 2; settled += 1) {
    await office.page.locator(".contested-field input[type=radio]:focus").waitFor();
    const here = office.page.url();
    for (const field of await office.page.locator(".contested-field").all()) {
      await field.locator("input[type=radio]").first().focus();
      await office.press("Space");
    }
    await office.page.getByLabel(/要写明原因|为什么这样定/).focus();
    await office.page.keyboard.type("电话核实过");
    await office.press("Control+Enter");
    await until(() => office.page.url() !== here);
  }
  await office.isSent();
  await until(async () => (await waits(office, "conflicts")).count === before - 2);
});

test("what was held is refused with a reason by the keyboard, and its author reads why", async () => {
  const record = randomUUID();
  const outcome = await first.write("fund_event", record, { project: PROJECT, type: "申请", amount: 560_000, voucher: "记-0401" });
  assert.equal(outcome.outcome, "held");
  const before = await waits(office, "held");
  await office.go("/held");
  await office.page.locator("a[data-line]").nth(before.count - 1).waitFor();
  await office.press("k", "Enter");
  await office.sees("没有填写的权限");
  await office.press("r");
  await office.page.locator("textarea:focus").waitFor();
  await office.page.keyboard.type("申请由校长提交");
  await office.press("Control+Enter");
  await until(async () => (await waits(office, "held")).count === before.count - 1);
});

test("an overdue finding is taken to interview with what is known of it, and the list goes on", async () => {
  await open(office, "findings_overdue");
  await office.page.locator("table.fields").waitFor();
  const finding = office.page.url().split("/").pop();
  await office.press("i");
  await office.page.locator("form.form").waitFor();
  assert.deepEqual(await office.wrong("write-interview"), []);
  await office.press("Control+Enter");
  await office.sees("已保存，接着下一份");
  await office.isSent();
  const { records } = await auditor.ask("GET", "/api/v1/records?kind=interview&fields=findings,causes,unit&limit=200");
  const talk = records.find(({ fields }) => fields.findings?.includes(finding));
  assert.ok(talk, "the interview names the finding");
  assert.match(talk.fields.causes.join(), /逾期 \d+ 天未整改/);
});

test("a payment gets the key of education and then that of finance, and counts", async () => {
  const [line] = (await waits(office, "payments")).lines;
  assert.ok(line, "a payment waits for the key of education");
  await open(office, "payments");
  await office.page.locator("table.fields").waitFor();
  const payment = office.page.url().split("/").pop();
  await sign(office);
  await office.isSent();
  await until(async () => (await waits(finance, "payments")).lines.some(({ record }) => record === payment));
  await finance.go("/desk/payments");
  await finance.page.locator("a[data-line]").first().waitFor();
  await finance.press("j", "Enter");
  await finance.page.locator("table.fields").waitFor();
  while (!finance.page.url().endsWith(payment)) {
    const here = finance.page.url();
    await finance.press("j");
    await until(() => finance.page.url() !== here);
    await finance.page.locator("table.fields").waitFor();
  }
  await sign(finance);
  await finance.isSent();
  const { records } = await auditor.ask("GET", `/api/v1/states/fund_event?limit=1000`);
  assert.equal(records.find(({ record }) => record === payment).state, "counted");
});
