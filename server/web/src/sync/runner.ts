/**
 * Carries out what the engine decides: a round trip of the records, and when they are through, what
 * follows them: papers, photos, and the proof that the office lacks nothing.
 *
 * All that matters is in `Device`, each step one transaction. The runner can be killed at any moment;
 * it remembers only when to come again, and what the screen says. What each step does stands in rooms of
 * its own: `trips`, `photoline`, `proof`; what they know together in `knowledge`.
 */

import type { News } from "../db/bell.ts";
import type { Device } from "../db/device.ts";
import type { Uuid } from "../protocol/wire.ts";
import { type Effect, type Event, LONGEST_PAUSE, step } from "./engine.ts";
import { Knowledge } from "./knowledge.ts";
import { Nudges } from "./nudges.ts";
import { Office } from "./office.ts";
import type { Outside, Sign } from "./outside.ts";
import { PhotoLine } from "./photoline.ts";
import { Proof } from "./proof.ts";
import type { SyncState } from "./state.ts";
import { Trips } from "./trips.ts";

export type { SyncState } from "./state.ts";

/** How long what the server says of itself counts as fresh, in milliseconds. */
const FRESH_MS = 6 * 3_600_000;
/** A pause longer than this comes of a clock that was set, in milliseconds. */
const LONGEST_WAIT = 4 * LONGEST_PAUSE;

export class Runner {
  private readonly known: Knowledge;
  private readonly trips: Trips;
  private readonly photos: PhotoLine;
  private readonly proof: Proof;
  private readonly nudges: Nudges;
  private isStopped = false;
  /** What follows a sync is under way, and is to follow once more. */
  private after: "no" | "yes" | "again" = "no";
  private readonly watchers = new Set<() => void>();
  private quiets: (() => void)[] = [];
  private cancelWake = () => {};

  constructor(
    private readonly device: Device,
    private readonly outside: Outside,
    /** What is to be done when the server says that there is news; nothing: it is pulled. */
    news?: () => void,
  ) {
    this.known = new Knowledge(device, outside);
    this.trips = new Trips(device, outside, this.known);
    this.proof = new Proof(device, outside, this.known);
    this.nudges = new Nudges(outside, news ?? (() => this.happen({ kind: "news" })));
    this.photos = new PhotoLine(device, outside, this.known, {
      quiet: () => this.quiet(),
      recount: async () => void (await this.recount()),
      tell: () => this.tell(),
      broke: (event) => this.known.engine.busy || this.happen(event),
      goOn: () => void this.afterwards(),
      isStopped: () => this.isStopped,
    });
  }

  /** Begins to sync, and goes on by itself. Gives back how to stop it. */
  start(): () => void {
    const unwatch = [
      this.device.watch((news) => void this.written(news)),
      this.outside.watch((sign) => this.seen(sign)),
    ];
    void this.remember();
    return () => {
      this.isStopped = true;
      unwatch.forEach((stop) => stop());
      this.nudges.stop();
      this.cancelWake();
      this.photos.stop();
    };
  }

  state(): SyncState {
    const { engine, counts } = this.known;
    const { photos } = counts;
    return {
      engine,
      ...counts,
      photos: { ...photos, bytesSent: Math.min(photos.bytes, photos.bytesSent + this.photos.bytesFlying) },
      saveData: this.photos.doWait(),
      sending: this.photos.isSending,
      ...this.known.said(),
    };
  }

  /** Calls back whenever `state()` may be another. Gives back how to stop watching. */
  watch(watcher: () => void): () => void {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  }

  /** Somebody wants it now. */
  look(): void {
    this.photos.hurry();
    this.happen({ kind: "looked" });
  }

  /** Sends the photos although data is to be saved: the owner says so. */
  sendPhotos(): void {
    this.photos.sendAtOnce();
    this.look();
  }

  /** Asks the office whether it lacks anything of what is here; tells whether it lacks nothing. */
  async prove(): Promise<boolean> {
    try {
      const lacksNothing = await this.proof.ask();
      await this.recount();
      this.tell();
      return lacksNothing;
    } catch (error) {
      await this.known.explain(error, "have");
      return false;
    }
  }

