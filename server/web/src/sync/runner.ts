/**
 * Carries out what the engine decides: asks, takes in the answer, repairs, and when the records are
 * through, sends the photos and has it proven that the office lacks nothing.
 *
 * All that matters is in `Device`, each step one transaction. The runner can be killed at any moment;
 * it remembers only when to come again, and what the screen says.
 */

import type { News } from "../db/bell.ts";
import type { Device } from "../db/device.ts";
import type { Sha256, SyncResponse, Uuid } from "../protocol/wire.ts";
import { eventOf, whyOf } from "./broken.ts";
import { type Effect, type Engine, type Event, LONGEST_PAUSE, start, step } from "./engine.ts";
import { Nudges } from "./nudges.ts";
import { Office } from "./office.ts";
import type { Outside, Sign } from "./outside.ts";
import { have } from "./phone.ts";
import { type Counts, NOTHING, type SyncState, arePhotosSent, count, isSent } from "./state.ts";
import { WITNESS, type Witnessed } from "./witnessed.ts";

export type { SyncState } from "./state.ts";

/** How often in a row the replica is repaired; more says that something else is wrong. */
const MOST_REPAIRS = 3;
/** From which difference on a clock is wrong, in milliseconds. */
const SKEW_MS = 60_000;
/** How long what the server says of itself counts as fresh, in milliseconds. */
const FRESH_MS = 6 * 3_600_000;
/** How long a proof lasts while a backup is still to come, in milliseconds. */
const PROOF_MS = 30 * 60_000;
/** A pause longer than this comes of a clock that was set, in milliseconds. */
const LONGEST_WAIT = 4 * LONGEST_PAUSE;
/** How many bytes of photos that a backup has stay on the device. */
const ROOMY_BYTES = 64 * 1024 * 1024;
/** The paper on which stands what the runner must know when the app opens again. */
const PAPER = "line";

/** What outlives the page. */
interface Memory {
  engine: Engine;
  provenAt?: number;
  clockSkewMs?: number;
  /** When `me` and `schema` were last fetched. */
  papersAt?: number;
}

export class Runner {
  private memory: Memory = { engine: start };
  private counts: Counts = NOTHING;
  private witnessed: Witnessed | undefined;
  private isEnrolled = false;
  private isStopped = false;
  private asksAfterHeld = true;
  private repairs = 0;
  /** What the request under way carries. */
  private carries: ReadonlySet<Uuid> = new Set();
  /** Photos go although data is to be saved. */
  private photosAtOnce = false;
  private photosNotBefore = 0;
  private photoFailures = 0;
  /** Bytes of photos on the line that the server did not acknowledge yet. */
  private readonly onTheLine = new Map<Sha256, number>();
  /** What follows a sync is under way, and is to follow once more. */
  private after: "no" | "yes" | "again" = "no";
  private readonly nudges: Nudges;
  private readonly watchers = new Set<() => void>();
  private quiets: (() => void)[] = [];
  private cancelWake = () => {};
  private cancelPhotos = () => {};

