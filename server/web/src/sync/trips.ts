/** Round trips of the records: what is asked, the answer taken in, the replica repaired, the ledger witnessed. */

import type { Device } from "../db/device.ts";
import type { SyncResponse, Uuid } from "../protocol/wire.ts";
import type { Event } from "./engine.ts";
import type { Knowledge } from "./knowledge.ts";
import { Office } from "./office.ts";
import type { Outside } from "./outside.ts";
import { WITNESS } from "./witnessed.ts";

/** How often in a row the replica is repaired; more says that something else is wrong. */
const MOST_REPAIRS = 3;

export class Trips {
  /** What the request under way carries. */
  carries: ReadonlySet<Uuid> = new Set();
  private asksAfterHeld = true;
  private repairs = 0;

  constructor(
    private readonly device: Device,
    private readonly outside: Outside,
    private readonly known: Knowledge,
  ) {}

  /** One round trip, when it is this page's turn; tells how it ended. */
  async make(batch: number): Promise<Event> {
    const event = await this.outside.turns
      .inTurn("sync", () => this.trip(batch))
      .catch((error: unknown) => this.known.explain(error, "sync"));
    this.carries = new Set();
    return event;
  }

  /** No further trip follows this one at once. */
  areThrough(): void {
    this.asksAfterHeld = true;
    this.repairs = 0;
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
      checkpoint: this.known.witnessed?.note ?? null,
      begins: ({ carries }) => {
        this.carries = carries;
      },
    });
    this.known.compareClocks(aheadMs);
    const received = await this.device.receive(request.carries, answer);
    this.asksAfterHeld = false;
    if (received.accepted + received.duplicates + received.held > 0) {
      this.known.doubt();
    }
    const isAnew = received.differs && (await this.repair(office));
    await this.witness(office, answer);
    return { kind: "came", came: { kind: "answer", answer }, again: received.again || isAnew };
  }

  /** Repairs the replica by the server's index; tells whether it is pulled anew. */
  private async repair(office: Office): Promise<boolean> {
    this.repairs += 1;
    if (this.repairs > MOST_REPAIRS) {
      await this.known.explain(new Error(`still differs after ${MOST_REPAIRS} repairs`), "repair");
      return false;
    }
    await this.device.repair(await office.index());
    return (await this.device.phone())?.pull !== undefined;
  }

  /** Believes a new checkpoint only with the proof. That it cannot be checked now is no trouble. */
  private async witness(office: Office, { checkpoint }: SyncResponse): Promise<void> {
    const { witnessed } = this.known;
    if (checkpoint === undefined || checkpoint.note === witnessed?.note) {
      return;
    }
    try {
      const { heed } = await import("./witness.ts");
      this.known.witnessed = await heed(witnessed, checkpoint, (county) => office.ledgerKey(county));
      await this.device.keepPaper(WITNESS, this.known.witnessed);
    } catch (error) {
      await this.known.explain(error, "witness");
    }
  }
}
