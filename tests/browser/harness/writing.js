/** Writing by hand, as little as it takes. */

/** Writes the first missed day as one without work; it is saved when this ends. */
export async function writeMissedDay(phone) {
  await phone.go("/#/");
  await phone.page.locator(".missed .chip").first().click();
  await phone.page.getByRole("button", { name: "未施工" }).click();
  await phone.page.getByRole("button", { name: "保存", exact: true }).click();
  await phone.page.waitForURL((url) => !url.hash.startsWith("#/write"));
}
