/**
 * Signing in at the office's door. What somebody saved and the server has not taken yet goes out under the
 * session's cookie: nobody else is let in while such things are on this computer.
 */

import type { Device } from "../../db/device.ts";
import type { Me } from "../../field/record/book.ts";
import { SEAL } from "../../sync/pass.ts";
import type { Phone } from "../../sync/phone.ts";
import type { Came, Problem } from "../answers.ts";

/** What `POST /api/v1/session` answers, as far as it is read. */
export type SignedIn = Me & { device: { id: string }; seal?: string };

export interface Credentials {
  username: string;
  password: string;
  totp?: string;
}

export type Entering =
  | { kind: "in"; me: SignedIn }
  | { kind: "refused"; problem: Problem }
  | { kind: "no_line" }
  /** Somebody else's work is on this computer and has not arrived. */
  | { kind: "anothers"; name: string; count: number }
  /** Somebody else began something here and did not save it: it goes when another signs in. */
  | { kind: "drafts"; name: string; count: number };

/** What signing in needs: the server, and that nothing is sent meanwhile. */
export interface Door {
  begin(credentials: Credentials): Promise<Came<SignedIn>>;
  end(): Promise<unknown>;
  /** The kinds of records, without which no page can be drawn. */
  schema(): Promise<Came<object>>;
  betweenSyncs(work: () => Promise<void>): Promise<void>;
}

/** Signs somebody in, and makes this their desk. `throwAway`: drafts of whoever was here before may go. */
export async function enter(device: Device, door: Door, credentials: Credentials, throwAway = false): Promise<Entering> {
  let entering: Entering = { kind: "no_line" };
  await door.betweenSyncs(async () => {
    entering = await tryToEnter(device, door, credentials, throwAway);
  });
  return entering;
}

async function tryToEnter(device: Device, door: Door, credentials: Credentials, throwAway: boolean): Promise<Entering> {
  const before = await device.phone();
  const owner = await device.paper<Me>("me");
  const isSame = before === undefined || owner?.user.username === normal(credentials.username);
  const hindrance = before === undefined || isSame ? undefined : await hinders(device, before);
  if (hindrance !== undefined && (hindrance.kind === "anothers" || !throwAway)) {
    return hindrance;
  }
  const came = await door.begin(credentials);
  if (came.kind !== "answer") {
    return came;
  }
  const { seal, ...me } = came.value;
  const owns = { user: me.user.id, name: me.user.display_name, device: me.device.id };
  if (before === undefined) {
    await device.enrol(owns, "", "partial");
  } else if (before.owner.user === owns.user) {
    await (before.owner.device === owns.device ? undefined : device.enrolAnew(owns, ""));
  } else {
    // The name may belong to somebody else by now: what the server says counts.
    const left = await hinders(device, before);
    const isFree = left === undefined || (left.kind === "drafts" && throwAway);
    if (!isFree || !(await device.forget(before))) {
      await door.end();
      return left ?? { kind: "anothers", name: before.owner.name, count: 1 };
    }
    await device.enrol(owns, "", "partial");
  }
  const schema = await door.schema();
  if (schema.kind === "answer") {
    await device.keepPaper("schema", schema.value);
  }
  await device.keepPaper("me", me);
  if (seal !== undefined) {
    await device.keepPaper(SEAL, seal);
  }
  return { kind: "in", me };
}

/** What stands against letting somebody else in. */
async function hinders(device: Device, { outbox, photos, owner }: Phone): Promise<Entering | undefined> {
  const unsent = outbox.waiting.length + Object.values(photos).filter((photo) => !photo.atOffice).length;
  if (unsent > 0) {
    return { kind: "anothers", name: owner.name, count: unsent };
  }
  const drafts = await device.drafts.all();
  return drafts.length === 0 ? undefined : { kind: "drafts", name: owner.name, count: drafts.length };
}

/** As the server reads a name. */
function normal(username: string): string {
  return username.trim().toLowerCase();
}

/** Whether a desk may be left: all that was saved on it has arrived. */
export function mayLeave(phone: Phone): boolean {
  return phone.outbox.waiting.length === 0 && Object.values(phone.photos).every((photo) => photo.atOffice);
}
