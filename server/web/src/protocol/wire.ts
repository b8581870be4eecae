/** The shapes that travel between a device and the server, as `sync-protocol` declares them. */

/** RFC 9562 UUID in lower case. */
export type Uuid = string;
/** `<change id>.<index>`: one line of a change. */
export type EditId = string;
/** A field's name, with its key after a slash where it is keyed. */
export type FieldName = string;
/** SHA-256 in 64 lower-case hex digits. */
export type Sha256 = string;
/** RFC 3339 with its offset. */
export type Stamp = string;

export type Value = boolean | number | string | Value[] | { [name: string]: Value };

/** One line of a change. Without a value it only takes heads away. */
export interface Edit {
  field: FieldName;
  value?: Value;
  replaces: EditId[];
}

/** What one person did in one go on one device. */
export interface Change {
  id: Uuid;
  record: Uuid;
  kind: string;
  made_at: Stamp;
  edits: Edit[];
}

/** How a field reads. It merges the same way whatever the rule. */
export type Rule = "one" | "latest" | "many" | "log" | "sum";

/** An edit with a value that no known edit of the same record and field replaces. */
export interface Head {
  edit: EditId;
  value: Value;
  by: Uuid;
  by_name: string;
  device: Uuid;
  made_at: Stamp;
  seq?: number;
}

/** A record as the server holds it. */
export interface Snapshot {
  id: Uuid;
  kind: string;
  seq: number;
  school: Uuid | null;
  project: Uuid | null;
  fields: Record<FieldName, Head[]>;
  awaited?: Record<FieldName, EditId[]>;
  siblings?: Record<FieldName, number>;
}

/** Why a change is held. */
export type Code =
  | "invalid"
  | "unknown_kind"
  | "unknown_field"
  | "not_permitted"
  | "out_of_scope"
  | "id_reused"
  | "too_large"
  | "record_damaged";

export interface SyncRequest {
  protocol: number;
  device_time: Stamp;
  cursor: string | null;
  ticket: string | null;
  checkpoint: string | null;
  changes: Change[];
  limit?: number;
}

/** What became of one change. */
export type Outcome = { change: string | null } & (
  | { outcome: "accepted"; seq: number; conflicts: FieldName[] }
  | { outcome: "duplicate"; seq: number }
  | { outcome: "held"; code: Code; message: string; field?: string; refused?: string }
);

/** Count and XOR over all records in scope. */
export interface WireDigest {
  count: number;
  /** 32 hex digits. */
  xor: string;
}

export interface CheckpointNews {
  note: string;
  consistency: string[];
  openings?: unknown[];
}

export interface SyncResponse {
  protocol: number;
  server_time: string;
  outcomes: Outcome[];
  records: Snapshot[];
  gone: Uuid[];
  photos_missing: Sha256[];
  cursor: string | null;
  more: boolean;
  resync: boolean;
  settled: number;
  ticket: string | null;
  digest?: WireDigest;
  checkpoint?: CheckpointNews;
}

export interface IndexResponse {
  records: [Uuid, number][];
  digest: WireDigest;
  next?: string;
}

export interface HaveRequest {
  changes: Uuid[];
  photos: Sha256[];
}

export interface HaveResponse {
  changes: Uuid[];
  photos: Sha256[];
  unsettled?: { changes: Uuid[]; photos: Sha256[] };
}
