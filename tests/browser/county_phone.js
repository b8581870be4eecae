/**
 * How long the pages of a county's phone take, from the tap until they are drawn, with 2,000 findings that were
 * mostly closed: figures to be recorded, no gate. `npm run county-phone`.
 */

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { Clerk } from "./harness/clerk.js";
import { Phone } from "./harness/phone.js";
import { PROJECT, Server } from "./harness/server.js";

const PROJECTS = 40;
const FINDINGS = 2_000;
const OPEN = 60;
/** How much slower than here, and how often each page is opened. */
const SLOWER = [1, 4];
const TIMES = 5;

const server = await Server.start();
const phone = await Phone.start(server.url);
try {
  const [open, closed] = await fillCounty();
  const began = performance.now();
  await phone.enrolBy(server.codes("dudao").link);
  await phone.page.locator(".write").first().waitFor();
  await phone.isSynced();
  console.log(`the first sync: ${Math.round(performance.now() - began)} ms`);
  const debug = await phone.context.newCDPSession(phone.page);
  const pages = [
    ["today", "#/", ".write"],
    ["an open finding", `#/record/${open}`, "article .values"],
    ["a closed finding", `#/record/${closed}`, "article .values"],
    ["its form", `#/write/finding/${open}`, "form.form"],
    ["where to begin", "#/write/finding", ".form > button.button"],
    ["records", "#/records", ".record-line"],
  ];
  for (const rate of SLOWER) {
    await debug.send("Emulation.setCPUThrottlingRate", { rate });
    for (const [name, hash, drawn] of pages) {
      const took = [];
      for (let time = 0; time < TIMES; time += 1) {
        took.push(await phone.page.evaluate(openPage, [hash, drawn]));
      }
      console.log(`at 1/${rate} of the speed, ${name}: ${took.sort((a, b) => a - b).join(" ")} ms`);
    }
  }
} finally {
  await phone.stop();
  await server.stop();
}

/** Findings with what was said of them, in several projects; gives back an open one and a closed one. */
async function fillCounty() {
  const [office, inspection, team] = [await Clerk.of(server, "gaibo"), await Clerk.of(server, "dudao"), await Clerk.of(server, "rizhi-a")];
  const { record } = await office.ask("GET", `/api/v1/records/${PROJECT}`);
  const school = record.fields.school[0].value;
  const projects = Array.from({ length: PROJECTS }, () => randomUUID());
  await office.writeAll(projects.map((project, place) => ["project", project, { name: `演示第${place + 1}标段`, school, class: "building", work_type: "改扩建" }]));
  server.run("user", "grant", "rizhi-a", ...projects.flatMap((project) => ["--role", "school_team", "--at", `project:${project}`]));
  const cases = Array.from({ length: FINDINGS }, (_, number) => {
    const [finding, rectification] = [randomUUID(), randomUUID()];
    return { number, finding, rectification, at: { project: projects[number % PROJECTS], school } };
  });
  const day = (back) => new Date(Date.now() - back * 86_400_000).toISOString().slice(0, 10);
  const found = { source: "professional", category: "安全", severity: "一般", responsible: "演示建筑公司" };
  await writeAll(inspection, cases.map(({ number, finding, at }) => [
    "finding",
    finding,
    { ...at, ...found, description: `二层外脚手架连墙件缺失，第${number + 1}次提醒`, found_on: day(number % 300), deadline: day((number % 300) - 15) },
  ]));
  await writeAll(team, cases.map(({ number, finding, rectification, at }) => ["rectification", rectification, { ...at, finding, measures: "已补齐，重新验收", done_on: day(number % 200) }]));
  await writeAll(inspection, cases.slice(OPEN).map(({ number, finding, rectification, at }) => ["verification", randomUUID(), { ...at, finding, rectification, result: "通过", date: day(number % 200) }]));
  return [cases[0].finding, cases.at(-1).finding];
}

/** In pieces that the server takes in one request. */
async function writeAll(clerk, records) {
  for (let from = 0; from < records.length; from += 200) {
    const outcomes = await clerk.writeAll(records.slice(from, from + 200));
    assert.ok(outcomes.every(({ outcome }) => outcome === "accepted"), JSON.stringify(outcomes[0]));
  }
}

/** In the browser: opens a page from another one; how many milliseconds until it is drawn. */
async function openPage([hash, drawn]) {
  location.hash = "#/me";
  await new Promise((resolve) => setTimeout(resolve, 800));
  const began = performance.now();
  location.hash = hash;
  while (document.querySelector(drawn) === null) {
    await new Promise((resolve) => requestAnimationFrame(resolve));
  }
  return Math.round(performance.now() - began);
}
