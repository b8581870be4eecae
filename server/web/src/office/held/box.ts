/** The held box, as the server says it. */

import type { Change, Code, Uuid } from "../../protocol/wire.ts";

export type HeldState = "waiting" | "released" | "refused";
export type Hindrance = "forbidden" | "decided_already" | "not_by_you" | "cannot_be_released";

export interface HeldChange {
  id: number;
  county: string;
  change_id?: Uuid | null;
  /** As it was sent; as text where not every reader can read it. */
  change: unknown;
  code: Code;
  message: string;
  field?: string | null;
  by: Uuid;
  by_name: string;
  device: Uuid;
  received_at: string;
  carried_by?: Uuid;
  permitted_when_made: boolean;
  state: HeldState;
  releasable: boolean;
  not_releasable?: Hindrance | null;
  decided_at?: string | null;
  decision_reason?: string | null;
}

/** The change, where what was sent is one as far as it is read here. */
export function changeIn({ change }: HeldChange): Change | undefined {
  const it = change as Partial<Change> | null;
  const isChange = typeof it === "object" && it !== null && typeof it.record === "string" && typeof it.kind === "string" && Array.isArray(it.edits);
  const areEdits = isChange && (it.edits ?? []).every((edit) => typeof edit?.field === "string" && Array.isArray(edit.replaces));
  return areEdits ? (it as Change) : undefined;
}

/** What was sent, as text to be read. */
export function rawOf({ change }: HeldChange): string {
  return typeof change === "string" ? change : JSON.stringify(change, null, 2);
}
