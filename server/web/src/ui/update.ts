/**
 * A new version of the app: it comes by itself and waits; the owner takes it, and never in the middle
 * of a sync or under the hands of somebody who writes. What was written is in IndexedDB, which no version change touches.
 */

/** `ready`: it may be taken. `awaits_sync`: it was asked for and waits until a sync is through.
 * `elsewhere`: another page took it, and this one is of the version before. */
type UpdateState = "none" | "ready" | "awaits_sync" | "taking" | "elsewhere";

/** As much of a service worker's registration as is used. */
export interface Registration {
  readonly waiting: Waiting | null;
  readonly installing: Waiting | null;
  readonly active?: Waiting | null;
  update(): Promise<unknown>;
  addEventListener(type: "updatefound", listener: () => void): void;
}
export interface Waiting {
  readonly state: string;
  postMessage(message: string): void;
  addEventListener(type: "statechange", listener: () => void): void;
}

/** Whether a sync is under way or somebody is writing, and how to be told when that changes. */
export interface Line {
  isBusy(): boolean;
  watch(watcher: () => void): () => void;
}

/** How often the server is asked for a new version at most, in milliseconds. */
const BETWEEN_LOOKS = 60 * 60_000;

export class Update {
  private current: UpdateState = "none";
  private registration: Registration | undefined;
  private lookedAt = 0;
  private readonly watchers = new Set<() => void>();

  constructor(
    private readonly line: Line,
    /** Opens the page anew. */
    private readonly reopen: () => void,
    private readonly now: () => number,
  ) {
    this.line.watch(() => this.takeIfQuiet());
  }

  state(): UpdateState {
    return this.current;
  }

  watch(watcher: () => void): () => void {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  }

  /** The service worker is registered. `isFirst`: no version was at work before. */
  registered(registration: Registration, isFirst: boolean): void {
    this.registration = registration;
    this.lookedAt = this.now();
    // One was at work before this page looked, although it was opened without it: the next is news.
    isFirst = isFirst && registration.active?.state !== "activated";
    if (registration.waiting !== null && !isFirst) {
      this.become("ready");
    }
    const follow = (coming: Waiting | null) =>
      coming?.addEventListener("statechange", () => {
        if (coming.state === "installed" && !isFirst) {
          this.become("ready");
        }
        // Whatever comes after the first is news.
        isFirst = isFirst && coming.state !== "activated";
      });
    // One that another page began to install is on its way already, and is not announced again.
    follow(registration.installing);
    registration.addEventListener("updatefound", () => follow(registration.installing));
  }

  /** Another version is at work now. */
  tookOver(): void {
    if (this.current === "taking") {
      this.reopen();
    } else {
      this.become("elsewhere");
    }
  }

  /** Somebody looks at the app, or the server says that it is too old. */
  look(): void {
    if (this.registration !== undefined && this.now() - this.lookedAt >= BETWEEN_LOOKS) {
      this.lookedAt = this.now();
      void this.registration.update().catch(() => undefined);
    }
  }

  /** The owner wants it. */
  take(): void {
    if (this.current === "elsewhere") {
      return this.reopen();
    }
    this.become("awaits_sync");
    this.takeIfQuiet();
  }

  private takeIfQuiet(): void {
    const waiting = this.registration?.waiting;
    if (this.current === "awaits_sync" && !this.line.isBusy() && waiting) {
      this.become("taking");
      waiting.addEventListener("statechange", () => {
        // Another one came and took its place: that is the one to take.
        if (waiting.state === "redundant" && this.current === "taking") {
          this.become("awaits_sync");
          this.takeIfQuiet();
        }
      });
      waiting.postMessage("take over");
    }
  }

  private become(state: UpdateState): void {
    this.current = state;
    this.watchers.forEach((watcher) => watcher());
  }
}

/** Registers the service worker, and tells the update of all that happens to it. */
export async function serveOffline(page: Window, update: Update): Promise<void> {
  const workers = page.navigator.serviceWorker as ServiceWorkerContainer | undefined;
  if (workers === undefined) {
    return;
  }
  const isFirst = workers.controller === null;
  let hadController = !isFirst;
  workers.addEventListener("controllerchange", () => {
    // The first version takes over a page that it did not serve: that is no news.
    if (hadController) {
      update.tookOver();
    }
    hadController = true;
  });
  page.document.addEventListener("visibilitychange", () => {
    if (page.document.visibilityState === "visible") {
      update.look();
    }
  });
  const registration = await workers.register("/sw.js").catch(() => undefined);
  if (registration !== undefined) {
    update.registered(registration, isFirst);
  }
}

/** How long a new version may take until it is at work, in milliseconds. */
const TAKES = 60_000;

/** Opens the page by the newest version that the server has: for an app that cannot start as it is. */
export async function openNewest(page: Window): Promise<void> {
  const workers = page.navigator.serviceWorker as ServiceWorkerContainer | undefined;
  const registration = await workers?.getRegistration().catch(() => undefined);
  await registration?.update().catch(() => undefined);
  const coming = registration?.installing ?? registration?.waiting;
  if (workers !== undefined && coming) {
    await new Promise<void>((resolve) => {
      const go = () => coming.state === "installed" && coming.postMessage("take over");
      coming.addEventListener("statechange", () => (coming.state === "redundant" ? resolve() : go()));
      workers.addEventListener("controllerchange", () => resolve());
      setTimeout(resolve, TAKES);
      go();
    });
  }
  page.location.reload();
}

/** The version of the app that works offline here; nothing before it is installed. */
export async function versionOf(page: Window): Promise<string | undefined> {
  const worker = (page.navigator.serviceWorker as ServiceWorkerContainer | undefined)?.controller;
  if (!worker) {
    return undefined;
  }
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    port1.onmessage = ({ data }: MessageEvent<string>) => resolve(data);
    worker.postMessage("version", [port2]);
    setTimeout(() => resolve(undefined), 1000);
  });
}
