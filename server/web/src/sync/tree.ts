/** Proofs over a Merkle log: RFC 6962 trees, checked as RFC 9162 §2.1.3.2 and §2.1.4.2 say. */

import { sha256 } from "@noble/hashes/sha2.js";
import { concatBytes } from "@noble/hashes/utils.js";

export type Hash = Uint8Array;

/** The root over the first `size` leaves. */
export interface Root {
  size: number;
  hash: Hash;
}

export function leafHash(leaf: Uint8Array): Hash {
  return sha256(concatBytes(Uint8Array.of(0), leaf));
}

function nodeHash(left: Hash, right: Hash): Hash {
  return sha256(concatBytes(Uint8Array.of(1), left, right));
}

export function equal(a: Hash, b: Hash): boolean {
  return a.length === b.length && a.every((byte, place) => byte === b[place]);
}

const half = (number: number) => Math.floor(number / 2);
const isOdd = (number: number) => number % 2 === 1;

/** Whether a leaf stands at that place, from 0, of that log. */
export function isIncluded(leaf: Hash, index: number, root: Root, path: Hash[]): boolean {
  let [at, last, hash] = [index, root.size - 1, leaf];
  for (const sibling of path) {
    if (last === 0) {
      return false;
    }
    if (isOdd(at) || at === last) {
      hash = nodeHash(sibling, hash);
      while (!isOdd(at) && at !== 0) {
        [at, last] = [half(at), half(last)];
      }
    } else {
      hash = nodeHash(hash, sibling);
    }
    [at, last] = [half(at), half(last)];
  }
  return index < root.size && last === 0 && equal(hash, root.hash);
}

/** Whether the later log grew out of the earlier one: its first leaves are the same. */
export function grew(earlier: Root, later: Root, proof: Hash[]): boolean {
  if (earlier.size === later.size) {
    return proof.length === 0 && equal(earlier.hash, later.hash);
  }
  let [at, last] = [earlier.size - 1, later.size - 1];
  while (isOdd(at)) {
    [at, last] = [half(at), half(last)];
  }
  // A complete tree is a node of the later one, and needs no mention.
  const path = at === 0 ? [earlier.hash, ...proof] : proof;
  const [first, ...rest] = path;
  if (earlier.size < 1 || earlier.size > later.size || first === undefined) {
    return false;
  }
  let [before, now] = [first, first];
  for (const hash of rest) {
    if (last === 0) {
      return false;
    }
    if (isOdd(at) || at === last) {
      [before, now] = [nodeHash(hash, before), nodeHash(hash, now)];
      while (!isOdd(at) && at !== 0) {
        [at, last] = [half(at), half(last)];
      }
    } else {
      now = nodeHash(now, hash);
    }
    [at, last] = [half(at), half(last)];
  }
  return last === 0 && equal(before, earlier.hash) && equal(now, later.hash);
}
