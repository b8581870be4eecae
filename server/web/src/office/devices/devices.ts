/** Phones and browsers as `/api/v1/devices` tells of them, and what is asked about them. */

import type { Uuid } from "../../protocol/wire.ts";
import { pageIn } from "../list/query.ts";
import { type Query, addressOf } from "../roads.ts";
import type { Mark } from "../states.ts";

export interface DeviceLine {
  id: Uuid;
  name: string;
  phone: boolean;
  user: Uuid;
  by_name: string;
  username: string;
  county: string;
  created_at: string;
  last_seen_at?: string;
  clock_offset_ms?: number;
  storage_alarms: number;
  storage_alarm_at?: string;
  photos_missing: number;
  held: number;
  marks: Mark[];
  revoked_at?: string;
  closed_at?: string;
  this: boolean;
}

export interface Devices {
  count: number;
  devices: DeviceLine[];
}

export const STATES = ["in", "trouble", "out"] as const;
export type State = (typeof STATES)[number];

/** Who looks after phones and browsers, as the server has it. */
export const MINDS_DEVICES: readonly string[] = ["project_office", "equipment_station", "inspection_office", "system_admin"];

/** So many devices stand on a page. */
export const PAGE = 100;

/** What may be said when a device is revoked. */
export const REASONS = ["lost", "replaced", "left", "copied", "other"] as const;
export type Reason = (typeof REASONS)[number];

export function stateIn(query: Query): State {
  return STATES.find((state) => state === query["state"]) ?? "in";
}

export function questionOf(query: Query): string {
  const [state, skip] = [stateIn(query), pageIn(query) * PAGE];
  return addressOf("/api/v1/devices", {
    q: query["q"],
    county: query["county"],
    user: query["user"],
    state: state === "in" ? undefined : state,
    skip: skip === 0 ? undefined : String(skip),
    limit: String(PAGE),
  });
}

/** How a clock goes: nobody sees whether it is a few seconds off. */
export function clockOf(offsetMs: number | undefined): { is: "unknown" | "right" } | { is: "off"; minutes: number; seconds: number } {
  if (offsetMs === undefined) {
    return { is: "unknown" };
  }
  const seconds = Math.round(offsetMs / 1000);
  return Math.abs(seconds) < 30 ? { is: "right" } : { is: "off", minutes: Math.trunc(seconds / 60), seconds };
}
