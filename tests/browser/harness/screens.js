/**
 * Every screen of the phone's pages, reached as hands reach it: pages, forms of all kinds, sheets, records
 * in each state. Whoever walks along is called at each of them, with its name: one looks for barriers,
 * another makes pictures.
 */

import { randomUUID } from "node:crypto";
import { Clerk } from "./clerk.js";
import { addPhotos, answer, field, picture } from "./form.js";
import { PROJECT } from "./server.js";
import { writeMissedDay } from "./writing.js";

/** All of it, with a phone that is nobody's yet: `see(name, phone)` at each screen. */
export async function walk(server, phone, see) {
  const seen = new Set();
  const of = (it) => (name) => see(name, it);
  await joining(server, phone, of(phone));
  await pages(phone, of(phone));
  await writing(phone, of(phone));
  await forms(phone, of(phone), seen);
  await states(server, phone, of(phone));
  const [other, principal, office, station, inspector] = [
    await phoneOf(server, phone, "rizhi-a-2"),
    await phoneOf(server, phone, "xiaozhang"),
    await phoneOf(server, phone, "gaibo"),
    await phoneOf(server, phone, "zhuangbei"),
    await phoneOf(server, phone, "dudao"),
  ];
  await findings(other, inspector, see);
  await refusedPhoto(other, of(other));
  await heldBox(server, principal, of(principal));
  await sendingBack(principal, of(principal));
  for (const it of [principal, office, station, inspector]) {
    await forms(it, of(it), seen);
    await edits(it, of(it), seen);
  }
  await desk(server, office, inspector, see, seen);
  await full(phone, of(phone));
  await alone(server, phone, of(phone));
  await idleDay(phone, of(phone));
  await crowded(server, phone, see);
  await last(server, principal, of(principal), "xiaozhang");
}

const PAGES = ["/#/", "/#/records", "/#/sync", "/#/me", "/#/support", "/#/welcome", "/#/nowhere", "/#/enrol/x", "/#/write"];

/** The pages that belong to nobody yet. */
export async function joining(server, phone, see) {
  await phone.page.addInitScript(readNothing);
  await phone.page.reload();
  await see("join");
  await phone.tap("扫二维码");
  await phone.page.locator("video.viewfinder").evaluate((video) => new Promise((resolve) => {
    video.readyState >= 2 ? resolve() : video.addEventListener("loadeddata", () => resolve());
  }));
  await see("join-scanning");
  await phone.tap("不扫了，改为输入");
  await phone.type("登记码", "ABCD");
  await phone.tap("登记");
  await see("join-half");
  await phone.page.goto("about:blank");
  await phone.page.goto(server.codes("rizhi-a").link);
  await phone.page.getByText("已从链接读到登记码").waitFor();
  await see("join-link");
  await phone.tap(/^登记$/);
  await phone.page.getByRole("link", { name: "开始" }).waitFor();
  await see("join-hello");
  await phone.page.getByRole("link", { name: "开始" }).click();
  await isThere(phone);
}

/** In the page: reads codes as phones do where Debian's Chromium cannot, and never sees one. */
function readNothing() {
  globalThis.BarcodeDetector ??= class {
    async detect() {
      return [];
    }
  };
}

/** Somebody's phone in the same browser. */
export async function phoneOf(server, beside, name) {
  const phone = await beside.beside();
  await phone.enrolBy(server.codes(name).link);
  await isThere(phone);
  return phone;
}

async function isThere(phone) {
  await phone.page.locator("section.card, .write").first().waitFor();
  await phone.isSynced();
}

export async function pages(phone, see, paths = PAGES) {
  for (const path of paths) {
    await phone.go(path);
    await see(`page${path.slice(3).replaceAll("/", "-")}`);
  }
}

/** The form of each kind that this person may begin and that is not seen yet, from where it is begun. */
export async function forms(phone, see, seen) {
  await phone.go("/#/write");
  await phone.page.locator(".form > a.button").first().waitFor();
  const kinds = await phone.page.locator(".form > a.button").evaluateAll((links) => links.map((link) => link.getAttribute("href").split("/")[2]));
  for (const kind of kinds.filter((kind) => !seen.has(kind))) {
    seen.add(kind);
    await phone.go(`/#/write/${kind}`);
    const place = phone.page.locator(".form > button.button").first();
    await place.or(phone.page.locator("form.form")).first().waitFor();
    if ((await phone.page.locator("form.form").count()) === 0) {
      for (const line of await phone.page.locator(".field textarea").all()) {
        await line.fill("01");
      }
      await see(`begin-${kind}`);
      await place.click();
      await phone.page.locator("form.form").waitFor();
    }
    await unfold(phone);
    await see(`form-${kind}`);
    await discard(phone);
  }
}

