/** The state of a device in plain lines, for support. Nothing of what people wrote is in it. Pure. */

import type { TroubleNote } from "../../db/tables.ts";
import { stamp } from "../../protocol/stamp.ts";
import { PROTOCOL, type Phone } from "../../sync/phone.ts";
import type { SyncState } from "../../sync/runner.ts";
import type { Storage } from "../../ui/storage.ts";
import { type Say, sayIn } from "../../ui/words/catalogue.ts";
import { support as words } from "../../ui/words/support.ts";
import type { Me } from "../join/enrol.ts";

export interface Facts {
  me: Me | undefined;
  phone: Phone | undefined;
  sync: SyncState;
  troubles: TroubleNote[];
  drafts: number;
  storage: Storage | undefined;
  /** Of the app that works offline here. */
  version: string | undefined;
  userAgent: string;
  isOnline: boolean;
  now: Date;
}

/** For whoever gets it sent: they may read either language. */
export function reportInBoth(facts: Facts): string {
  return [sayIn("zh"), sayIn("en")].map((say) => report(facts, say)).join("\n\n");
}

export function report(facts: Facts, say: Say): string {
  const { sync, troubles } = facts;
  const { engine, photos, waiting, kept, held, refused } = sync;
  const at = (ms: number | undefined) => (ms === undefined ? say(words.never) : stamp(new Date(ms)));
  const lines = [
    ...whoAndWhat(facts, say),
    say(facts.isOnline ? words.online : words.offline),
    ...(engine.busy ? [say(words.busy)] : []),
    ...(engine.failures === 0 ? [] : [say(words.failures, { count: engine.failures })]),
    say(words.trouble, { what: troubleOf(sync) ?? say(words.none) }),
    say(words.lastSync, { at: at(engine.lastWorked) }),
    say(words.proven, { at: at(sync.provenAt) }),
    say(words.changes, { waiting, kept, held, refused, drafts: facts.drafts }),
    say(words.photos, { ...photos }),
    ...(sync.saveData ? [say(words.saveData)] : []),
    ...standing(facts, say),
    ...(sync.distrust === undefined ? [] : [say(words.ledger, { what: sync.distrust })]),
    ...(troubles.length === 0 ? [] : [say(words.troubles)]),
    ...troubles.map(({ at: when, times, doing, why, detail }) => `${at(when)} ${say(words.times, { times })} ${doing}: ${why} ${detail}`.trim()),
  ];
  return lines.join("\n");
}

/** The app, whose it is, and where it runs. */
function whoAndWhat({ me, phone, version, userAgent, now }: Facts, say: Say): string[] {
  const owner = phone?.owner;
  return [
    say(words.time, { at: stamp(now) }),
    say(words.app, { version: version ?? say(words.notOffline) }),
    ...(me === undefined ? [] : [say(words.server, { version: me.server.version, url: me.server.public_url, protocol: PROTOCOL })]),
    ...(me === undefined ? [] : [say(words.user, { name: me.user.username })]),
    ...(owner === undefined ? [] : [say(words.userId, { id: owner.user })]),
    say(words.device, { name: owner === undefined ? say(words.notEnrolled) : (me?.device.name ?? "") }),
    ...(owner === undefined ? [] : [say(words.deviceId, { id: owner.device })]),
    say(words.browser, { agent: userAgent }),
  ];
}

/** How far the device has come with the ledger, its clock, its room. */
function standing({ phone, sync, storage }: Facts, say: Say): string[] {
  const { clockSkewMs } = sync;
  return [
    ...(phone === undefined ? [] : [say(words.pulled, { settled: phone.settled })]),
    ...(phone?.pull === undefined ? [] : [say(words.pulling)]),
    clockSkewMs === undefined ? say(words.clockRight) : say(words.clockBehind, { seconds: Math.round(clockSkewMs / 1000) }),
    say(words[storage?.promise ?? "unknown"]),
    ...(storage?.used === undefined || storage.room === undefined ? [] : [say(words.room, { used: storage.used, room: storage.room })]),
  ];
}

function troubleOf({ engine: { trouble } }: SyncState): string | undefined {
  if (trouble === undefined) {
    return undefined;
  }
  return "detail" in trouble ? `${trouble.why} ${trouble.detail}` : trouble.why;
}
