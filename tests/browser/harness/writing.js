/** Writing by hand, as little as it takes. */

import { shot } from "./camera.js";
import { addPhotos, choose, save, write } from "./form.js";
import { until } from "./until.js";

/** Opens the form of a day that was missed. */
export async function beginMissedDay(phone, place = 0) {
  await phone.go("/#/");
  await phone.page.locator(".missed .chip").nth(place).click();
  await phone.page.locator("form.form").waitFor();
}

/** What a phone knows of its photos that are not at the office. */
export async function unsentPhotos(phone) {
  return Object.values((await phone.stored()).photos).filter((photo) => !photo.atOffice);
}

/**
 * A phone full of work: a day at the office, a day with a photo of which a part is there, a day that is only
 * here, and one that is half written in the form. The line is cut when this ends.
 */
export async function fillPhone(server, phone) {
  await writeMissedDay(phone);
  await until(async () => (await phone.stored()).outbox.kept.length === 1);
  server.line.cut();
  await beginMissedDay(phone);
  await addPhotos(phone, "photos", [await shot(phone, 7)]);
  await save(phone);
  server.line.pace = 60_000;
  server.line.restore();
  await phone.hearsOfNetwork();
  await until(async () => (await unsentPhotos(phone))[0]?.acknowledged > 60_000);
  server.line.cut();
  server.line.pace = 0;
  await writeMissedDay(phone);
  await beginMissedDay(phone, 2);
  await choose(phone, "work_status", "施工");
  await write(phone, "progress_text", "写了一半");
  const draft = new URL(phone.page.url()).hash.split("/").pop();
  await until(() => phone.holds("drafts", draft, "写了一半"));
}

/** Writes the first missed day as one without work; it is saved when this ends. */
export async function writeMissedDay(phone) {
  await phone.go("/#/");
  await phone.page.locator(".missed .chip").first().click();
  await phone.page.getByRole("button", { name: "未施工" }).click();
  await phone.page.getByRole("button", { name: "保存", exact: true }).click();
  await phone.page.waitForURL((url) => !url.hash.startsWith("#/write"));
}