  /** Does what may not happen while a sync is under way, on whatever page. */
  async betweenSyncs(work: () => Promise<void>): Promise<void> {
    await this.outside.turns.inTurn("sync", work);
  }

  // What happens ------------------------------------------------------------------------------------

  private happen(event: Event): void {
    const isOfNobody = !this.known.isEnrolled && event.kind !== "came" && event.kind !== "broke";
    if (this.isStopped || isOfNobody) {
      return;
    }
    const now = this.outside.now();
    let { engine } = this.known;
    if (engine.notBefore > now + LONGEST_WAIT) {
      engine = { ...engine, notBefore: now };
    }
    let effects: Effect[];
    [engine, effects] = step(engine, event, now, this.outside.luck());
    this.known.engine = engine;
    for (const effect of effects) {
      this.carryOut(effect, now);
    }
    if (!engine.busy) {
      this.quiets.splice(0).forEach((go) => go());
    }
    this.tell();
  }

  private carryOut(effect: Effect, now: number): void {
    this.cancelWake();
    if (effect.kind === "sync") {
      void this.round(effect.batch);
    } else {
      this.cancelWake = this.outside.after(Math.max(0, effect.at - now), () => this.happen({ kind: "timer" }));
    }
  }

  private seen(sign: Sign): void {
    if (sign === "hidden") {
      this.nudges.stop();
    } else {
      this.look();
    }
  }

  private async written({ tables, here }: News): Promise<void> {
    if (!tables.includes("device") && !tables.includes("photos")) {
      return;
    }
    const waiting = await this.recount();
    if (here && waiting.some((change) => !this.trips.carries.has(change))) {
      this.known.doubt();
      this.happen({ kind: "news" });
    }
    this.tell();
  }

  /** Counts what is on the device; tells which changes wait. */
  private async recount(): Promise<Uuid[]> {
    const { waiting, owner } = await this.known.count();
    if (owner === "came") {
      // What was listened to before was by another token.
      this.nudges.stop();
      this.happen({ kind: "looked" });
    } else if (owner === "left") {
      this.leave();
    }
    return waiting;
  }

  /** The owner signed out. */
  private leave(): void {
    this.cancelWake();
    this.photos.stop();
    this.nudges.stop();
    this.known.forget();
  }

  private tell(): void {
    for (const watcher of [...this.watchers]) {
      watcher();
    }
  }

  private async remember(): Promise<void> {
    await this.known.remember();
    await this.recount();
    this.tell();
  }

  private async round(batch: number): Promise<void> {
    this.happen(await this.trips.make(batch));
    if (this.known.engine.busy) {
      return;
    }
    this.trips.areThrough();
    await this.known.note();
    if (this.known.engine.trouble === undefined) {
      void this.afterwards();
    }
  }

  /** Ends when no request of the records is under way. */
  private quiet(): Promise<void> {
    return this.known.engine.busy ? new Promise((resolve) => this.quiets.push(resolve)) : Promise.resolve();
  }

  // Afterwards --------------------------------------------------------------------------------------

  /** What follows when the records are through. What fails waits for the next sync. */
  private async afterwards(): Promise<void> {
    if (this.after !== "no") {
      this.after = "again";
      return;
    }
    do {
      this.after = "yes";
      try {
        const token = await this.device.token();
        if (token !== undefined) {
          this.nudges.listen(token);
          // Photos do not wait for it.
          await this.fetchPapers(new Office(this.outside, token)).catch((error: unknown) => this.known.explain(error, "papers"));
          await this.photos.send(token);
          await this.proof.askIfDue();
          await this.recount();
        }
      } catch (error) {
        await this.known.explain(error, "afterwards");
      }
    } while (this.isToFollowAgain());
    this.after = "no";
    this.tell();
  }

  private isToFollowAgain(): boolean {
    return this.after === "again" && !this.isStopped;
  }

  private async fetchPapers(office: Office): Promise<void> {
    if (Math.abs(this.outside.now() - (this.known.papersAt ?? 0)) > FRESH_MS) {
      for (const name of ["schema", "me"] as const) {
        await this.device.keepPaper(name, await office.paper(name));
      }
      this.known.papersCame();
      await this.known.note();
    }
  }
}