/** Opens all that is folded, and asks for one of everything that may be added. */
async function unfold(phone) {
  await phone.page.locator("form.form").evaluate((form) => form.querySelectorAll("details").forEach((details) => (details.open = true)));
  await phone.page.locator("form.form .chip.quiet", { hasText: /^＋/ }).evaluateAll((all) => all.forEach((chip) => chip.click()));
  for (const key of await phone.page.locator("form.form .entries > .chips").all()) {
    await key.locator(".chip").first().click();
  }
}

/** Throws a form away that was written in, by its sheet. */
async function discard(phone, see) {
  await phone.tap("不写了");
  await phone.page.locator("dialog[open]").waitFor();
  await see?.("sheet-throw-away");
  await phone.page.locator("dialog .button.danger").click();
  await phone.page.waitForURL((url) => !url.hash.startsWith("#/write"));
}

/** The form of each kind of which the phone has a record that this person may change. */
export async function edits(phone, see, seen) {
  const all = await oneOfEach(phone);
  for (const [kind, id] of all.filter(([kind]) => !seen.has(kind) || !seen.has(`record ${kind}`))) {
    await phone.go(`/#/record/${id}`);
    await phone.page.locator("article").waitFor();
    if (!seen.has(`record ${kind}`)) {
      seen.add(`record ${kind}`);
      await see(`record-${kind}`);
    }
    const edit = phone.page.getByRole("link", { name: /^(修改|接着写)$/ });
    if ((await edit.count()) > 0 && !seen.has(kind)) {
      seen.add(kind);
      await edit.click();
      await phone.page.locator("form.form").waitFor();
      await unfold(phone);
      await see(`form-${kind}`);
      await discard(phone);
    }
  }
}

/** What is written at a desk, as a phone shows it: a list of codes, a checklist of the county's own, a bulletin. */
export async function desk(server, office, inspection, see, seen) {
  const [clerk, examiner] = [await Clerk.of(server, "gaibo"), await Clerk.of(server, "dudao")];
  const [{ scope }] = (await clerk.ask("GET", "/api/v1/me")).roles;
  const county = scope.split(":")[1];
  const codes = randomUUID();
  await clerk.writeAll([
    ["code_list", codes, { county, list: "材料种类", "entries/预拌砂浆": { zh: "预拌砂浆", en: "ready-mixed mortar" }, "entries/卷材": { zh: "防水卷材", en: "waterproofing membrane" } }],
    ["bulletin", randomUUID(), { county, number: "2026年第3期", version: "1", period: "2026年5—6月", [`cutoff/${county}`]: 120, figures: { overdue: 3 }, text: "各校要在汛期前完成围墙和边坡的排查。" }],
  ]);
  await examiner.write("checklist", randomUUID(), {
    county,
    name: "汛期专项检查",
    theme: "安全",
    version: "2",
    "items/X01": { text: "边坡、围墙、排水沟已排查并留有记录", section: "场地", basis: "闽教发〔2025〕7号", photo_needed: true, severity: "较大", deadline_days: 7 },
  });
  for (const phone of [office, inspection]) {
    await phone.go("/#/sync");
    await phone.tap("现在同步");
    await until(() => phone.holds("rows", codes, "预拌砂浆"));
    await edits(phone, (name) => see(name, phone), seen);
  }
}

/** A record of each kind, of those on the phone. */
function oneOfEach(phone) {
  return phone.page.evaluate(
    () =>
      new Promise((resolve, reject) => {
        const opening = indexedDB.open("siteledger");
        opening.onerror = () => reject(opening.error);
        opening.onsuccess = () => {
          const found = new Map();
          const asking = opening.result.transaction("rows").objectStore("rows").index("kind").openCursor(null, "nextunique");
          asking.onsuccess = () => {
            const cursor = asking.result;
            if (cursor) {
              found.set(cursor.value.kind, cursor.value.id);
              cursor.continue();
            } else {
              opening.result.close();
              resolve([...found]);
            }
          };
        };
      }),
  );
}

