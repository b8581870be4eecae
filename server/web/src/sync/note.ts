/** A checkpoint: a C2SP signed note over how many entries a ledger had, and the root over them. */

import { hashes, verify } from "@noble/ed25519";
import { sha256, sha512 } from "@noble/hashes/sha2.js";
import { concatBytes, utf8ToBytes } from "@noble/hashes/utils.js";
import { type Root, equal } from "./tree.ts";

hashes.sha512 = sha512;

/** What Ed25519 keys begin with in a note's key. */
const ED25519 = 1;
const ORIGIN = /^siteledger\/([0-9]+)\/epoch-([0-9]+)$/;

export interface Checkpoint extends Root {
  county: string;
  epoch: number;
}

/** The bytes of base64; nothing if it is none. */
export function fromBase64(text: string): Uint8Array | undefined {
  try {
    return Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
  } catch {
    return undefined;
  }
}

/** Opens a note that this key signed; nothing if it did not, or it is no checkpoint of a ledger. */
export function open(note: string, key: string): Checkpoint | undefined {
  const end = note.indexOf("\n\n");
  const text = note.slice(0, end + 1);
  const signatures = note.slice(end + 2).split("\n");
  const isSigned = end > 0 && signatures.some((line) => isSignature(line, text, key));
  return isSigned ? read(text) : undefined;
}

/** Of which county a note says it is, whoever signed it. */
export function countyOf(note: string): string | undefined {
  return ORIGIN.exec(note.split("\n")[0] ?? "")?.[1];
}

function read(text: string): Checkpoint | undefined {
  const [origin = "", size = "", root = ""] = text.split("\n");
  const [, county, epoch] = ORIGIN.exec(origin) ?? [];
  const hash = fromBase64(root);
  const isWhole = county !== undefined && hash?.length === 32 && /^(0|[1-9][0-9]{0,14})$/.test(size);
  return isWhole ? { county, epoch: Number(epoch), size: Number(size), hash } : undefined;
}

/** `— <name> <base64 of the key's id and the signature>`, for a key `<name>+<id>+<base64 of 1 and the key>`. */
function isSignature(line: string, text: string, key: string): boolean {
  const name = key.slice(0, key.indexOf("+"));
  const bytes = fromBase64(key.slice(key.indexOf("+", name.length + 1) + 1));
  const shown = line.startsWith(`— ${name} `) ? fromBase64(line.slice(name.length + 3)) : undefined;
  if (shown?.length !== 4 + 64 || bytes?.length !== 1 + 32 || bytes[0] !== ED25519) {
    return false;
  }
  const id = sha256(concatBytes(utf8ToBytes(`${name}\n`), bytes)).subarray(0, 4);
  return equal(shown.subarray(0, 4), id) && verify(shown.subarray(4), utf8ToBytes(text), bytes.subarray(1));
}