  constructor(
    private readonly device: Device,
    private readonly outside: Outside,
  ) {
    this.nudges = new Nudges(outside, () => this.happen({ kind: "news" }));
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
      this.cancelPhotos();
    };
  }

  state(): SyncState {
    const { engine, provenAt, clockSkewMs } = this.memory;
    const flying = [...this.onTheLine.values()].reduce((sum, bytes) => sum + bytes, 0);
    const { photos } = this.counts;
    return {
      engine,
      ...this.counts,
      photos: { ...photos, bytesSent: Math.min(photos.bytes, photos.bytesSent + flying) },
      saveData: this.doPhotosWait(),
      sending: this.onTheLine.size > 0,
      ...(provenAt !== undefined && isSent(this.counts) ? { provenAt } : {}),
      ...(clockSkewMs === undefined ? {} : { clockSkewMs }),
      ...(this.witnessed?.distrust === undefined ? {} : { distrust: this.witnessed.distrust }),
    };
  }

  /** Calls back whenever `state()` may be another. Gives back how to stop watching. */
  watch(watcher: () => void): () => void {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  }

  /** Somebody wants it now. */
  look(): void {
    this.photosNotBefore = 0;
    this.happen({ kind: "looked" });
  }

  /** Sends the photos although data is to be saved: the owner says so. */
  sendPhotos(): void {
    this.photosAtOnce = true;
    this.look();
  }

  /** Asks the office whether it lacks anything of what is here; tells whether it lacks nothing. */
  async prove(): Promise<boolean> {
    try {
      return await this.outside.turns.inTurn("sync", () => this.have());
    } catch (error) {
      await this.explain(error, "have");
      return false;
    }
  }

  // What happens ------------------------------------------------------------------------------------

  private happen(event: Event): void {
    const isOfNobody = !this.isEnrolled && event.kind !== "came" && event.kind !== "broke";
    if (this.isStopped || isOfNobody) {
      return;
    }
    const now = this.outside.now();
    let { engine } = this.memory;
    if (engine.notBefore > now + LONGEST_WAIT) {
      engine = { ...engine, notBefore: now };
    }
    let effects: Effect[];
    [engine, effects] = step(engine, event, now, this.outside.luck());
    this.memory = { ...this.memory, engine };
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
    if (here && waiting.some((change) => !this.carries.has(change))) {
      this.doubt();
      this.happen({ kind: "news" });
    }
    this.tell();
  }

  /** Counts what is on the device; tells which changes wait. */
  private async recount(): Promise<Uuid[]> {
    const phone = await this.device.phone().catch(() => undefined);
    const wasEnrolled = this.isEnrolled;
    this.isEnrolled = phone !== undefined;
    this.counts = phone === undefined ? NOTHING : count(phone);
    if (this.isEnrolled && !wasEnrolled) {
      this.happen({ kind: "looked" });
    } else if (!this.isEnrolled && wasEnrolled) {
      this.leave();
    }
    return phone?.outbox.waiting.map((change) => change.id) ?? [];
  }

  /** The owner signed out: nothing of what was before counts any more. */
  private leave(): void {
    this.cancelWake();
    this.cancelPhotos();
    this.nudges.stop();
    this.memory = { engine: { ...start, busy: this.memory.engine.busy } };
    this.witnessed = undefined;
  }

  private tell(): void {
    for (const watcher of [...this.watchers]) {
      watcher();
    }
  }

  private async remember(): Promise<void> {
    const memory = await this.device.paper<Memory>(PAPER).catch(() => undefined);
    this.witnessed = await this.device.paper<Witnessed>(WITNESS).catch(() => undefined);
    if (memory !== undefined) {
      // What was under way when the page was closed is not any more.
      this.memory = { ...memory, engine: { ...memory.engine, busy: false, again: false, looked: false } };
    }
    await this.recount();
    this.tell();
  }

  private async note(): Promise<void> {
    if (this.isEnrolled) {
      await this.device.keepPaper(PAPER, this.memory).catch(() => undefined);
    }
  }

  /** What went wrong, in the engine's words, and in the notes for support. */
  private async explain(error: unknown, doing: string): Promise<Event> {
    const event = eventOf(error);
    const detail = error instanceof Error ? error.message : String(error);
    await this.device.keepTrouble(this.outside.now(), doing, whyOf(event), detail).catch(() => undefined);
    return event;
  }

  // A round trip ------------------------------------------------------------------------------------

  private async round(batch: number): Promise<void> {
    const event = await this.outside.turns
      .inTurn("sync", () => this.trip(batch))
      .catch((error: unknown) => this.explain(error, "sync"));
    this.carries = new Set();
    this.happen(event);
    if (this.memory.engine.busy) {
      return;
    }
    this.asksAfterHeld = true;
    this.repairs = 0;
    await this.note();
    if (this.memory.engine.trouble === undefined) {
      void this.afterwards();
    }
  }

  private async trip(batch: number): Promise<Event> {
    const [phone, token] = await Promise.all([this.device.phone(), this.device.token()]);
    if (phone === undefined || token === undefined) {
      return { kind: "broke" };
    }
    const office = new Office(this.outside, token);
    const { request, answer, aheadMs } = await office.sync(phone, {
      changes: batch,
      askAfterHeld: this.asksAfterHeld,
      checkpoint: this.witnessed?.note ?? null,
      begins: ({ carries }) => {
        this.carries = carries;
      },
    });
    this.compareClocks(aheadMs);
    const received = await this.device.receive(request.carries, answer);
    this.asksAfterHeld = false;
    if (received.accepted + received.duplicates + received.held > 0) {
      this.doubt();
    }
    const isAnew = received.differs && (await this.repair(office));
    await this.witness(office, answer);
    return { kind: "came", came: { kind: "answer", answer }, again: received.again || isAnew };
  }

  /** What was proven before says nothing of what came since. */
  private doubt(): void {
    const { provenAt: _, ...memory } = this.memory;
    this.memory = memory;
  }

  private compareClocks(aheadMs: number): void {
    const { clockSkewMs: _, ...memory } = this.memory;
    this.memory = Math.abs(aheadMs) > SKEW_MS ? { ...memory, clockSkewMs: aheadMs } : memory;
  }

  /** Repairs the replica by the server's index; tells whether it is pulled anew. */
  private async repair(office: Office): Promise<boolean> {
    this.repairs += 1;
    if (this.repairs > MOST_REPAIRS) {
      await this.explain(new Error(`still differs after ${MOST_REPAIRS} repairs`), "repair");
      return false;
    }
    await this.device.repair(await office.index());
    return (await this.device.phone())?.pull !== undefined;
  }

  /** Believes a new checkpoint only with the proof. That it cannot be checked now is no trouble. */
  private async witness(office: Office, { checkpoint }: SyncResponse): Promise<void> {
    if (checkpoint === undefined || checkpoint.note === this.witnessed?.note) {
      return;
    }
    try {
      const { heed } = await import("./witness.ts");
      this.witnessed = await heed(this.witnessed, checkpoint, (county) => office.ledgerKey(county));
      await this.device.keepPaper(WITNESS, this.witnessed);
    } catch (error) {
      await this.explain(error, "witness");
    }
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
          await this.fetchPapers(new Office(this.outside, token)).catch((error: unknown) => this.explain(error, "papers"));
          await this.upload(token);
          await this.proveIfDue();
        }
      } catch (error) {
        await this.explain(error, "afterwards");
      }
    } while (this.isToFollowAgain());
    this.after = "no";
    this.tell();
  }

  private isToFollowAgain(): boolean {
    return this.after === "again" && !this.isStopped;
  }

  private async fetchPapers(office: Office): Promise<void> {
    const now = this.outside.now();
    if (Math.abs(now - (this.memory.papersAt ?? 0)) > FRESH_MS) {
      for (const name of ["schema", "me"] as const) {
        await this.device.keepPaper(name, await office.paper(name));
      }
      this.memory = { ...this.memory, papersAt: now };
      await this.note();
    }
  }

  private doPhotosWait(): boolean {
    return this.outside.savesData() && !this.photosAtOnce && !arePhotosSent(this.counts);
  }

  private async upload(token: string): Promise<void> {
    await this.recount();
    if (arePhotosSent(this.counts) || this.doPhotosWait() || this.isStopped) {
      return;
    }
    const wait = this.photosNotBefore - this.outside.now();
    if (wait > 0) {
      this.cancelPhotos();
      this.cancelPhotos = this.outside.after(wait, () => void this.afterwards());
      return;
    }
    const { sendPhotos } = await import("../photos/upload.ts");
    const told = (hash: Sha256, bytes: number) => {
      this.onTheLine.set(hash, bytes);
      this.tell();
    };
    const how = { quiet: () => this.quiet(), told, isOver: () => this.isStopped || this.doPhotosWait() };
    const sent = await this.outside.turns.ifFree("photos", () => sendPhotos(this.device, this.outside, token, how));
    this.onTheLine.clear();
    await this.recount();
    if (sent === undefined) {
      return;
    }
    if (sent.photos > 0) {
      this.doubt();
    }
    if (sent.broke === undefined) {
      this.photosAtOnce = false;
      this.photoFailures = 0;
    } else {
      await this.pausePhotos(sent.broke, sent.bytes > 0);
    }
  }

  /** After a failure the next small sync finds out whether there is a line at all. */
  private async pausePhotos(error: unknown, hadProgress: boolean): Promise<void> {
    const event = await this.explain(error, "photo");
    this.photoFailures = hadProgress ? 1 : this.photoFailures + 1;
    const retryAfter = event.kind === "came" && event.came.kind === "refused" ? event.came.retryAfterMs : 0;
    const pause = Math.min(1_000 * 2 ** this.photoFailures, LONGEST_PAUSE) * (0.5 + 0.5 * this.outside.luck());
    this.photosNotBefore = this.outside.now() + (retryAfter ?? 0) + pause;
    if (!this.memory.engine.busy) {
      this.happen(event);
    }
  }

  /** Ends when no request of the records is under way: they go first. */
  private quiet(): Promise<void> {
    return this.memory.engine.busy ? new Promise((resolve) => this.quiets.push(resolve)) : Promise.resolve();
  }

  private async proveIfDue(): Promise<void> {
    const { kept, held, photos } = this.counts;
    const { provenAt } = this.memory;
    const isOld = provenAt !== undefined && Math.abs(this.outside.now() - provenAt) > PROOF_MS;
    const hasUnsettled = kept + held + photos.total - photos.settled > 0;
    if (isSent(this.counts) && (provenAt === undefined || (isOld && hasUnsettled))) {
      await this.outside.turns.inTurn("sync", () => this.have());
    }
  }

  private async have(): Promise<boolean> {
    const [phone, token] = await Promise.all([this.device.phone(), this.device.token()]);
    if (phone === undefined || token === undefined) {
      return false;
    }
    const asked = have(phone);
    const lacks = await new Office(this.outside, token).have(asked);
    const lacksNothing = await this.device.receiveHave(asked, lacks);
    this.memory = { ...this.memory, provenAt: this.outside.now() };
    if (lacksNothing) {
      await this.makeRoom();
    } else {
      this.doubt();
    }
    await this.recount();
    await this.note();
    this.tell();
    return lacksNothing;
  }

  /** Lets go of photos that a backup has once there are many. */
  private async makeRoom(): Promise<void> {
    const photos = Object.values((await this.device.phone())?.photos ?? {}).filter((photo) => photo.settled);
    if (photos.reduce((bytes, photo) => bytes + photo.length, 0) > ROOMY_BYTES) {
      await this.device.album.makeRoom();
    }
  }
}