/** A diary in the middle of being written: bad answers, pictures, what cannot be read, what is missing. */
export async function writing(phone, see) {
  await phone.go("/#/");
  await phone.page.locator(".missed .chip").first().click();
  await phone.page.locator("form.form").waitFor();
  await answer(phone, "safety_ok", "bad");
  await addPhotos(phone, "safety_ok", [picture(1)]);
  await phone.page.locator("details.section").evaluateAll((all) => all.forEach((details) => (details.open = true)));
  await field(phone, "temp_min").locator("input").fill("冷");
  await phone.tap(/^保存$/);
  await phone.page.locator(".notice.bad").waitFor();
  await see("form-stopped");
  await phone.page.locator(".photo-face").first().click();
  await see("form-photo-open");
  await photoThatComesSlowly(phone, see);
  await discard(phone, see);
  await phone.page.reload();
}

/** A photo that is still on its way into the form: nothing is saved before it is there. */
async function photoThatComesSlowly(phone, see) {
  await phone.page.evaluate(() => {
    SubtleCrypto.prototype.digest = () => new Promise(() => undefined);
  });
  await field(phone, "photos").locator("input[type=file]:not([capture])").last().setInputFiles([picture(3)]);
  await phone.sees("照片存好后就可以保存");
  await see("form-photo-coming");
}

/** Records in each state in which a person meets them. */
export async function states(server, phone, see) {
  const [a, b, head, office] = await Promise.all(["rizhi-a", "rizhi-b", "xiaozhang", "gaibo"].map((name) => Clerk.of(server, name)));
  const shown = async (id, name, text) => {
    await phone.go("/#/sync");
    await phone.tap("现在同步");
    await until(() => phone.holds("rows", id, text));
    await phone.go(`/#/record/${id}`);
    await phone.page.locator("article").waitFor();
    await see(name);
  };

  const contested = randomUUID();
  await a.write("design_change", contested, { project: PROJECT, reason: "基础遇到软土，设计要改", drawing: "结施-03" });
  await b.write("design_change", contested, { project: PROJECT, drawing: "结施-03改" });
  await shown(contested, "record-conflict", "结施-03改");
  await phone.tap("写一个新的");
  await see("record-conflict-own");
  await phone.tap(/^签字$/);
  await phone.page.locator("dialog[open]").waitFor();
  await see("sheet-sign-conflict");

  const returned = randomUUID();
  await a.write("design_change", returned, { project: PROJECT, reason: "屋面做法调整" });
  await head.sign("design_change", returned, { role: "principal", verdict: "returned", note: "请附上图纸照片，并写明造价增减" });
  await shown(returned, "record-returned", "请附上图纸照片");
  await phone.go("/#/");
  await phone.page.locator(".record-line", { hasText: "请附上图纸照片" }).waitFor();
  await see("today-returned");

  const signed = randomUUID();
  await a.write("design_change", signed, { project: PROJECT, reason: "围墙移位两米" });
  await head.sign("design_change", signed, { role: "principal", verdict: "confirmed" });
  await b.write("design_change", signed, { content: "围墙向北移两米", drawing: "总施-01" });
  const [{ edit }] = (await a.heads(signed)).drawing;
  await a.write("design_change", signed, { drawing: "总施-02" }, { replaces: { drawing: [edit] } });
  await shown(signed, "record-changed-since-signed", "总施-02");
  await phone.tap("看改过什么");
  await phone.sees("图号：原来是“总施-01”，改成“总施-02”");
  await see("record-history");
  await phone.tap(/^签字$/);
  await phone.page.locator("dialog[open]").waitFor();
  await see("sheet-sign");

  const withdrawn = randomUUID();
  await a.write("design_change", withdrawn, { project: PROJECT, reason: "写错了项目" });
  await office.write("design_change", withdrawn, { withdrawn: { reason: "项目写错，另行登记" } });
  await shown(withdrawn, "record-withdrawn", "另行登记");
  await phone.tap("收回作废");
  await phone.page.locator("dialog[open]").waitFor();
  await see("sheet-take-back");
  await b.write("design_change", withdrawn, { content: "围墙向北移两米" });
  await shown(withdrawn, "record-withdrawal-contested", "围墙向北移两米");
  await phone.go(`/#/record/${contested}`);
  await phone.tap("作废这份记录");
  await phone.page.locator("dialog .button.danger").click();
  await phone.page.locator("dialog .wrong").waitFor();
  await see("sheet-withdraw");
}

