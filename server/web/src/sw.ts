/**
 * The service worker: the app starts without a line, always whole and of one version.
 *
 * All files of a version come into a cache of their own, each proven by its hash, so that neither a
 * captive portal nor half a download ever becomes part of the app. What the server says (`/api`) never
 * goes through here, and what people wrote is not here but in IndexedDB: a new version touches none of
 * it. A new version waits until a page says that it may take over.
 */

/** Written by the build: the version, and the integrity of each file by its path: of phones, and of offices besides. */
declare const __PRECACHE__: { version: string; files: Record<string, string>; office: Record<string, string> };

/** As much of a service worker's world as is used here. */
interface World {
  readonly location: Location;
  readonly clients: { claim(): Promise<void> };
  skipWaiting(): Promise<void>;
  addEventListener(type: "install" | "activate", listener: (event: Extendable) => void): void;
  addEventListener(type: "fetch", listener: (event: Fetching) => void): void;
  addEventListener(type: "message", listener: (event: MessageEvent<unknown> & Extendable) => void): void;
}
interface Extendable {
  waitUntil(work: Promise<unknown>): void;
}
interface Fetching {
  readonly request: Request;
  respondWith(response: Promise<Response>): void;
}

const world = globalThis as unknown as World;
const APP = "app-";
const { version, files, office } = __PRECACHE__;
const OURS = `${APP}${version}`;
/** The office's page, under whatever address of it. */
const OFFICE = "/office";

world.addEventListener("install", (event) => event.waitUntil(gather()));
world.addEventListener("activate", (event) => event.waitUntil(takeOver()));
world.addEventListener("fetch", (event) => {
  const path = pathOf(event.request);
  if (path !== undefined) {
    event.respondWith(answer(path, event.request));
  }
});
world.addEventListener("message", (event) => {
  if (event.data === "take over") {
    void world.skipWaiting();
  } else if (event.data === "version") {
    event.ports[0]?.postMessage(version);
  } else if (event.data === "office too") {
    event.waitUntil(fill(office));
  }
});

/** Fills this version's cache: on a phone with the phone's files, where the office was opened with all. */
async function gather(): Promise<void> {
  const isOffice = (await caches.match(OFFICE)) !== undefined;
  await fill(files);
  if (isOffice) {
    await fill(office);
  }
}

/** Puts files into this version's cache; what the version before had too does not travel again. */
async function fill(these: Record<string, string>): Promise<void> {
  const cache = await caches.open(OURS);
  for (const [path, integrity] of Object.entries(these)) {
    // A name with a hash in it means the same bytes forever.
    const isHashed = path.startsWith("/assets/");
    const there = isHashed ? await caches.match(path) : undefined;
    await cache.put(path, there ?? (await fetched(path, integrity, isHashed ? "default" : "no-cache")));
  }
}

async function fetched(path: string, integrity: string, cache: RequestCache): Promise<Response> {
  const response = await fetch(path, { integrity, cache, credentials: "omit", redirect: "error" });
  if (!response.ok) {
    throw new Error(`${path}: ${response.status}`);
  }
  return response;
}

async function takeOver(): Promise<void> {
  const names = await caches.keys();
  const old = names.filter((name) => name.startsWith(APP) && name !== OURS);
  await Promise.all(old.map((name) => caches.delete(name)));
  await world.clients.claim();
}

/** The app's file that is asked for; undefined where the network is to answer. */
function pathOf(request: Request): string | undefined {
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== world.location.origin || pathname.startsWith("/api/")) {
    return undefined;
  }
  if (pathname in files || pathname in office) {
    return pathname;
  }
  if (request.mode === "navigate" && pathname.startsWith(`${OFFICE}/`)) {
    return OFFICE;
  }
  // Addresses from old links and home screens lead into the app, too; public pages and those of the operator do not.
  const isOthers = pathname.startsWith("/public") || pathname.startsWith("/metrics");
  const isPage = request.mode === "navigate" && !pathname.slice(1).includes("/") && !isOthers;
  return isPage ? "/" : undefined;
}

async function answer(path: string, request: Request): Promise<Response> {
  const cache = await caches.open(OURS);
  // Storage may have been cleared under pressure: then the network is the next best.
  return (await cache.match(path)) ?? fetch(request);
}
