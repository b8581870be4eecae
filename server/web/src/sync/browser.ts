/** The world as a browser shows it. */

import type { Device } from "../db/device.ts";
import { newId } from "../protocol/ids.ts";
import type { Outside, Sign } from "./outside.ts";
import { LeaseTurns, LockTurns } from "./turns.ts";

/** What Chromium alone knows of the line. */
interface Connection extends EventTarget {
  saveData?: boolean;
}

export function outsideOf(page: Window & typeof globalThis, device: Device, language: () => string): Outside {
  const after: Outside["after"] = (ms, run) => {
    const timer = page.setTimeout(run, ms);
    return () => page.clearTimeout(timer);
  };
  const now = () => Date.now();
  const { navigator, document } = page;
  // Browsers have it since 2021 (Chrome 69, Firefox 96, Safari 15.4), whatever the types say.
  const locks = navigator.locks as LockManager | undefined;
  const connection = (navigator as { connection?: Connection }).connection;
  return {
    fetch: (path, init) => page.fetch(path, init),
    now,
    luck: Math.random,
    after,
    turns: locks === undefined ? new LeaseTurns(device.db, newId(), now, after) : new LockTurns(locks, after),
    isVisible: () => document.visibilityState === "visible",
    savesData: () => connection?.saveData === true,
    language,
    watch: (tell) => watch(page, tell),
  };
}

function watch(page: Window & typeof globalThis, tell: (sign: Sign) => void): () => void {
  const turned = () => tell(page.document.visibilityState === "visible" ? "looked" : "hidden");
  // A page that comes out of the browser's memory fires this and nothing else.
  const shown = (event: PageTransitionEvent) => event.persisted && tell("looked");
  const online = () => tell("looked");
  page.document.addEventListener("visibilitychange", turned);
  page.addEventListener("pageshow", shown);
  page.addEventListener("online", online);
  return () => {
    page.document.removeEventListener("visibilitychange", turned);
    page.removeEventListener("pageshow", shown);
    page.removeEventListener("online", online);
  };
}
