/** A phone: Chromium with a profile of its own at the size of a cheap one. It can be killed. */

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";

export const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
export const FLAGS = [
  "--headless=new",
  "--no-sandbox",
  "--disable-gpu",
  // As on a phone, where they take no room.
  "--hide-scrollbars",
  "--disable-quic",
  "--disable-dev-shm-usage",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  // A camera that shows a pattern, for whoever scans.
  "--use-fake-device-for-media-stream",
  "--use-fake-ui-for-media-stream",
];
const ANDROID =
  "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Mobile Safari/537.36";
/** How long anything on the screen may take, in milliseconds: a slow machine is no fault. */
export const PATIENCE = Number(process.env.PATIENCE ?? 60_000);

export class Phone {
  static async start(url, { width = 360, height = 640, userAgent = ANDROID, flags = [] } = {}) {
    const phone = new Phone();
    Object.assign(phone, { url, width, height, userAgent, flags, faults: [] });
    phone.profile = mkdtempSync(join(tmpdir(), "siteledger-phone-"));
    await phone.open();
    return phone;
  }

  /** Opens the browser on the profile as it is, and the app in it. */
  async open(path = "/") {
    const args = [...FLAGS, ...this.flags, `--user-agent=${this.userAgent}`, "--remote-debugging-port=0"];
    this.process = spawn(CHROMIUM, [...args, `--user-data-dir=${this.profile}`, "about:blank"], {
      stdio: ["ignore", "ignore", "pipe"],
      detached: true,
    });
    process.once("exit", () => this.#signal("SIGKILL"));
    this.browser = await chromium.connectOverCDP(await this.#address());
    this.context = this.browser.contexts()[0];
    this.context.setDefaultTimeout(PATIENCE);
    this.page = this.context.pages()[0] ?? (await this.context.newPage());
    await this.page.setViewportSize({ width: this.width, height: this.height });
    this.page.on("pageerror", (error) => this.faults.push(error.stack ?? String(error)));
    await this.go(path);
    // Chromium keeps a page that is left while it makes its database, and with it the database locked.
    await this.page.locator("#app main > *").first().waitFor();
  }

  /** Another phone in the same browser, with storage of its own. It ends with this one. */
  async beside() {
    const phone = new Phone();
    const { url, width, height, userAgent, flags, faults, browser } = this;
    Object.assign(phone, { url, width, height, userAgent, flags, faults, browser });
    phone.context = await browser.newContext({ userAgent, viewport: { width, height } });
    phone.context.setDefaultTimeout(PATIENCE);
    phone.page = await phone.context.newPage();
    phone.page.on("pageerror", (error) => faults.push(error.stack ?? String(error)));
    await phone.go("/");
    await phone.page.locator("#app main > *").first().waitFor();
    return phone;
  }

  #address() {
    return new Promise((resolve, reject) => {
      let said = "";
      this.process.stderr.on("data", (bytes) => {
        said += bytes;
        const found = /DevTools listening on (ws:\S+)/.exec(said);
        if (found) {
          resolve(found[1]);
        }
      });
      this.process.once("exit", () => reject(new Error(`Chromium ended: ${said}`)));
    });
  }

  /** Goes to a path of the app, such as `/#/sync`. */
  async go(path) {
    await this.page.goto(`${this.url}${path}`);
  }

  /** Kills the browser as a phone does that needs the memory: nothing is told, nothing is finished. */
  async kill() {
    const ended = new Promise((resolve) => this.process.once("exit", resolve));
    this.#signal("SIGKILL");
    await ended;
  }

  #signal(signal) {
    try {
      process.kill(-this.process.pid, signal);
    } catch {
      // It ended by itself.
    }
  }

  async stop() {
    await this.kill();
    rmSync(this.profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }

  // What hands and eyes do ------------------------------------------------------------------------

  text(text) {
    return this.page.getByText(text).first();
  }

  async sees(text) {
    await this.text(text).waitFor();
  }

  async tap(name) {
    await this.page.getByRole("button", { name }).first().click();
  }

  async follow(name) {
    await this.page.getByRole("link", { name }).first().click();
  }

  async type(label, text) {
    await this.page.getByLabel(label).first().fill(text);
  }

  /** Opens the link of an enrolment's QR code and enrols. */
  async enrolBy(link) {
    await this.page.goto("about:blank");
    await this.page.goto(link);
    await this.tap(/^(登记|Enrol)$/);
    await this.page.getByRole("link", { name: /^(开始|Begin)$/ }).click();
  }

  /** The system says that the network is back, as it does on a phone; else the app tries when it planned to. */
  async hearsOfNetwork() {
    await this.page.evaluate(() => void dispatchEvent(new Event("online")));
  }

  /** Waits until the first sync is through, with all that belongs to the owner. */
  async isSynced() {
    await this.page.locator(".line-link.good").waitFor();
  }

  /** Waits until the app works without a line. */
  async isReadyOffline() {
    await this.page.evaluate(async () => void (await navigator.serviceWorker.ready));
    await this.page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  }

  /** What the device stores of itself, straight from IndexedDB. */
  async stored() {
    const phone = (await this.#row("device", "it"))?.phone;
    const photos = phone === undefined ? [] : await this.#row("photos");
    return phone && { ...phone, photos: Object.fromEntries(photos.map((photo) => [photo.sha256, photo])) };
  }

  /** Whether what the device stores in a table under that id holds a text. */
  async holds(table, id, text) {
    const row = await this.#row(table, id);
    return row !== undefined && JSON.stringify(row).includes(text);
  }

  /** One row of a table, or all of them. */
  #row(table, id) {
    return this.page.evaluate(
      ([table, id]) =>
        new Promise((resolve, reject) => {
          const opening = indexedDB.open("siteledger");
          opening.onerror = () => reject(opening.error);
          opening.onsuccess = () => {
            const db = opening.result;
            const rows = db.transaction(table).objectStore(table);
            const asking = id === undefined ? rows.getAll() : rows.get(id);
            asking.onsuccess = () => {
              db.close();
              resolve(asking.result);
            };
          };
        }),
      [table, id],
    );
  }
}
