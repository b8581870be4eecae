/**
 * The pictures of the guides in `server/docs/guide`, made from the running product: `npm run guides`. Hands play
 * the steps that the guides tell; what is to be tapped has a ring around it. Names in `ONLY=team-3` are made
 * alone. Pictures are small: they lie in the repository and in the program.
 */

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Clerk } from "./harness/clerk.js";
import { Desk } from "./harness/desk.js";
import { addPhotos, answer, choose, field, write } from "./harness/form.js";
import { Phone } from "./harness/phone.js";
import { joining, phoneOf } from "./harness/screens.js";
import { PROJECT, Server } from "./harness/server.js";
import { site } from "./harness/site.js";
import { until } from "./harness/until.js";
import { writeMissedDay } from "./harness/writing.js";

const FOLDER = new URL("../../server/docs/guide/pictures/", import.meta.url).pathname;
const MOST_BYTES = 60_000;
const only = process.env.ONLY ?? "";
/** So that a picture tells the same whatever the weather is on the day on which it is made. */
const QUALITIES = [0.8, 0.7, 0.6, 0.5, 0.4];

/** A picture of the screen, with a ring around what is to be tapped. */
async function shoot(page, name, target) {
  await page.locator("main .opening").waitFor({ state: "detached" });
  await page.evaluate(() => document.fonts.ready);
  if (target !== undefined) {
    await target.first().evaluate((element) => {
      element.scrollIntoView({ block: "center" });
      Object.assign(element.style, { outline: "4px solid #d6336c", outlineOffset: "3px" });
    });
  }
  if (name.includes(only)) {
    const png = await page.screenshot({ animations: "disabled", caret: "hide" });
    writeFileSync(join(FOLDER, `${name}.webp`), await small(page.context(), png));
    console.log(name);
  }
  await target?.first().evaluate((element) => Object.assign(element.style, { outline: "", outlineOffset: "" }));
}

/** The same as WebP, by the browser that took it: as good as fits. */
async function small(context, png) {
  const page = await context.newPage();
  await page.goto("about:blank");
  for (const quality of QUALITIES) {
    const base64 = await page.evaluate(
      async ([png, quality]) => {
        const image = new Image();
        image.src = `data:image/png;base64,${png}`;
        await image.decode();
        const canvas = new OffscreenCanvas(image.width, image.height);
        canvas.getContext("2d").drawImage(image, 0, 0);
        const bytes = new Uint8Array(await (await canvas.convertToBlob({ type: "image/webp", quality })).arrayBuffer());
        return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
      },
      [png.toString("base64"), quality],
    );
    const bytes = Buffer.from(base64, "base64");
    if (bytes.length <= MOST_BYTES) {
      await page.close();
      return bytes;
    }
  }
  throw new Error("it does not get small enough");
}

// The team ------------------------------------------------------------------------------------------

async function team(server, phone) {
  const { page } = phone;
  await joining(server, phone, async (screen) => screen === "join" && shoot(page, "team-1-join", page.getByRole("button", { name: "扫二维码" })));
  await phone.go("/#/");
  const missed = page.locator(".missed .chip");
  await missed.first().waitFor();
  await shoot(page, "team-2-today", page.getByRole("link", { name: /今天的日志/ }).or(page.getByRole("button", { name: /今天的日志/ })));
  await shoot(page, "team-7-missed", missed);
  await missed.first().click();
  await page.locator("form.form").waitFor();
  await choose(phone, "work_status", "施工");
  await shoot(page, "team-3-form", field(phone, "work_status"));
  await write(phone, "progress_text", "二层柱钢筋绑扎完成，梁板模板安装一半");
  for (const question of ["isolation_ok", "safety_ok", "quality_ok"]) {
    await answer(phone, question, "good");
  }
  await addPhotos(phone, "photos", [await site(phone, 1)]);
  await phone.isReadyOffline();
  await shoot(page, "team-4-photos", field(phone, "photos").locator(".take .button"));
  server.line.cut();
  await phone.tap(/^保存$/);
  await page.locator("article").waitFor();
  await shoot(page, "team-5-saved", page.getByText("在手机里，等待发送"));
  await writeMissedDay(phone);
  await phone.go("/#/sync");
  await phone.tap("现在同步");
  await phone.sees("什么也没丢");
  await shoot(page, "team-6-offline", page.getByRole("button", { name: "现在同步" }));
  server.line.restore();
  await phone.tap("现在同步");
  await phone.isSynced();
  await returned(server, phone);
}

