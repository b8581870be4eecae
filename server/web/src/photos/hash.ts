/** The SHA-256 by which a photo is known everywhere. */

import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import type { Sha256 } from "../protocol/wire.ts";

/** Up to so many bytes are hashed at once by the browser itself: it takes them all into memory. */
const AT_ONCE = 16 * 1024 * 1024;
/** Larger ones go in pieces of so many bytes, between which the page breathes. */
const PIECE = 512 * 1024;

export async function hashOf(bytes: Blob, subtle: SubtleCrypto | undefined = globalThis.crypto?.subtle): Promise<Sha256> {
  if (subtle !== undefined && bytes.size <= AT_ONCE) {
    return bytesToHex(new Uint8Array(await subtle.digest("SHA-256", await bytes.arrayBuffer())));
  }
  const hash = sha256.create();
  for (let from = 0; from < bytes.size; from += PIECE) {
    hash.update(new Uint8Array(await bytes.slice(from, from + PIECE).arrayBuffer()));
  }
  return bytesToHex(hash.digest());
}
