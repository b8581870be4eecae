/**
 * The phone as a witness of its ledger: a new checkpoint is believed only with the proof that the
 * ledger grew out of the last one, or goes on in a new epoch from where that one ended.
 *
 * One that does not fit is kept beside the old one: the two are the evidence. Loaded when a new
 * checkpoint comes.
 */

import { canonical } from "../protocol/digest.ts";
import type { CheckpointNews } from "../protocol/wire.ts";
import { type Checkpoint, countyOf, fromBase64, open } from "./note.ts";
import { type Hash, grew, isIncluded, leafHash } from "./tree.ts";
import type { Witnessed } from "./witnessed.ts";

/** The first leaf of an epoch, as the log hashes it. */
interface Opening {
  epoch: number;
  /** The last checkpoint of the log before; null if that was empty. */
  previous: string | null;
}

interface OpeningNews {
  leaf: Opening;
  inclusion: string[];
}

/** Something does not fit: in words for support. */
class DoesNotFit extends Error {}

/** What the phone knows after a new checkpoint. Fails if the key is not to be had: then nothing is believed. */
export async function heed(
  seen: Witnessed | undefined,
  news: CheckpointNews,
  keyOf: (county: string) => Promise<string | undefined>,
): Promise<Witnessed> {
  const county = countyOf(news.note);
  if (county === undefined) {
    return distrusting(seen, news, "a checkpoint of no county");
  }
  // Whoever moves to another county begins to witness there; what was found before stays said.
  const isHere = seen !== undefined && (seen.note === undefined || countyOf(seen.note) === county);
  const key = isHere ? seen.key : await keyOf(county);
  if (key === undefined) {
    throw new Error(`no key of the ledger ${county}`);
  }
  const before: Witnessed = isHere ? seen : { ...without(seen, "note"), key };
  try {
    const putBack = follows(before.note, news, key);
    return { ...before, note: news.note, ...(putBack === undefined ? {} : { putBack }) };
  } catch (error) {
    if (error instanceof DoesNotFit) {
      return distrusting(before, news, error.message);
    }
    throw error;
  }
}

function distrusting(seen: Witnessed | undefined, { note }: CheckpointNews, distrust: string): Witnessed {
  return { key: "", ...seen, distrust, against: note };
}

function without(seen: Witnessed | undefined, name: "note"): Omit<Witnessed, "note" | "key"> {
  const { [name]: _, ...rest } = seen ?? { key: "" };
  return rest;
}

/** Checks that the ledger of the news follows from the one seen; what there is to say if it was put back. */
function follows(seenNote: string | undefined, news: CheckpointNews, key: string): string | undefined {
  const latest = opened(news.note, key);
  if (seenNote === undefined) {
    return undefined;
  }
  const seen = opened(seenNote, key);
  if (latest.epoch === seen.epoch) {
    demandGrowth(seen, latest, news.consistency);
    return undefined;
  }
  const openings = (news.openings ?? []) as OpeningNews[];
  if (latest.epoch < seen.epoch || openings.length === 0) {
    throw new DoesNotFit(`epoch ${latest.epoch} does not say where epoch ${seen.epoch} ended`);
  }
  let log = latest;
  for (const { leaf, inclusion } of openings) {
    const isFirst = isIncluded(leafHash(new TextEncoder().encode(canonical(leaf))), 0, log, hashes(inclusion));
    if (!isFirst || leaf.epoch !== log.epoch) {
      throw new DoesNotFit(`no proof of how epoch ${log.epoch} began`);
    }
    if (leaf.previous === null) {
      return `the server was put back, and lost all ${seen.size} entries; phones send them again`;
    }
    log = opened(leaf.previous, key);
    if (log.epoch === seen.epoch) {
      return endedAt(seen, log, news.consistency);
    }
  }
  if (log.epoch < seen.epoch) {
    return `the server was put back to before epoch ${seen.epoch}; phones send again what is missing`;
  }
  throw new DoesNotFit(`the new epochs do not follow from epoch ${seen.epoch}`);
}

/** What there is to say of an epoch that ended there. */
function endedAt(seen: Checkpoint, end: Checkpoint, proof: string[]): string {
  if (end.size < seen.size) {
    return `the server was put back by ${seen.size - end.size} entries; phones send them again`;
  }
  demandGrowth(seen, end, proof);
  return `the server was put back after the ${seen.size} entries seen`;
}

function demandGrowth(seen: Checkpoint, latest: Checkpoint, proof: string[]): void {
  if (!grew(seen, latest, hashes(proof))) {
    throw new DoesNotFit(`no proof that the first ${seen.size} of ${latest.size} entries are still the same`);
  }
}

function opened(note: string, key: string): Checkpoint {
  const checkpoint = open(note, key);
  if (checkpoint === undefined) {
    throw new DoesNotFit("a checkpoint that the ledger's key did not sign");
  }
  return checkpoint;
}

function hashes(proof: string[]): Hash[] {
  return proof.map((hash) => fromBase64(hash) ?? new Uint8Array());
}
