/** The shapes that travel between a device and the server. Those in `wire.gen.ts` are written by Rust. */

import type { ScopeDigest } from "./wire.gen.ts";

export type {
  Change,
  CheckpointNews,
  Code,
  Edit,
  EditId,
  FieldName,
  HaveRequest,
  HaveResponse,
  Head,
  IndexResponse,
  Outcome,
  Rule,
  Sha256,
  Snapshot,
  Stamp,
  SyncRequest,
  SyncResponse,
  Value,
} from "./wire.gen.ts";

/** RFC 9562 UUID in lower case, of whatever it names. */
export type Uuid = string;

/** Count and XOR over all records in scope, as it travels. */
export type WireDigest = ScopeDigest;
