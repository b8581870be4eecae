/** Every screen for everybody: axe finds nothing, targets are as large as a thumb, nothing runs off the screen. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { test } from "node:test";
import { Clerk } from "../harness/clerk.js";
import { inGuises } from "../harness/guise.js";
import { scene } from "../harness/scene.js";
import * as screens from "../harness/screens.js";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
/** Below that a thumb misses, in CSS pixels. */
const THUMB = 48;

/** Colours differ in the dark, words in English, and room with large text; the rest is the same page. */
const GUISES = [
  { name: "by day", rules: undefined },
  { name: "in the dark", scheme: "dark", rules: ["color-contrast"] },
  { name: "in English", language: "en", rules: [] },
  { name: "with text twice as large", text: 200, rules: [] },
];
/** Forms and records of all kinds are made of the same parts: what colours these have is seen elsewhere. */
const GUISES_OF_KINDS = [GUISES[0], { name: "in English, twice as large", language: "en", text: 200, rules: [] }];

const { server, phone } = await scene();
const seen = new Set();
/** What is wrong, by screen: told all at once. */
let wrong = [];

/** What axe finds on the page as it stands. */
async function violations(page, rules) {
  if (rules?.length === 0) {
    return [];
  }
  // By the debugger's line, so that the page's policy on scripts stays as it is.
  if (!(await page.evaluate("globalThis.axe !== undefined"))) {
    await page.evaluate(`${AXE}; undefined`);
  }
  const found = await page.evaluate(
    (rules) => axe.run(document, { resultTypes: ["violations"], ...(rules ? { runOnly: { type: "rule", values: rules } } : {}) }),
    rules,
  );
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target).join(", ")}`);
}

/** Targets that are too small, by the words on them. A link inside a sentence is as high as its line. */
function smallTargets(page) {
  return page.evaluate((thumb) => {
    const targets = [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary")];
    const isSmall = (element) => {
      const target = element.closest("label") ?? element;
      const { width, height } = target.getBoundingClientRect();
      const isShown = width > 1 && height > 1 && getComputedStyle(target).visibility !== "hidden";
      return isShown && (width < thumb - 0.5 || height < thumb - 0.5) && element.closest("p") === null;
    };
    return targets.filter(isSmall).map((element) => `too small: ${element.tagName} ${element.className} ${element.textContent?.trim().slice(0, 20)}`);
  }, THUMB);
}

/** What lies beyond the screen's edge, or is cut off within its own. */
function overflow(page) {
  return page.evaluate(() => {
    const beyond = document.documentElement.scrollWidth - document.documentElement.clientWidth;
    const cut = [...document.querySelectorAll("button, .button, .chip, .tag, h1, h2, h3, legend")].filter(
      (element) => element.clientWidth > 1 && !element.classList.contains("spoken") && element.scrollWidth > element.clientWidth + 1,
    );
    const lines = cut.map((element) => `cut off: ${element.tagName} ${element.className} ${element.textContent?.trim().slice(0, 20)}`);
    return [...(beyond > 0 ? [`${beyond} pixels beyond the edge`] : []), ...lines];
  });
}

async function see(name, { page }, guises = GUISES) {
  await page.locator("main .opening").waitFor({ state: "detached" });
  await page.locator("main > *").first().waitFor();
  await inGuises(page, guises, async ({ name: how, rules }) => {
    const found = [...(await violations(page, rules)), ...(await smallTargets(page)), ...(await overflow(page))];
    wrong.push(...found.map((what) => `${name} ${how}: ${what}`));
  });
}

const of = (it) => (name) => see(name, it);
const kindsOf = (it) => (name) => see(name, it, GUISES_OF_KINDS);

function isFine() {
  const found = wrong;
  wrong = [];
  assert.deepEqual(found, []);
}

let principal, inspector;

test("joining, and every page of who writes diaries", async () => {
  await screens.joining(server, phone, of(phone));
  await screens.pages(phone, of(phone));
  isFine();
});

test("a diary in the middle of being written, its sheets, and every form of a school", async () => {
  await screens.writing(phone, of(phone));
  await screens.forms(phone, kindsOf(phone), seen);
  isFine();
});

test("records in each state, with the sheets for signing", async () => {
  await screens.states(server, phone, of(phone));
  isFine();
});

test("a finding answered and looked at again, a photo that is refused, what the office holds and refuses, what a principal sends back", async () => {
  const [other, ...others] = await phones("rizhi-a-2", "xiaozhang", "dudao");
  [principal, inspector] = others;
  await screens.findings(other, inspector, see);
  await screens.refusedPhoto(other, of(other));
  await screens.heldBox(server, principal, of(principal));
  await screens.sendingBack(principal, of(principal));
  isFine();
});

test("the forms of everybody else, and a record of each kind", async () => {
  const [office, station] = await phones("gaibo", "zhuangbei");
  await screens.pages(office, of(office), ["/#/", "/#/records", "/#/me"]);
  // A county goes by its name and not by its code.
  await office.sees("改薄办 上杭县");
  for (const it of [principal, office, station, inspector]) {
    await screens.forms(it, kindsOf(it), seen);
    await screens.edits(it, kindsOf(it), seen);
  }
  await screens.desk(server, office, inspector, (name, it) => see(name, it, GUISES_OF_KINDS), seen);
  isFine();
  const { kinds } = await (await Clerk.of(server, "lingdao")).ask("GET", "/api/v1/schema");
  assert.deepEqual(kinds.map(({ name }) => name).filter((kind) => !seen.has(kind)), []);
});

test("a phone that has no room left says so wherever something is to be kept", async () => {
  await screens.full(phone, of(phone));
  isFine();
});

test("a phone without a line, in a strange Wi-Fi, with all of it at the office, and on an idle day", async () => {
  await screens.alone(server, phone, of(phone));
  await screens.idleDay(phone, of(phone));
  isFine();
});

test("twelve projects with long names, and sixty records", async () => {
  await screens.crowded(server, phone, see);
  isFine();
});

test("a new version, and a phone that is let in no more", async () => {
  await screens.last(server, principal, of(principal), "xiaozhang");
  isFine();
});

async function phones(...names) {
  const all = [];
  for (const name of names) {
    all.push(await screens.phoneOf(server, phone, name));
  }
  return all;
}
