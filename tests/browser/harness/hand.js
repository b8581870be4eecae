/** What hands and eyes do, in a browser that speaks WebDriver. `SCREENS_OF_ENGINES` names a folder for pictures. */

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { By, until as comes } from "selenium-webdriver";
import { PATIENCE } from "./phone.js";

const pictures = process.env.SCREENS_OF_ENGINES;

export class Hand {
  shots = 0;

  constructor(browser, engine) {
    this.browser = browser;
    this.engine = engine;
  }

  go(address) {
    return this.browser.get(address);
  }

  /** Leaves the page and opens it again. (A driver's refresh asks past the service worker.) */
  async again() {
    const address = await this.address();
    await this.go("about:blank");
    await this.go(address);
  }

  address() {
    return this.browser.getCurrentUrl();
  }

  run(script, ...given) {
    return this.browser.executeScript(script, ...given);
  }

  /** Waits until the app works without a line. */
  isReadyOffline() {
    return this.browser.wait(() => this.run("return navigator.serviceWorker?.controller != null"), PATIENCE, "a service worker that answers");
  }

  waits(css) {
    return this.browser.wait(comes.elementLocated(By.css(css)), PATIENCE, css);
  }

  says(text) {
    return this.browser.wait(comes.elementLocated(By.xpath(`//main//*[contains(normalize-space(.), ${JSON.stringify(text)})]`)), PATIENCE, text);
  }

  async touch(css) {
    await this.press(await this.waits(css));
  }

  async tap(element, name) {
    await this.press(await this.browser.wait(comes.elementLocated(By.xpath(`//${element}[normalize-space(.)=${JSON.stringify(name)}]`)), PATIENCE, name));
  }

  touchIn(field, css) {
    return this.touch(`.field:has(#field-${field}) ${css}`);
  }

  async chip(field, label) {
    const found = await this.browser.wait(
      () => this.run("return [...document.querySelectorAll(arguments[0])].find((chip) => chip.textContent.trim() === arguments[1])", `.field:has(#field-${field}) .chip`, label),
      PATIENCE,
      label,
    );
    await this.press(found);
  }

  async write(field, text) {
    await (await this.waits(`.field:has(#field-${field}) textarea`)).sendKeys(text);
  }

  async gives(field, file) {
    const inputs = await this.browser.findElements(By.css(`.field:has(#field-${field}) input[type=file]:not([capture])`));
    await inputs.at(-1).sendKeys(file);
  }

  /** Brings it to the middle, where nothing lies over it, and clicks. */
  async press(element) {
    await this.run("arguments[0].scrollIntoView({ block: 'center' })", element);
    await element.click();
  }

  async shoot(name) {
    if (pictures) {
      mkdirSync(pictures, { recursive: true });
      this.shots += 1;
      writeFileSync(join(pictures, `${this.engine}-${this.shots}-${name}.png`), await this.browser.takeScreenshot(), "base64");
    }
  }
}
