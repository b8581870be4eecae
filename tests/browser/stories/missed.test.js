/** The days that were missed: the phone and the office reckon them by the same rule. */

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { Clerk } from "../harness/clerk.js";
import { scene } from "../harness/scene.js";
import { PROJECT } from "../harness/server.js";

const { server, phone } = await scene();

const daysAgo = (days) => new Date(Date.now() - days * 86_400_000);
const dayOf = (moment) => new Date(moment.getTime() + 8 * 3_600_000).toISOString().slice(0, 10);

/** The phone's days are those of the place. */
async function isInChina() {
  const debug = await phone.context.newCDPSession(phone.page);
  await debug.send("Emulation.setTimezoneOverride", { timezoneId: "Asia/Shanghai" });
}

/** How many days of each project were missed, as its card says. */
async function missedOnPhone() {
  const cards = await phone.page.locator("section.card", { has: phone.page.locator(".todo") }).all();
  const said = await Promise.all(cards.map(async (card) => [await card.locator("h2").innerText(), await card.locator(".missed .tag").allInnerTexts()]));
  return Object.fromEntries(said.map(([name, [text]]) => [name, Number(/漏写 (\d+) 天/.exec(text ?? "漏写 0 天")[1])]));
}

/** How many days of each of these projects lack a diary, as the office counts. */
async function missedAtOffice(office, names) {
  const { groups } = await office.ask("GET", "/api/v1/indicators?by=project&codes=diaries_missing&limit=1000");
  const counted = new Map(groups.map(({ name, figures }) => [name, figures.diaries_missing?.numerator ?? 0]));
  return Object.fromEntries(names.map((name) => [name, counted.get(name) ?? 0]));
}

test("the phone misses as many days as the office counts, and none from before a project came into the ledger", async () => {
  const office = await Clerk.of(server, "gaibo");
  const school = (await office.heads(PROJECT)).school[0].value;
  const [late, unstarted, accepted] = [randomUUID(), randomUUID(), randomUUID()];
  const names = { [late]: "演示后入账项目", [unstarted]: "演示未开工项目", [accepted]: "演示已验收项目" };
  const project = (id, days) => office.writeAll([["project", id, { name: names[id], school, class: "building", work_type: "改扩建" }]], { at: daysAgo(days) });
  const starts = (id, days) => office.write("stage_event", randomUUID(), { project: id, stage: "开工", date: dayOf(daysAgo(days)) });
  await project(late, 3);
  await starts(late, 20);
  await project(unstarted, 20);
  await project(accepted, 20);
  await starts(accepted, 20);
  await office.write("acceptance", randomUUID(), { project: accepted, part: "全部工程", date: dayOf(daysAgo(16)), conclusion: "合格" });
  server.run("user", "grant", "rizhi-a", ...Object.keys(names).flatMap((id) => ["--role", "school_team", "--at", `project:${id}`]));
  await isInChina();
  await phone.enrolBy(server.codes("rizhi-a").link);
  await phone.isSynced();
  await phone.sees(names[accepted]);
  const missed = await missedOnPhone();
  assert.deepEqual(missed, await missedAtOffice(office, Object.keys(missed)));
  assert.equal(Object.keys(missed).length, 4);
  assert.deepEqual(Object.values(names).map((name) => missed[name]), [3, 0, 5]);
});
