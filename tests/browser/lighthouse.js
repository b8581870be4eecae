/**
 * What Lighthouse says of the first load, with its mobile throttling, on the real server: figures to be
 * recorded, no gate. `npm run lighthouse`; a release build makes little difference, since the server
 * only hands out what is built in.
 */

import { launch } from "chrome-launcher";
import lighthouse from "lighthouse";
import { CHROMIUM, FLAGS } from "./harness/phone.js";
import { Server } from "./harness/server.js";

const server = await Server.start();
const chrome = await launch({ chromePath: CHROMIUM, chromeFlags: FLAGS });
try {
  const { lhr } = await lighthouse(server.url, { port: chrome.port, onlyCategories: ["performance", "accessibility", "best-practices"] });
  for (const { title, score } of Object.values(lhr.categories)) {
    console.log(`${title} ${Math.round(score * 100)}`);
  }
  for (const name of ["first-contentful-paint", "largest-contentful-paint", "interactive", "total-blocking-time", "cumulative-layout-shift", "total-byte-weight"]) {
    console.log(`${name} ${lhr.audits[name]?.displayValue}`);
  }
  for (const { id, score, title, explanation } of Object.values(lhr.audits)) {
    if (score !== null && score < 0.9) {
      console.log(`below 90: ${id} ${score} ${title} ${explanation ?? ""}`);
    }
  }
} finally {
  chrome.kill();
  await server.stop();
}
