/** Schools and projects by their own pages, the grid, and the map. */

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Clerk } from "../harness/clerk.js";
import { Desk } from "../harness/desk.js";
import { Server } from "../harness/server.js";
import { until } from "../harness/until.js";

const COUNTY = "350823";
const TIANDITU = /^https:\/\/t[0-7]\.tianditu\.gov\.cn\//;

const server = await Server.start();
const office = await Clerk.of(server, "gaibo");
let desk = await Desk.of(server, "gaibo");
after(async () => {
  await desk.close();
  await server.stop();
});

const schools = async (clerk = office) => (await clerk.ask("GET", `/api/v1/schools?county=${COUNTY}`)).schools;
const sheetOf = (project) => office.ask("GET", `/api/v1/projects/${project}`);

/** Works going on that lack a paper for their next stage, and no other project of their school does. */
async function lackingPaper() {
  const { projects } = await office.ask("GET", `/api/v1/directory?county=${COUNTY}`);
  const { records } = await office.ask("GET", `/api/v1/states/project?county=${COUNTY}&state=started&limit=50`);
  for (const { record } of records) {
    const sheet = await sheetOf(record);
    const lack = sheet.next?.lacks.find(({ irregular }) => irregular === "dossier_incomplete");
    if (lack !== undefined) {
      return { sheet, paper: lack.document, name: projects.find(({ id }) => id === record).name };
    }
  }
  assert.fail("the demonstration has works that lack a paper");
}

