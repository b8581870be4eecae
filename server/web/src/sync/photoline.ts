/** When photos go: after the records, not where data is to be saved, and after a failure not at once. */

import type { Device } from "../db/device.ts";
import type { Sha256 } from "../protocol/wire.ts";
import { type Event, LONGEST_PAUSE } from "./engine.ts";
import type { Knowledge } from "./knowledge.ts";
import type { Outside } from "./outside.ts";
import { arePhotosSent } from "./state.ts";

/** What the photos need to know of the records, and what they tell. */
export interface Beside {
  /** Ends when no request of the records is under way: they go first. */
  quiet(): Promise<void>;
  /** Counts anew what is on the device. */
  recount(): Promise<void>;
  /** How far they are has changed. */
  tell(): void;
  /** They broke: the next small sync finds out whether there is a line at all. */
  broke(event: Event): void;
  /** The time has come to go on. */
  goOn(): void;
  isStopped(): boolean;
}

export class PhotoLine {
  /** Photos go although data is to be saved. */
  private isAtOnce = false;
  private notBefore = 0;
  private failures = 0;
  /** Bytes on the line that the server did not acknowledge yet. */
  private readonly flying = new Map<Sha256, number>();
  private cancel = () => {};

  constructor(
    private readonly device: Device,
    private readonly outside: Outside,
    private readonly known: Knowledge,
    private readonly beside: Beside,
  ) {}

  /** Whether some are on their way just now. */
  get isSending(): boolean {
    return this.flying.size > 0;
  }

  /** How many bytes are on the line. */
  get bytesFlying(): number {
    return [...this.flying.values()].reduce((sum, bytes) => sum + bytes, 0);
  }

  /** Whether they wait for the owner's word, since data is to be saved. */
  doWait(): boolean {
    return this.outside.savesData() && !this.isAtOnce && !arePhotosSent(this.known.counts);
  }

  /** Somebody wants them now, whatever the pause. */
  hurry(): void {
    this.notBefore = 0;
  }

  /** The owner wants them now, although data is to be saved. */
  sendAtOnce(): void {
    this.isAtOnce = true;
  }

  stop(): void {
    this.cancel();
  }

  /** Sends what the office lacks, unless another page does, or it is not time yet. */
  async send(token: string): Promise<void> {
    await this.beside.recount();
    if (arePhotosSent(this.known.counts) || this.doWait() || this.beside.isStopped()) {
      return;
    }
    const wait = this.notBefore - this.outside.now();
    if (wait > 0) {
      this.cancel();
      this.cancel = this.outside.after(wait, () => this.beside.goOn());
      return;
    }
    const { sendPhotos } = await import("../photos/upload.ts");
    const told = (hash: Sha256, bytes: number) => {
      this.flying.set(hash, bytes);
      this.beside.tell();
    };
    const isOver = () => this.beside.isStopped() || this.doWait();
    const how = { quiet: () => this.beside.quiet(), told, isOver };
    const sent = await this.outside.turns.ifFree("photos", () => sendPhotos(this.device, this.outside, token, how));
    this.flying.clear();
    await this.beside.recount();
    if (sent === undefined) {
      return;
    }
    if (sent.photos > 0) {
      this.known.doubt();
    }
    if (sent.broke === undefined) {
      this.isAtOnce = false;
      this.failures = 0;
    } else {
      await this.pause(sent.broke, sent.bytes > 0);
    }
  }

  private async pause(error: unknown, hadProgress: boolean): Promise<void> {
    const event = await this.known.explain(error, "photo");
    this.failures = hadProgress ? 1 : this.failures + 1;
    const retryAfter = event.kind === "came" && event.came.kind === "refused" ? event.came.retryAfterMs : 0;
    const pause = Math.min(1_000 * 2 ** this.failures, LONGEST_PAUSE) * (0.5 + 0.5 * this.outside.luck());
    this.notBefore = this.outside.now() + (retryAfter ?? 0) + pause;
    this.beside.broke(event);
  }
}
