/** Ids that a device makes by itself. */

import { v5, v7 } from "uuid";
import type { Kind } from "./schema.ts";
import { isText } from "./values.ts";
import type { Uuid, Value } from "./wire.ts";

/** A new id for a change or a record. The time in it is never used for order. */
export function newId(): Uuid {
  return v7();
}

/** The namespaces of the kinds that were asked for: each is a hash, and a page asks for a hundred ids. */
const namespaces = new Map<string, Uuid>();

/** The id that two people give to the same thing without talking: RFC 9562 UUIDv5 of its key. */
export function natural(kind: string, key: string): Uuid {
  const namespace = namespaces.get(kind) ?? v5(`${kind}.siteledger`, v5.DNS);
  namespaces.set(kind, namespace);
  return v5(key, namespace);
}

/**
 * The natural id of a record of `kind` whose identity fields hold what `valueOf` gives; nothing where
 * the kind has none, or a part is missing.
 */
export function naturalId(kind: Kind, valueOf: (field: string) => Value | undefined): Uuid | undefined {
  if (kind.identity === "free") {
    return undefined;
  }
  const parts = kind.identity.natural.map(valueOf);
  return parts.every(isText) ? natural(kind.name, parts.map(spelt).join("/")) : undefined;
}

/** A UUID has one spelling in a key, however its author wrote it. */
function spelt(part: string): string {
  const digits = part.toLowerCase().replaceAll("-", "");
  return isAnyUuid(part) ? digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5") : part;
}

/** Whether it is a UUID in some spelling. */
export function isAnyUuid(text: string): boolean {
  return /^[0-9a-f]{32}$|^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
}
