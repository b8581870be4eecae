/** What `GET /api/v1/records/{id}` answers, as far as the office reads it. */

import type { Change, Sha256, Snapshot, Uuid } from "../../protocol/wire.ts";

/** One entry of the ledger that says something of the record. */
export interface HistoryEntry {
  seq: number;
  /** Nothing once it was lawfully erased. */
  change?: Change | null;
  by: Uuid;
  by_name: string;
  device: Uuid;
  received_at: string;
  carried_by?: Uuid;
  released_by?: Uuid;
  digest: Sha256;
}

interface TimeReading {
  taken_at: string;
  days_off?: number | null;
  offset_assumed: boolean;
}

interface PlaceReading {
  lat: number;
  lon: number;
  accuracy_m?: number | null;
  distance_m?: number | null;
  at_least_m?: number | null;
  datum_known: boolean;
}

interface Elsewhere {
  record: Uuid;
  kind: string;
}

/** What one photo is evidence of. */
export interface PhotoEvidence {
  sha256: Sha256;
  field: string;
  arrived: boolean;
  inspected: boolean;
  displayable: boolean;
  /** The bytes as they came, and whether whoever reads this may have them; absent before they came. */
  file?: { media_type: string; bytes: number; size?: [number, number]; received_at: string; open: boolean };
  day: { verdict: "on_the_day" | "another_day" | "unknown"; camera?: TimeReading | null; device?: TimeReading | null };
  place: { verdict: "at_the_school" | "elsewhere" | "unsure" | "unknown"; camera?: PlaceReading | null; device?: PlaceReading | null };
  used_elsewhere: Elsewhere[];
  used_out_of_scope: number;
  nearly_same: { sha256: Sha256; distance: number; used_in: Elsewhere[] }[];
  nearly_same_out_of_scope: number;
}

export interface RecordView {
  record: Snapshot;
  county: string;
  history: HistoryEntry[];
  next?: number;
  photos: PhotoEvidence[];
  number?: string;
}

/** The path of a record; with so much of its history as is asked for. */
export function pathOf(id: Uuid, history?: { after?: number; limit?: number }): string {
  const query = new URLSearchParams(Object.entries(history ?? {}).map(([name, value]) => [name, String(value)])).toString();
  return `/api/v1/records/${encodeURIComponent(id)}${query === "" ? "" : `?${query}`}`;
}
