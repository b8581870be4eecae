/** Canonical bytes and what is hashed: a change's digest, a scope's digest. */

import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, hexToBytes, utf8ToBytes } from "@noble/hashes/utils.js";
import canonicalize from "canonicalize";
import type { Change, Sha256, Uuid, WireDigest } from "./wire.ts";

/** The RFC 8785 (JCS) text of anything that has a JSON form. */
export function canonical(value: object): string {
  return canonicalize(value) ?? "";
}

/** SHA-256 of a change's canonical form. */
export function digestOf(change: Change): Sha256 {
  return bytesToHex(sha256(utf8ToBytes(canonical(change))));
}

const MARK_BYTES = 16;

/**
 * Count and XOR over the records of a scope: two parties that agree on it hold the same records at
 * the same `seq`. Each record adds the first 16 bytes of SHA-256 over its id and `seq` as text.
 */
export class ScopeDigest {
  private count = 0;
  private readonly xor = new Uint8Array(MARK_BYTES);

  /** The digest that was told, to go on from. */
  static of(wire: WireDigest): ScopeDigest {
    const digest = new ScopeDigest();
    digest.count = wire.count;
    digest.xor.set(hexToBytes(wire.xor).subarray(0, MARK_BYTES));
    return digest;
  }

  add(record: Uuid, seq: number): void {
    this.count += 1;
    this.flip(record, seq);
  }

  /** Takes out a record that was added with that `seq`. */
  remove(record: Uuid, seq: number): void {
    this.count -= 1;
    this.flip(record, seq);
  }

  private flip(record: Uuid, seq: number): void {
    sha256(utf8ToBytes(`${record}${seq}`))
      .subarray(0, MARK_BYTES)
      .forEach((byte, place) => {
        this.xor[place] = (this.xor[place] ?? 0) ^ byte;
      });
  }

  wire(): WireDigest {
    return { count: this.count, xor: bytesToHex(this.xor) };
  }

  equals(other: WireDigest): boolean {
    return this.count === other.count && bytesToHex(this.xor) === other.xor;
  }
}
