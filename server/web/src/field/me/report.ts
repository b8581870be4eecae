/** The state of a device in plain lines, for support. Nothing of what people wrote is in it. Pure. */

import type { TroubleNote } from "../../db/tables.ts";
import { stamp } from "../../protocol/stamp.ts";
import { PROTOCOL, type Phone } from "../../sync/phone.ts";
import type { SyncState } from "../../sync/runner.ts";
import type { Storage } from "../../ui/storage.ts";
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

/** Field names are those of the interface and stay as they are in every language. */
export function report(facts: Facts): string {
  const { me, phone, sync, troubles, storage } = facts;
  const { engine, photos } = sync;
  const at = (ms: number | undefined) => (ms === undefined ? "never" : stamp(new Date(ms)));
  const lines = [
    `time ${stamp(facts.now)}`,
    `app ${facts.version ?? "not offline yet"} · protocol ${PROTOCOL} · server ${me?.server.version ?? "–"} ${me?.server.public_url ?? ""}`,
    `user ${me?.user.username ?? "–"} ${phone?.owner.user ?? ""}`,
    `device ${phone?.owner.device ?? "not enrolled"} ${me?.device.name ?? ""}`,
    `browser ${facts.userAgent}`,
    `line ${facts.isOnline ? "online" : "offline"} · ${engine.busy ? "busy" : "quiet"} · failures ${engine.failures}`,
    `trouble ${troubleOf(sync)}`,
    `last sync ${at(engine.lastWorked)} · proven ${at(sync.provenAt)}`,
    `changes waiting ${sync.waiting} · kept ${sync.kept} · held ${sync.held} · refused ${sync.refused} · drafts ${facts.drafts}`,
    `photos ${photos.atOffice}/${photos.total} · settled ${photos.settled} · refused ${photos.refused} · bytes ${photos.bytesSent}/${photos.bytes}${sync.saveData ? " · wait for Wi-Fi" : ""}`,
    `cursor ${phone?.cursor === null || phone === undefined ? "none" : "yes"} · settled ${phone?.settled ?? 0}${phone?.pull === undefined ? "" : " · pulling anew"}`,
    `clock ${sync.clockSkewMs === undefined ? "right" : `${Math.round(sync.clockSkewMs / 1000)} s behind the server`}`,
    `storage ${storage?.promise ?? "unknown"} · ${storage?.used ?? "?"}/${storage?.room ?? "?"} bytes`,
    ...(sync.distrust === undefined ? [] : [`ledger ${sync.distrust}`]),
    ...troubles.map(({ at: when, times, doing, why, detail }) => `${at(when)} ×${times} ${doing}: ${why} ${detail}`),
  ];
  return lines.map((line) => line.trim()).join("\n");
}

function troubleOf({ engine: { trouble } }: SyncState): string {
  if (trouble === undefined) {
    return "none";
  }
  return "detail" in trouble ? `${trouble.why} ${trouble.detail}` : trouble.why;
}
