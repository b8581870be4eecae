/** The last question, before a screen says that everything is at the office. */

import type { Device } from "../db/device.ts";
import type { Knowledge } from "./knowledge.ts";
import { Office } from "./office.ts";
import type { Outside } from "./outside.ts";
import { have } from "./phone.ts";
import { isSent } from "./state.ts";

/** How long a proof lasts while a backup is still to come, in milliseconds. */
const PROOF_MS = 30 * 60_000;
/** How many bytes of photos that a backup has stay on the device. */
const ROOMY_BYTES = 64 * 1024 * 1024;

export class Proof {
  constructor(
    private readonly device: Device,
    private readonly outside: Outside,
    private readonly known: Knowledge,
  ) {}

  /** Asks the office whether it lacks anything of what is here; tells whether it lacks nothing. */
  async ask(): Promise<boolean> {
    return this.outside.turns.inTurn("sync", () => this.have());
  }

  /** Asks where all was sent and the last answer is none or old. */
  async askIfDue(): Promise<void> {
    const { counts, provenAt } = this.known;
    const { kept, held, photos } = counts;
    const isOld = provenAt !== undefined && Math.abs(this.outside.now() - provenAt) > PROOF_MS;
    const hasUnsettled = kept + held + photos.total - photos.settled > 0;
    if (isSent(counts) && (provenAt === undefined || (isOld && hasUnsettled))) {
      await this.ask();
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
    if (lacksNothing) {
      this.known.prove();
      await this.makeRoom();
    } else {
      this.known.doubt();
    }
    await this.known.note();
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