/** A finding on its way: answered, and looked at again. */
export async function findings(school, office, see) {
  await school.go("/#/");
  await school.page.locator(".record-line", { hasText: "要整改" }).first().click();
  await school.page.locator("article").waitFor();
  await see("record-finding", school);
  const id = school.page.url().split("/").pop();
  await school.tap("写整改回复");
  await school.page.locator("form.form").waitFor();
  await addPhotos(school, "before", [picture(21)]);
  await addPhotos(school, "after", [picture(22)]);
  await field(school, "measures").locator("textarea").first().fill("已加装防护栏杆");
  await see("form-rectification", school);
  await school.tap(/^保存$/);
  await school.page.getByText("照片 2/2 张已到办公室").waitFor();
  await see("record-rectification", school);
  const reply = school.page.url().split("/").pop();
  await office.go("/#/sync");
  await office.tap("现在同步");
  await until(() => office.holds("rows", reply, "已加装防护栏杆"));
  await office.go(`/#/record/${id}`);
  await office.tap("去复查");
  await office.page.locator(".picture img").nth(1).waitFor();
  await see("form-verification", office);
}

/** A photo that the office will not have, as its owner is told of it. */
export async function refusedPhoto(phone, see) {
  await phone.go("/#/");
  await phone.page.locator(".missed .chip").first().click();
  await phone.page.locator("form.form").waitFor();
  await phone.page.getByLabel("保留原图").first().check();
  await addPhotos(phone, "photos", [picture(9, 13_000, 16)]);
  await phone.tap(/^保存$/);
  await phone.page.locator("article").getByText("照片的边长超过").first().waitFor();
  await see("record-photo-refused");
  await phone.go("/#/sync");
  await phone.page.locator(".stuck").waitFor();
  await see("sync-photo-refused");
}

/** What the office holds, and then refuses; and what it is for a principal to send back. */
export async function heldBox(server, phone, see) {
  await phone.go("/#/write/fund_event");
  const place = phone.page.locator(".form > button.button").first();
  await place.or(phone.page.locator("form.form")).first().waitFor();
  await place.click();
  await phone.page.locator("form.form").waitFor();
  await field(phone, "type").locator(".chip").first().click();
  await field(phone, "amount").locator("input").fill("12万");
  await field(phone, "voucher").locator("textarea").fill("记-0312");
  await phone.tap(/^保存$/);
  await phone.page.getByText("办公室还没收下这次改动").waitFor();
  await see("record-held");
  const record = phone.page.url().split("/").pop();
  await pages(phone, (name) => see(`held-${name}`), ["/#/", "/#/sync"]);
  const desk = await Clerk.of(server, "gaibo");
  await desk.refuseHeld("资金下达由财政和改薄办登记，校长只登记申请");
  await phone.tap("现在同步");
  await phone.page.getByText("办公室退回了").first().waitFor();
  await see("refused-page-sync");
  await phone.go(`/#/record/${record}`);
  await phone.page.getByText("办公室退了这次改动").waitFor();
  await see("record-refused");
  await phone.go("/#/");
  await phone.page.locator(".record-line", { hasText: "办公室退了" }).waitFor();
  await see("today-refused");
}

/** A principal sends a diary back. */
export async function sendingBack(phone, see) {
  await phone.go("/#/records");
  await phone.page.locator(".record-line", { hasText: "日志" }).first().click();
  await phone.tap(/^退回$/);
  await phone.page.locator("dialog[open]").waitFor();
  await phone.page.locator("dialog .button.main").click();
  await phone.page.locator("dialog .wrong").waitFor();
  await see("sheet-send-back");
}

/** A phone without a line, with something that is only there; and what its owner may do then. */
export async function alone(server, phone, see) {
  server.line.cut();
  await writeMissedDay(phone);
  await see("record-waiting");
  await phone.go("/#/sync");
  await phone.tap("现在同步");
  await phone.sees("什么也没丢");
  await see("sync-no-line");
  await phone.tap("导出成文件");
  await phone.sees("已导出");
  await see("sync-exported");
  await phone.go("/#/me");
  await phone.tap("退出登记");
  await phone.page.locator("dialog[open]").waitFor();
  await see("sheet-sign-out-not-safe");
  server.line.impersonate();
  await phone.go("/#/sync");
  await phone.tap("现在同步");
  await phone.sees("这个 Wi-Fi 要先登录");
  await see("sync-portal");
  server.line.restore();
  await phone.tap("现在同步");
  await phone.sees("全部在办公室");
  await see("sync-all-there");
  await phone.go("/#/me");
  await phone.tap("退出登记");
  await phone.page.locator("dialog[open]").waitFor();
  await see("sheet-sign-out");
}

