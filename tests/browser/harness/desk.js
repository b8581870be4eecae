/** A desk: a browser at the size of an office screen, and somebody who signs in with a name and a password. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";
import { CHROMIUM, FLAGS, PATIENCE } from "./phone.js";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
/** A password that is good enough for the server. */
const PASSWORD = "abcd-efgh-jkmn-pqrt";

/** The screens that pages are looked at on: an office's, a tablet's, a phone's. */
export const SCREENS = [
  [1366, 768],
  [768, 1024],
  [360, 640],
];

export class Desk {
  /** Opens the office in a browser of its own. */
  static async open(server) {
    const desk = new Desk();
    desk.server = server;
    desk.faults = [];
    desk.browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
    desk.context = await desk.browser.newContext({ viewport: { width: 1366, height: 768 }, locale: "zh-CN", timezoneId: "Asia/Shanghai" });
    desk.context.setDefaultTimeout(PATIENCE);
    desk.page = await desk.context.newPage();
    desk.page.on("pageerror", (error) => desk.faults.push(error.stack ?? String(error)));
    await desk.go("");
    return desk;
  }

  /** Opens it and signs somebody in. */
  static async of(server, name) {
    const desk = await Desk.open(server);
    await desk.signIn(name);
    return desk;
  }

  /** Goes to a page of the office, such as `/list/diary`. */
  async go(path) {
    await this.page.goto(`${this.server.url}/office${path}`);
  }

  async signIn(name, password = passwordOf(this.server, name)) {
    await this.page.getByLabel("登录名").fill(name);
    await this.page.getByLabel("密码").fill(password);
    await this.page.getByRole("button", { name: "登录" }).click();
    await this.page.locator(".office-frame").waitFor();
  }

  async sees(text) {
    await this.page.getByText(text).first().waitFor();
  }

  async follow(name) {
    await this.page.getByRole("link", { name }).first().click();
  }

  /** What a form's hands need, as on a phone. */
  async tap(name) {
    await this.page.getByRole("button", { name }).first().click();
  }

  async press(...keys) {
    for (const key of keys) {
      await this.page.keyboard.press(key);
    }
  }

  /** Waits until all that was saved here has arrived. */
  async isSent() {
    await this.page.locator(".office-line", { hasText: "已全部送到" }).waitFor();
  }

  /** What is wrong with the page on each screen, by day and in the dark: barriers, and what lies beyond the edge. */
  async wrong(name) {
    const found = [];
    await this.page.locator("main .opening").waitFor({ state: "detached" });
    for (const [width, height] of SCREENS) {
      await this.page.setViewportSize({ width, height });
      for (const colorScheme of ["light", "dark"]) {
        await this.page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
        found.push(...(await barriers(this.page)).map((what) => `${name} ${width} ${colorScheme}: ${what}`));
      }
      const beyond = await this.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      found.push(...(beyond > 0 ? [`${name} ${width}: ${beyond} pixels beyond the edge`] : []));
    }
    await this.page.emulateMedia({ colorScheme: "light" });
    await this.page.setViewportSize({ width: 1366, height: 768 });
    await this.shoot(name);
    return found;
  }

  /** A picture of the page on each screen, where `SCREENS_OF_DESKS` names a folder for them. */
  async shoot(name) {
    const folder = process.env.SCREENS_OF_DESKS;
    if (folder !== undefined) {
      for (const [width, height] of SCREENS) {
        await this.page.setViewportSize({ width, height });
        await this.page.screenshot({ path: `${folder}/${name}-${width}.png` });
      }
      await this.page.setViewportSize({ width: 1366, height: 768 });
    }
  }

  async close() {
    await this.browser.close();
    assert.deepEqual(this.faults, []);
  }
}

/** Gives somebody a password, and tells it. Whoever is signed in as them is not any more. */
export function passwordOf(server, name) {
  server.tell(PASSWORD, "user", "password", name, "--password-stdin");
  return PASSWORD;
}

async function barriers(page) {
  // By the debugger's line, so that the page's policy on scripts stays as it is.
  if (!(await page.evaluate("globalThis.axe !== undefined"))) {
    await page.evaluate(`${AXE}; undefined`);
  }
  const found = await page.evaluate(() => axe.run(document, { resultTypes: ["violations"] }));
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 4).map((node) => node.target).join(", ")}`);
}
