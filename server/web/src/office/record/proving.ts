/** Checks here, and not on the server's word, that an entry is in the ledger that its checkpoint signed. */

import { canonical } from "../../protocol/digest.ts";
import { countyOf, fromBase64, open } from "../../sync/note.ts";
import { isIncluded, leafHash } from "../../sync/tree.ts";

/** What `GET /api/v1/ledgers/{county}/proof` answers. */
export interface EntryProof {
  leaf: Record<string, unknown>;
  index: number;
  size: number;
  proof: string[];
  checkpoint: string;
}

/** Whether the proof leads from that entry to a checkpoint of that county which the key signed. */
export function proves(proof: EntryProof, { county, seq, key }: { county: string; seq: number; key: string }): boolean {
  const checkpoint = open(proof.checkpoint, key);
  if (checkpoint === undefined || countyOf(proof.checkpoint) !== county || checkpoint.size !== proof.size || proof.leaf["seq"] !== seq) {
    return false;
  }
  const leaf = leafHash(new TextEncoder().encode(canonical(proof.leaf)));
  return isIncluded(leaf, proof.index, checkpoint, proof.proof.map((hash) => fromBase64(hash) ?? new Uint8Array()));
}
