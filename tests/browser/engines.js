/**
 * A phone's day in the other browsers' engines: WebKitGTK, which is as near to iOS Safari as a machine without
 * iOS comes, and Firefox. Enrols, writes a diary with a photo without a line, opens the app again without one,
 * and sends it. `npm run engines [webkit|firefox …]`, by hand: it takes `webkit2gtk-driver`, `firefox-esr` and
 * `xvfb` of Debian, and `geckodriver` (`cargo install geckodriver`).
 */

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Builder, Capabilities } from "selenium-webdriver";
import { Clerk } from "./harness/clerk.js";
import { picture } from "./harness/form.js";
import { Hand } from "./harness/hand.js";
import { Server } from "./harness/server.js";
import { until } from "./harness/until.js";

const ENGINES = {
  webkit: {
    program: "WebKitWebDriver",
    port: 9515,
    capabilities: { browserName: "MiniBrowser", "webkitgtk:browserOptions": { binary: "/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser", args: ["--automation"] } },
  },
  firefox: {
    program: "geckodriver",
    port: 4444,
    capabilities: { browserName: "firefox", "moz:firefoxOptions": { binary: "/usr/bin/firefox-esr", args: ["-headless", "-width", "412", "-height", "915"] } },
  },
};
const asked = process.argv.slice(2);

for (const name of asked.length > 0 ? asked : Object.keys(ENGINES)) {
  const engine = ENGINES[name];
  assert.ok(engine, `there is no engine ${name} here, but ${Object.keys(ENGINES).join(", ")}`);
  await play(name, engine);
}

async function play(name, { program, port, capabilities }) {
  const server = await Server.start();
  const driver = spawn(program, [`--port=${port}`], { stdio: ["ignore", "ignore", "inherit"], env: { ...process.env, LANG: "zh_CN.UTF-8" } });
  const folder = mkdtempSync(join(tmpdir(), "siteledger-engine-"));
  let browser;
  try {
    await until(() => isThere(port));
    browser = await new Builder().usingServer(`http://127.0.0.1:${port}`).withCapabilities(new Capabilities(capabilities)).build();
    const version = (await browser.getCapabilities()).get("browserVersion");
    const hand = new Hand(browser, name);
    const began = Date.now();
    const id = await writesWithoutLine(server, hand, folder);
    await sendsIt(server, hand, id);
    console.log(`${name} ${version}: enrolled, wrote without a line with a photo, opened again without one, all at the office; ${((Date.now() - began) / 1000).toFixed(0)} s, ${hand.shots} screens`);
  } catch (error) {
    await browser?.takeScreenshot().then((png) => writeFileSync(join(tmpdir(), `siteledger-engine-${name}.png`), png, "base64"), () => undefined);
    throw error;
  } finally {
    await browser?.quit().catch(() => undefined);
    driver.kill();
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function isThere(port) {
  return fetch(`http://127.0.0.1:${port}/status`).then((response) => response.ok, () => false);
}

/** Enrols, loses the line, and writes the first missed day with a photo. */
async function writesWithoutLine(server, hand, folder) {
  await hand.go(server.codes("rizhi-a").link);
  await hand.tap("button", "登记");
  await hand.tap("a", "开始");
  await hand.waits(".missed .chip");
  await hand.shoot("today");
  await hand.isReadyOffline();
  server.line.cut();
  await hand.touch(".missed .chip");
  await hand.waits("form.form");
  const id = (await hand.address()).split("/").pop();
  await hand.chip("work_status", "施工");
  await hand.chip("weather_am", "多云");
  for (const question of ["isolation_ok", "safety_ok", "quality_ok"]) {
    await hand.touchIn(question, ".answer.good");
  }
  await hand.write("progress_text", "二层柱钢筋绑扎完成，开始支模");
  const file = join(folder, "IMG_1.png");
  writeFileSync(file, picture(1).buffer);
  await hand.gives("photos", file);
  await hand.waits(".photo-face");
  await hand.shoot("form");
  await hand.tap("button", "保存");
  await hand.waits("article");
  await hand.says("在手机里，等待发送");
  // Closed and opened again, with no line: the app comes out of the phone, and with it what was written.
  await hand.again();
  await hand.waits("article");
  await hand.says("二层柱钢筋绑扎完成，开始支模");
  await hand.shoot("without-line");
  return id;
}

/** The line is back: the diary goes, then its photo, and the office has both. */
async function sendsIt(server, hand, id) {
  server.line.restore();
  await hand.run("dispatchEvent(new Event('online'))");
  await hand.says("办公室已收到");
  await hand.says("照片 1/1 张已到办公室");
  await hand.shoot("sent");
  const office = await Clerk.of(server, "zhuangbei");
  const { record } = await office.ask("GET", `/api/v1/records/${id}`);
  assert.match(JSON.stringify(record), /二层柱钢筋绑扎完成，开始支模/);
}
