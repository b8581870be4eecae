/**
 * The two-minute diary, played at a person's pace on a slowed phone without a network, with five photos of
 * 12 megapixels, then sent on a line of 50 kbit/s that is cut: how long it took, how many bytes went, and
 * what the office then sees. Figures to be recorded, no gate: `npm run two-minutes`. Pictures of the
 * screen go into the folder that is named, if one is.
 */

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { addPhotos, answer, choose, field, page, says, write } from "./harness/form.js";
import { Phone } from "./harness/phone.js";
import { Server } from "./harness/server.js";

/** How long somebody looks before a tap, and how long a Chinese character takes to type, in milliseconds. */
const A_TAP = 1500;
const A_CHARACTER = 400;
/** Bytes a second: 50 kbit/s. */
const PACE = 50_000 / 8;
/** Every so often, in milliseconds, the line is gone for so long. */
const CUT_EVERY = 60_000;
const CUT_FOR = 5_000;
/** How many times slower than this machine the phone is. */
const SLOWED = 4;

const folder = process.argv[2];
if (folder) {
  mkdirSync(folder, { recursive: true });
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
let shots = 0;

async function shoot(phone, name) {
  if (folder) {
    shots += 1;
    await phone.page.screenshot({ path: join(folder, `${shots}-${name}.png`), fullPage: true });
  }
}

/** What a camera makes: 4000 × 3000, a scene with grain, JPEG. */
async function photographs(phone, count) {
  const files = [];
  for (let number = 0; number < count; number += 1) {
    const base64 = await phone.page.evaluate(async (seed) => {
      const canvas = new OffscreenCanvas(4000, 3000);
      const scene = canvas.getContext("2d");
      const sky = scene.createLinearGradient(0, 0, 0, 3000);
      sky.addColorStop(0, `hsl(${200 + seed * 9}, 50%, 75%)`);
      sky.addColorStop(1, "#8a7b66");
      scene.fillStyle = sky;
      scene.fillRect(0, 0, 4000, 3000);
      for (let bar = 0; bar < 300; bar += 1) {
        scene.strokeStyle = `hsl(${(bar * 37 + seed * 51) % 360}, 25%, ${25 + (bar % 50)}%)`;
        scene.lineWidth = 4 + (bar % 40);
        scene.beginPath();
        scene.moveTo((bar * 997 + seed * 131) % 4000, 0);
        scene.lineTo((bar * 613 + seed * 711) % 4000, 3000);
        scene.stroke();
      }
      const grain = scene.getImageData(0, 0, 4000, 3000);
      for (let at = 0; at < grain.data.length; at += 4) {
        const noise = (Math.random() - 0.5) * 28;
        for (const colour of [0, 1, 2]) {
          grain.data[at + colour] += noise;
        }
      }
      scene.putImageData(grain, 0, 0);
      const bytes = new Uint8Array(await (await canvas.convertToBlob({ type: "image/jpeg", quality: 0.85 })).arrayBuffer());
      let text = "";
      for (let at = 0; at < bytes.length; at += 8192) {
        text += String.fromCharCode(...bytes.subarray(at, at + 8192));
      }
      return btoa(text);
    }, number);
    files.push({ name: `IMG_${number}.jpg`, mimeType: "image/jpeg", buffer: Buffer.from(base64, "base64") });
  }
  return files;
}

/** Every tap and every character takes as long as a person's. */
let taps = 0;
let characters = 0;
async function tapping(deed) {
  taps += 1;
  await pause(A_TAP);
  await deed();
}
async function typing(phone, name, text) {
  characters += text.length;
  await pause(A_TAP + text.length * A_CHARACTER);
  await write(phone, name, text);
}

const server = await Server.start();
const phone = await Phone.start(server.url);
try {
  await phone.enrolBy(server.codes("rizhi-a").link);
  await phone.page.locator("section.card, .write").first().waitFor();
  await phone.isReadyOffline();
  const photos = await photographs(phone, 5);
  const camera = photos.reduce((sum, photo) => sum + photo.buffer.length, 0);
  const devtools = await phone.context.newCDPSession(phone.page);
  await devtools.send("Emulation.setCPUThrottlingRate", { rate: SLOWED });
  server.line.cut();
  await phone.go("/");
  await phone.page.locator(".missed .chip").first().waitFor();
  await shoot(phone, "today");

  const began = Date.now();
  await tapping(() => phone.page.locator(".missed .chip").first().click());
  await phone.page.locator("form.form").waitFor();
  const id = phone.page.url().split("/").pop();
  await tapping(() => choose(phone, "work_status", "施工"));
  await tapping(() => choose(phone, "weather_am", "多云"));
  await tapping(() => phone.tap("下午也是多云"));
  for (const question of ["isolation_ok", "safety_ok", "quality_ok"]) {
    await tapping(() => answer(phone, question, "good"));
  }
  await typing(phone, "progress_text", "二层柱钢筋绑扎完成，开始支模");
  await typing(phone, "parts", "二层柱");
  await tapping(() => choose(phone, "image_progress", "主体二层"));
  await tapping(() => choose(phone, "crew", "钢筋工"));
  await tapping(() => field(phone, "supervisor_present").locator(".answer").first().click());
  const before = Date.now();
  await tapping(() => addPhotos(phone, "photos", photos));
  const taking = Date.now() - before - A_TAP;
  await typing(phone, "late_reason", "停电");
  await shoot(phone, "form");
  const said = await page(phone);
  await tapping(() => phone.tap(/^保存$/));
  await phone.page.locator("article").waitFor();
  const wrote = Date.now() - began;
  await says(phone, "在手机里，等待发送");
  await shoot(phone, "saved");
  console.log(`written in ${(wrote / 1000).toFixed(0)} s: ${taps} taps at ${A_TAP / 1000} s, ${characters} characters at ${A_CHARACTER / 1000} s; five photos of ${(camera / 1e6).toFixed(1)} MB in all taken in within ${(taking / 1000).toFixed(1)} s on a CPU slowed ${SLOWED} times; ${/都填好了/.test(said) ? "complete" : "not complete"}`);

  // An open line whose bytes trickle, and that is gone again and again.
  server.line.up = 0;
  server.line.down = 0;
  server.line.pace = PACE;
  let cuts = 0;
  const cutting = setInterval(() => {
    cuts += 1;
    server.line.cut();
    setTimeout(() => server.line.restore(), CUT_FOR);
  }, CUT_EVERY);
  const sending = Date.now();
  server.line.restore();
  await phone.page.getByText("办公室已收到").first().waitFor({ timeout: 900_000 });
  const text = Date.now() - sending;
  await phone.page.getByText("照片 5/5 张已到办公室").first().waitFor({ timeout: 3_600_000 });
  const all = Date.now() - sending;
  clearInterval(cutting);
  server.line.restore();
  const stored = Object.values((await phone.stored()).photos).reduce((sum, photo) => sum + photo.length, 0);
  await shoot(phone, "sent");
  console.log(`sent at 50 kbit/s, cut ${cuts} times for ${CUT_FOR / 1000} s: the diary was at the office after ${(text / 1000).toFixed(0)} s, the last photo after ${(all / 1000).toFixed(0)} s; photos ${stored} bytes, up ${server.line.up} bytes (${(server.line.up / stored).toFixed(2)} of them), down ${server.line.down} bytes; at the line's pace the photos alone take ${(stored / PACE).toFixed(0)} s`);

  server.line.pace = 0;
  const [office] = [await Phone.start(server.url)];
  try {
    await office.enrolBy(server.codes("gaibo").link);
    await office.page.locator("section.card, .write").first().waitFor();
    await office.go(`/#/record/${id}`);
    await office.page.locator(".picture img, .photo-face img, article img").nth(4).waitFor();
    await shoot(office, "office");
    console.log(`the office sees:\n${await page(office)}`);
  } finally {
    await office.stop();
  }
} finally {
  await phone.stop();
  await server.stop();
}
