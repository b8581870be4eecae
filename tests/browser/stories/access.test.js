/** Every page for everybody: axe finds nothing, targets are as large as a thumb, nothing runs off the screen. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { test } from "node:test";
import { scene } from "../harness/scene.js";
import { writeMissedDay } from "../harness/writing.js";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
/** Below that a thumb misses, in CSS pixels. */
const THUMB = 48;

const { server, phone } = await scene();

/** What axe finds on the page as it stands. */
async function violations() {
  // By the debugger's line, so that the page's policy on scripts stays as it is.
  await phone.page.evaluate(`if (!globalThis.axe) { ${AXE} }; undefined`);
  const found = await phone.page.evaluate(() => axe.run(document, { resultTypes: ["violations"] }));
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target).join(", ")}`);
}

/** Targets that are too small, by the words on them. A link inside a sentence is as high as its line. */
function smallTargets() {
  return phone.page.evaluate((thumb) => {
    const targets = [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary")];
    const isSmall = (element) => {
      const target = element.closest("label") ?? element;
      const { width, height } = target.getBoundingClientRect();
      const isShown = width > 1 && height > 1 && getComputedStyle(target).visibility !== "hidden";
      return isShown && (width < thumb - 0.5 || height < thumb - 0.5) && element.closest("p") === null;
    };
    return targets.filter(isSmall).map((element) => `${element.tagName} ${element.className} ${element.textContent?.trim().slice(0, 20)}`);
  }, THUMB);
}

/** How many pixels of the page lie beyond the screen's edge. */
function overflow() {
  return phone.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

async function isFine(where) {
  await phone.page.locator("main .opening").waitFor({ state: "detached" });
  await phone.page.locator("main > *").first().waitFor();
  assert.deepEqual(await violations(), [], where);
  assert.deepEqual(await smallTargets(), [], where);
  assert.ok((await overflow()) <= 0, `${where} runs off the screen`);
}

const PAGES = ["/#/", "/#/records", "/#/sync", "/#/me", "/#/support", "/#/welcome", "/#/nowhere", "/#/enrol/x"];

async function areFine(paths, how) {
  for (const path of paths) {
    await phone.go(path);
    await isFine(`${path} ${how}`);
  }
}

test("enrolment", async () => {
  await isFine("enrolment");
  await phone.page.emulateMedia({ colorScheme: "dark" });
  await isFine("enrolment in the dark");
  await phone.page.emulateMedia({ colorScheme: "light" });
});

test("every page in Chinese, by day and in the dark", async () => {
  await phone.enrolBy(server.codes("rizhi-a").link);
  await phone.sees("点日期补写");
  await writeMissedDay(phone);
  await areFine(PAGES, "by day");
  await phone.page.emulateMedia({ colorScheme: "dark" });
  await areFine(PAGES, "in the dark");
  await phone.page.emulateMedia({ colorScheme: "light" });
});

test("a form and a record", async () => {
  const record = (await phone.stored()).outbox.kept[0]?.change.record ?? (await phone.stored()).outbox.waiting[0].change.record;
  await areFine([`/#/record/${record}`, `/#/write/diary/${record}`, "/#/write/finding", "/#/write/inspection"], "by day");
});

test("every page in English, and with text twice as large", async () => {
  await phone.page.evaluate(() => localStorage.setItem("siteledger.language", "en"));
  await phone.page.reload();
  await areFine(PAGES, "in English");
  await phone.page.addInitScript(() => {
    document.addEventListener("DOMContentLoaded", () => document.documentElement.style.setProperty("font-size", "200%"));
  });
  for (const path of PAGES) {
    await phone.page.goto("about:blank");
    await phone.go(path);
    await phone.page.locator("main > *").first().waitFor();
    assert.ok((await overflow()) <= 0, `${path} runs off the screen with large text`);
  }
});