test("from the desk one comes to a school, to its project, and to the paper that is missing, until it is there", async () => {
  await desk.page.locator("td a[href^='/office/school/']").first().click();
  await desk.page.waitForURL(/\/office\/school\//);
  await desk.sees("监管工作日志");
  const { sheet, paper, name } = await lackingPaper();
  await desk.go(`/school/${sheet.school.id}`);
  await desk.page.locator("h1", { hasText: sheet.school.name }).waitFor();
  assert.deepEqual(await desk.wrong("school"), []);
  await desk.page.locator(`a[href$='/project/${sheet.id}']`).first().click();
  await desk.page.locator("h1", { hasText: name }).waitFor();
  const lack = desk.page.locator(".notice li", { hasText: `项目档案缺“${paper}”` });
  await lack.first().waitFor();
  assert.deepEqual(await desk.wrong("project"), []);
  const written = await office.write("project", sheet.id, { [`dossier/${paper}`]: { document_no: "演示〔2026〕9号" } });
  assert.equal(written.outcome, "accepted");
  // The page hears of it by itself.
  await desk.page.locator("td .tag.good", { hasText: `${paper} 有` }).waitFor();
  assert.equal(await desk.page.locator(".notice.care li", { hasText: `“${paper}”` }).count(), 0);
});

test("a project's page leads back to its school, to its records and to its books", async () => {
  await desk.page.locator(".day-weeks a.day-sign").first().click();
  await desk.page.waitForURL(/\/office\/record\//);
  await desk.page.locator(".places-line a[href*='/office/project/']").click();
  await desk.page.waitForURL(/\/office\/project\//);
  const book = await desk.page.locator("a[href*='diary_book.html']").first().getAttribute("href");
  const answer = await desk.page.request.get(`${server.url}${book}`);
  assert.equal(answer.status(), 200);
  assert.match(await answer.text(), /监管工作日志/);
});

test("the grid names a school that nobody visited this term, and no longer once somebody did", async () => {
  await desk.go(`/grid?county=${COUNTY}&show=unvisited`);
  const all = await schools();
  const [missed] = all.filter(({ inspections, zones }) => inspections === 0 && zones.length === 1);
  assert.ok(missed, "the demonstration has a school that nobody visited");
  const row = desk.page.locator("tr", { has: desk.page.locator(`a[href$='/school/${missed.id}']`) });
  await row.getByText("未到校").waitFor();
  assert.deepEqual(await desk.wrong("grid"), []);
  const inspector = await Clerk.of(server, "dudao");
  const outcome = await inspector.write("inspection", crypto.randomUUID(), { school: missed.id, theme: "安全五防", date: new Date().toISOString().slice(0, 10) });
  assert.equal(outcome.outcome, "accepted", JSON.stringify(outcome));
  await row.waitFor({ state: "detached" });
});

test("the map shows all schools without any tile, and each is reached by the keyboard", async () => {
  const strangers = [];
  const note = (request) => new URL(request.url()).origin === new URL(server.url).origin || strangers.push(request.url());
  desk.page.on("request", note);
  await desk.go(`/map?county=${COUNTY}`);
  const all = await schools();
  const placed = all.filter(({ place }) => place !== undefined);
  await desk.page.locator(`.map-box[data-spots='${placed.length}'] canvas`).first().waitFor();
  assert.equal(await desk.page.locator(".map-lines tbody tr").count(), all.length);
  await until(() => inked(desk));
  assert.deepEqual(await desk.wrong("map"), []);
  await desk.press("j", "j", "Enter");
  await desk.page.waitForURL(/\/office\/school\//);
  await desk.sees("责任区");
  // The mark of a school that the address names lies in the middle of the map, and opens it.
  await desk.go(`/map?county=${COUNTY}&at=${placed[0].id}`);
  await desk.page.locator(`.map-box[data-spots='${placed.length}'] canvas`).first().waitFor();
  await until(() => inked(desk));
  await desk.page.locator(".map-box").click();
  await desk.page.waitForURL(new RegExp(`/office/school/${placed[0].id}`));
  desk.page.off("request", note);
  assert.deepEqual(strangers, [], "nobody else is asked for anything");
});

/** Whether anything is drawn on the map. */
function inked({ page }) {
  return page.locator(".map-box canvas").first().evaluate((canvas) => canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.some((byte) => byte !== 0));
}

test("a team has its own school on the map and in the lists, and no other school is there for it", async () => {
  const team = await Desk.of(server, "rizhi-a");
  try {
    await team.go("/map");
    await team.page.locator(".map-lines tbody tr").first().waitFor();
    const own = await team.page.locator(".map-lines a[data-line]").evaluateAll((links) => links.map((link) => link.getAttribute("href").split("/").pop()));
    const theirs = await schools(await Clerk.of(server, "rizhi-a"));
    assert.deepEqual(own, theirs.map(({ id }) => id));
    const [other] = (await schools()).filter(({ id }) => !own.includes(id));
    await team.go(`/school/${other.id}`);
    await team.sees("没有，或者不在您的范围内");
  } finally {
    await team.close();
  }
});

test("with a key the tiles come from Tianditu's hosts, and the pages may load from nowhere else", async () => {
  await desk.close();
  await server.kill();
  process.env.SITELEDGER_TIANDITU_KEY = "0123456789abcdef";
  await server.serve();
  delete process.env.SITELEDGER_TIANDITU_KEY;
  desk = await Desk.open(server);
  const asked = [];
  const pixel = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==", "base64");
  await desk.context.route((url) => url.origin !== new URL(server.url).origin, (route) => {
    asked.push(route.request().url());
    return route.fulfill({ contentType: "image/png", body: pixel });
  });
  await desk.signIn("gaibo");
  await desk.go(`/map?county=${COUNTY}`);
  await desk.page.locator(".map-box img.leaflet-tile-loaded").first().waitFor();
  await desk.sees("底图：天地图");
  assert.ok(asked.length > 0);
  for (const url of asked) {
    assert.match(url, TIANDITU);
    assert.match(url, /[?&]tk=0123456789abcdef/);
  }
  const answer = await desk.page.request.get(`${server.url}/office`);
  const pictures = /img-src ([^;]*)/.exec(answer.headers()["content-security-policy"])[1].split(" ");
  assert.deepEqual(pictures.filter((source) => source.startsWith("http")), [..."01234567"].map((number) => `https://t${number}.tianditu.gov.cn`));
  assert.deepEqual(pictures.filter((source) => !source.startsWith("http")).sort(), ["'self'", "blob:", "data:"]);
  const refused = await desk.page.evaluate(() => new Promise((resolve) => {
    addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI }) => resolve(`${effectiveDirective} ${blockedURI}`), { once: true });
    new Image().src = "https://tiles.example.org/0/0/0.png";
  }));
  assert.match(refused, /^img-src https:\/\/tiles\.example\.org/);
  assert.ok(asked.every((url) => TIANDITU.test(url)));
});
