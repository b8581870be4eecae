/**
 * What the phone knows of how things stand with the office: what is counted on the device, what outlives
 * the page, what was proven and what is doubted.
 */

import type { Device } from "../db/device.ts";
import type { Uuid } from "../protocol/wire.ts";
import { eventOf, whyOf } from "./broken.ts";
import { type Engine, type Event, start } from "./engine.ts";
import type { Outside } from "./outside.ts";
import { type Counts, NOTHING, count, isSent } from "./state.ts";
import { WITNESS, type Witnessed } from "./witnessed.ts";

/** From which difference on a clock is wrong, in milliseconds. */
const SKEW_MS = 60_000;
/** The paper on which stands what must be known when the app opens again. */
const PAPER = "line";

/** What outlives the page. */
interface Memory {
  engine: Engine;
  provenAt?: number;
  clockSkewMs?: number;
  /** When `me` and `schema` were last fetched. */
  papersAt?: number;
}

/** What counting found. */
export interface Counted {
  /** The changes that wait. */
  waiting: Uuid[];
  /** Whether the device became somebody's, was let in anew, or became nobody's, since it was last counted. */
  owner: "came" | "left" | "same";
}

export class Knowledge {
  counts: Counts = NOTHING;
  /** What was seen of the ledger. */
  witnessed: Witnessed | undefined;
  /** As what the server knows this device; nothing while it is nobody's. */
  private enrolledAs: Uuid | undefined;
  private memory: Memory = { engine: start };

  constructor(
    private readonly device: Device,
    private readonly outside: Outside,
  ) {}

  get isEnrolled(): boolean {
    return this.enrolledAs !== undefined;
  }

  get engine(): Engine {
    return this.memory.engine;
  }

  set engine(engine: Engine) {
    this.memory = { ...this.memory, engine };
  }

  get provenAt(): number | undefined {
    return this.memory.provenAt;
  }

  get papersAt(): number | undefined {
    return this.memory.papersAt;
  }

  /** What the screen is told of it. */
  said() {
    const { provenAt, clockSkewMs } = this.memory;
    return {
      ...(provenAt !== undefined && isSent(this.counts) ? { provenAt } : {}),
      ...(clockSkewMs === undefined ? {} : { clockSkewMs }),
      ...(this.witnessed?.distrust === undefined ? {} : { distrust: this.witnessed.distrust }),
    };
  }

  /** Takes up what was known when the app was last open. */
  async remember(): Promise<void> {
    const memory = await this.device.paper<Memory>(PAPER).catch(() => undefined);
    this.witnessed = await this.device.paper<Witnessed>(WITNESS).catch(() => undefined);
    if (memory !== undefined) {
      // What was under way when the page was closed is not any more.
      this.memory = { ...memory, engine: { ...memory.engine, busy: false, again: false, looked: false } };
    }
  }

  /** Writes down what must be known when the app opens again. */
  async note(): Promise<void> {
    if (this.isEnrolled) {
      await this.device.keepPaper(PAPER, this.memory).catch(() => undefined);
    }
  }

  /** Counts what is on the device. */
  async count(): Promise<Counted> {
    const phone = await this.device.phone().catch(() => undefined);
    const before = this.enrolledAs;
    this.enrolledAs = phone?.owner.device;
    this.counts = phone === undefined ? NOTHING : count(phone);
    const owner = this.enrolledAs === before ? "same" : this.isEnrolled ? "came" : "left";
    return { waiting: phone?.outbox.waiting.map((change) => change.id) ?? [], owner };
  }

  /** Nothing of what was before counts any more. */
  forget(): void {
    this.memory = { engine: { ...start, busy: this.engine.busy } };
    this.witnessed = undefined;
  }

  /** The office just said that it lacks nothing. */
  prove(): void {
    this.memory = { ...this.memory, provenAt: this.outside.now() };
  }

  /** What was proven before says nothing of what came since. */
  doubt(): void {
    const { provenAt: _, ...memory } = this.memory;
    this.memory = memory;
  }

  /** The papers were fetched just now. */
  papersCame(): void {
    this.memory = { ...this.memory, papersAt: this.outside.now() };
  }

  /** By how much the server's clock is ahead, as the last answer showed. */
  compareClocks(aheadMs: number): void {
    const { clockSkewMs: _, ...memory } = this.memory;
    this.memory = Math.abs(aheadMs) > SKEW_MS ? { ...memory, clockSkewMs: aheadMs } : memory;
  }

  /** What went wrong, in the engine's words, and in the notes for support. */
  async explain(error: unknown, doing: string): Promise<Event> {
    const event = eventOf(error);
    const detail = error instanceof Error ? error.message : String(error);
    await this.device.keepTrouble(this.outside.now(), doing, whyOf(event), detail).catch(() => undefined);
    return event;
  }
}
