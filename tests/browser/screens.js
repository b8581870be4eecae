/**
 * Pictures of every screen, to be looked at: `npm run screens folder [guise…]`, where a guise is such as
 * `en-dark-412x915-200` (language, scheme, size, text in percent). `ONLY=sheet` takes those whose name has
 * that in it. The walk is the one on which `stories/access.test.js` looks for barriers.
 */

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { guiseOf, inGuises } from "./harness/guise.js";
import { Phone } from "./harness/phone.js";
import { walk } from "./harness/screens.js";
import { Server } from "./harness/server.js";

const [folder = "screens", ...asked] = process.argv.slice(2);
const guises = asked.length > 0 ? asked : ["zh-light-360x640"];
const only = process.env.ONLY ?? "";
let shots = 0;

async function shoot(name, { page }) {
  shots += 1;
  if (name.includes(only)) {
    await page.locator("main .opening").waitFor({ state: "detached" });
    await page.locator("main > *").first().waitFor();
    const file = `${String(shots).padStart(3, "0")}-${name}.png`;
    await inGuises(page, guises.map(guiseOf), ({ name }) => shootWhole(page, join(folder, name, file)));
  }
}

/** The whole page, on a screen that is as long; a sheet as it stands over it. */
async function shootWhole(page, path) {
  const { width, height } = page.viewportSize();
  if ((await page.locator("dialog[open]").count()) === 0) {
    const whole = await page.evaluate(() => document.documentElement.scrollHeight);
    await page.setViewportSize({ width, height: Math.max(height, whole) });
  }
  await page.screenshot({ path });
  await page.setViewportSize({ width, height });
}

guises.forEach((guise) => mkdirSync(join(folder, guise), { recursive: true }));
const server = await Server.start();
const phone = await Phone.start(server.url);
try {
  await walk(server, phone, shoot);
  console.log(`${shots} screens in ${folder}`);
} finally {
  await phone.stop();
  await server.stop();
}