async function returned(server, phone) {
  const { page } = phone;
  const head = await Clerk.of(server, "xiaozhang");
  const { records } = await head.ask("GET", `/api/v1/states/diary?project=${PROJECT}&state=submitted`);
  await head.sign("diary", records[0].record, { role: "principal", verdict: "returned", note: "人数和照片对不上，请核实后再交" });
  await phone.go("/#/sync");
  await phone.tap("现在同步");
  await phone.isSynced();
  await phone.go("/#/");
  const line = page.locator(".record-line", { hasText: "人数和照片对不上" });
  await line.waitFor();
  await shoot(page, "team-8-returned", line);
  await page.locator(".record-line", { hasText: "要整改" }).first().click();
  await page.locator("article").waitFor();
  await phone.tap("写整改回复");
  await page.locator("form.form").waitFor();
  await addPhotos(phone, "before", [await site(phone, 2)]);
  await addPhotos(phone, "after", [await site(phone, 3)]);
  await write(phone, "measures", "缺口已用彩钢板补齐，加了门锁和警示牌");
  await shoot(page, "team-9-rectify", field(phone, "after"));
  await phone.tap(/^保存$/);
  await page.getByText("照片 2/2 张已到办公室").waitFor();
}

// The inspector -------------------------------------------------------------------------------------

async function inspector(server, beside) {
  const phone = await phoneOf(server, beside, "duxue");
  const { page } = phone;
  await phone.go("/#/");
  await page.locator(".record-line").first().waitFor();
  await shoot(page, "inspector-1-today", page.getByRole("link", { name: "开始检查" }).or(page.getByRole("button", { name: "开始检查" })));
  await page.getByRole("link", { name: "开始检查" }).or(page.getByRole("button", { name: "开始检查" })).first().click();
  await begun(page);
  await shoot(page, "inspector-2-inspection", page.locator("form.form .chip, form.form .answer"));
  await phone.go("/#/write/finding");
  await begun(page);
  await write(phone, "description", "东侧围挡有两米缺口，学生能走进工地");
  await shoot(page, "inspector-3-finding", field(phone, "deadline"));
  await phone.go("/#/");
  await page.locator(".record-line", { hasText: "要复查" }).first().click();
  await page.locator("article").waitFor();
  await phone.tap("去复查");
  await page.locator("form.form").waitFor();
  await shoot(page, "inspector-4-verify", page.locator("form.form .answer.good"));
}

/** A form from where it is begun: the first place that is offered, then the form. */
async function begun(page) {
  const place = page.locator(".form > button.button").first();
  await place.or(page.locator("form.form")).first().waitFor();
  while ((await page.locator("form.form").count()) === 0) {
    await place.click();
    await place.or(page.locator("form.form")).first().waitFor();
  }
}

// The office ----------------------------------------------------------------------------------------

/** As wide as what is said of it is read at. */
const DESK = { width: 1100, height: 688 };

async function office(server) {
  const desk = await Desk.of(server, "gaibo");
  const { page } = desk;
  await page.setViewportSize(DESK);
  await desk.go("");
  await page.locator(".tile").first().waitFor();
  await shoot(page, "office-1-desk", page.locator(".tile"));
  await desk.go("/list/diary?state=submitted");
  await page.locator("a[data-line]").first().click();
  await page.locator("table.fields").waitFor();
  await shoot(page, "office-2-diary", page.locator(".review-actions button"));
  await desk.go("");
  await page.locator("#conflicts a[data-line]").first().click();
  await page.locator(".contested-field").first().waitFor();
  await shoot(page, "office-3-conflict", page.locator(".contested-field .side"));
  await desk.go("/held");
  await page.locator("a[data-line]").first().click();
  await page.getByRole("button", { name: /^退回/ }).waitFor();
  await shoot(page, "office-4-held", page.getByRole("button", { name: /^退回/ }));
  await desk.go("");
  await page.locator("#payments a[data-line]").first().click();
  await page.locator("table.fields").waitFor();
  await shoot(page, "office-5-payment", page.locator(".review-actions button"));
  await desk.go("/list/finding?mark=overdue");
  await page.locator("a[data-line]").first().waitFor();
  await shoot(page, "office-6-list", page.getByRole("button", { name: /存为视图/ }));
  await desk.go("/bulletins");
  await page.locator("a[data-line]").first().waitFor();
  await shoot(page, "office-7-bulletin", page.locator("tbody tr"));
  await desk.close();
}

mkdirSync(FOLDER, { recursive: true });
const server = await Server.start();
try {
  const phone = await Phone.start(server.url);
  try {
    await team(server, phone);
    await inspector(server, phone);
  } finally {
    await phone.stop();
  }
  await office(server);
} finally {
  await server.stop();
}