/** A phone that has no room left: neither begins a record nor keeps what is written. */
export async function full(phone, see) {
  const fills = () =>
    phone.page.evaluate(() => {
      IDBObjectStore.prototype.put = IDBObjectStore.prototype.add = () => {
        throw new DOMException("there is no room", "QuotaExceededError");
      };
    });
  await phone.go("/#/");
  await phone.page.reload();
  await phone.page.locator(".missed .chip").first().click();
  await phone.page.locator("form.form").waitFor();
  await fills();
  await field(phone, "progress_text").locator("textarea").first().fill("还在写");
  await phone.sees("没能保存到手机");
  await field(phone, "photos").locator("input[type=file]:not([capture])").last().setInputFiles([picture(9)]);
  await phone.sees("有照片没能存下");
  await see("form-full");
  await phone.go("/#/");
  await phone.page.locator(".missed .chip").nth(1).click();
  await phone.sees("手机存不下了");
  await see("today-full");
  await phone.page.reload();
}

/** An idle day, tomorrow: today's diary is in the demonstration already. */
export async function idleDay(phone, see) {
  await phone.page.clock.setFixedTime(Date.now() + 86_400_000);
  await phone.go("/#/");
  await phone.page.reload();
  await phone.tap("今天没施工");
  await phone.page.locator("dialog[open]").waitFor();
  await see("sheet-idle");
}

/** A new version waits; then the office lets this phone in no more. */
export async function last(server, phone, see, name) {
  await phone.isReadyOffline();
  server.line.renew();
  await phone.go("/#/me");
  await phone.page.evaluate(async () => void (await (await navigator.serviceWorker.ready).update()));
  await phone.sees("新版本准备好了");
  await see("me-update");
  server.line.restore();
  server.shutOut(name);
  await phone.go("/#/sync");
  await phone.tap("现在同步");
  await phone.page.locator(".notice.bad").first().waitFor();
  await see("sync-signed-out");
}

/** How many projects somebody has who writes for a whole township, and how many findings they wrote down. */
const PROJECTS = 12;
const FINDINGS = 60;

/** Twelve projects with long names that have been in the ledger for a while and missed several days each, and sixty records. */
export async function crowded(server, beside, see) {
  const [office, writer] = [await Clerk.of(server, "gaibo"), await Clerk.of(server, "rizhi-b-2")];
  const { record } = await office.ask("GET", `/api/v1/records/${PROJECT}`);
  const school = record.fields.school[0].value;
  const day = (back) => new Date(Date.now() - back * 86_400_000).toISOString().slice(0, 10);
  const projects = Array.from({ length: PROJECTS - 1 }, () => randomUUID());
  const nameOf = (number) => `上杭县演示中心小学附属幼儿园及教师周转宿舍、学生食堂、运动场改扩建与附属工程（第${number}标段，含围墙护坡和永久标牌）`;
  await office.writeAll(projects.map((project, place) => ["project", project, { name: nameOf(place + 1), school, class: "building", work_type: "改扩建" }]), { at: new Date(Date.now() - 10 * 86_400_000) });
  await office.writeAll(projects.map((project) => ["stage_event", randomUUID(), { project, stage: "开工", date: day(8) }]));
  server.run("user", "grant", "rizhi-b-2", ...projects.flatMap((project) => ["--role", "school_team", "--at", `project:${project}`]));
  const values = { severity: "一般", category: "安全", source: "owner", school, responsible: "福建省某某建设工程有限公司上杭分公司第三项目部" };
  const findings = Array.from({ length: FINDINGS }, (_, number) => ({
    ...values,
    description: `二层外脚手架连墙件缺失三处，第${number + 1}次提醒，须在下次浇筑前补齐并报监理复验`,
    project: projects[number % projects.length],
    found_on: day(number % 6),
    deadline: day((number % 9) - 3),
  }));
  await writer.writeAll(findings.map((finding) => ["finding", randomUUID(), finding]));
  const phone = await phoneOf(server, beside, "rizhi-b-2");
  await pages(phone, (name) => see(`crowded-${name}`, phone), ["/#/", "/#/records", "/#/me", "/#/write/diary"]);
  await phone.go("/#/records");
  await phone.page.locator(".record-line").first().click();
  await phone.page.locator("article").waitFor();
  await see("crowded-record", phone);
}

async function until(what) {
  for (const end = Date.now() + 60_000; !(await what()); ) {
    if (Date.now() > end) {
      throw new Error(`it did not come to: ${what}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
