/** The phone as a witness, of ledgers as a server told them: `fixtures/witness.json`. */

import { readFileSync } from "node:fs";
import { sha256 } from "@noble/hashes/sha2.js";
import { concatBytes } from "@noble/hashes/utils.js";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { CheckpointNews } from "../protocol/wire.ts";
import { countyOf, fromBase64, open } from "./note.ts";
import { type Hash, type Root, grew, isIncluded, leafHash } from "./tree.ts";
import { heed } from "./witness.ts";
import type { Witnessed } from "./witnessed.ts";

interface Golden {
  key: string;
  first: CheckpointNews;
  grown: CheckpointNews;
  further: CheckpointNews;
  last: CheckpointNews;
  put_back: CheckpointNews;
  put_back_to_after: CheckpointNews;
}

const golden = JSON.parse(readFileSync(new URL("fixtures/witness.json", import.meta.url), "utf8")) as Golden;
const keyOf = () => Promise.resolve(golden.key);

function saw(news: CheckpointNews): Witnessed {
  return { note: news.note, key: golden.key };
}

describe("a phone that saw a checkpoint", () => {
  test("believes the next ones with the proofs that the server gives", async () => {
    let seen = await heed(undefined, golden.first, keyOf);
    expect(seen).toEqual(saw(golden.first));
    for (const news of [golden.grown, golden.further, golden.last]) {
      seen = await heed(seen, news, () => Promise.reject(new Error("it knows the key")));
      expect(seen).toEqual(saw(news));
    }
  });

  test("keeps it as evidence and says so when the next one does not follow from it", async () => {
    const unproven = { ...golden.further, consistency: [] };
    const distrusts = await heed(saw(golden.grown), unproven, keyOf);
    expect(distrusts).toMatchObject({ note: golden.grown.note, against: golden.further.note });
    expect(distrusts.distrust).toContain("first 9 of 29");
    const later = await heed(distrusts, golden.further, keyOf);
    expect(later).toMatchObject({ note: golden.further.note, distrust: distrusts.distrust });
    const shorter = await heed(saw(golden.further), golden.grown, keyOf);
    expect(shorter.distrust).toBeDefined();
  });

  test("believes no checkpoint that the ledger's key did not sign, not even the first", async () => {
    const bent = { ...golden.grown, note: golden.grown.note.replace("\n9\n", "\n8\n") };
    expect(await heed(saw(golden.first), bent, keyOf)).toMatchObject({ note: golden.first.note, against: bent.note });
    const first = await heed(undefined, bent, keyOf);
    expect(first.note).toBeUndefined();
    expect(first.distrust).toContain("did not sign");
  });

  test("is told of a server that was put back, and believes only where its own ledger ended", async () => {
    const lost = await heed(saw(golden.last), golden.put_back, keyOf);
    expect(lost).toEqual({ ...saw(golden.put_back), putBack: "the server was put back by 25 entries; phones send them again" });
    const whole = await heed(saw(golden.first), golden.put_back_to_after, keyOf);
    expect(whole.putBack).toBe("the server was put back after the 3 entries seen");
    const { openings: _, ...silent } = golden.put_back;
    expect((await heed(saw(golden.last), silent, keyOf)).distrust).toContain("does not say where");
    const unproven = { ...golden.put_back_to_after, consistency: [] };
    expect((await heed(saw(golden.first), unproven, keyOf)).distrust).toBeDefined();
    expect((await heed(lost, golden.last, keyOf)).distrust).toBeDefined();
  });

  test("begins anew in another county, and waits where the key is not to be had", async () => {
    const elsewhere = { note: golden.first.note.replace("350823", "350999"), key: "other" };
    expect(await heed(elsewhere, golden.grown, keyOf)).toEqual(saw(golden.grown));
    await expect(heed(undefined, golden.grown, () => Promise.resolve(undefined))).rejects.toThrow("no key");
  });
});

describe("a note", () => {
  test("opens by its key alone, and no bent bit does", () => {
    const { note } = golden.last;
    expect(open(note, golden.key)).toMatchObject({ county: "350823", epoch: 1, size: 34 });
    fc.assert(
      fc.property(fc.nat(note.length - 1), fc.nat(6), (place, bit) => {
        const bent = note.slice(0, place) + String.fromCharCode(note.charCodeAt(place) ^ (1 << bit)) + note.slice(place + 1);
        const opened = open(bent, golden.key);
        // Base64 has spare bits at its end; what it says is the same.
        expect(opened === undefined || fromBase64(bent.slice(-93, -1))?.join() === fromBase64(note.slice(-93, -1))?.join()).toBe(true);
      }),
      { numRuns: 60 },
    );
    expect(countyOf("siteledger/上杭/epoch-1\n")).toBeUndefined();
  });
});

describe("proofs", () => {
  const leaves = Array.from({ length: 70 }, (_, place) => leafHash(Uint8Array.of(place)));

  /** RFC 6962 §2.1, as it is written there. */
  function rootOf(hashes: Hash[]): Hash {
    const [only] = hashes;
    if (hashes.length === 1 && only !== undefined) {
      return only;
    }
    const split = 2 ** Math.ceil(Math.log2(hashes.length) - 1);
    return sha256(concatBytes(Uint8Array.of(1), rootOf(hashes.slice(0, split)), rootOf(hashes.slice(split))));
  }

  function pathOf(index: number, hashes: Hash[]): Hash[] {
    if (hashes.length === 1) {
      return [];
    }
    const split = 2 ** Math.ceil(Math.log2(hashes.length) - 1);
    return index < split
      ? [...pathOf(index, hashes.slice(0, split)), rootOf(hashes.slice(split))]
      : [...pathOf(index - split, hashes.slice(split)), rootOf(hashes.slice(0, split))];
  }

  function proofOf(size: number, hashes: Hash[], isWhole = true): Hash[] {
    if (size === hashes.length) {
      return isWhole ? [] : [rootOf(hashes)];
    }
    const split = 2 ** Math.ceil(Math.log2(hashes.length) - 1);
    return size <= split
      ? [...proofOf(size, hashes.slice(0, split), isWhole), rootOf(hashes.slice(split))]
      : [...proofOf(size - split, hashes.slice(split), false), rootOf(hashes.slice(0, split))];
  }

  const logs: Root[] = leaves.map((_, place) => ({ size: place + 1, hash: rootOf(leaves.slice(0, place + 1)) }));

  test("hold for every two sizes and every leaf, and for nothing else", () => {
    for (const later of logs) {
      const grown = leaves.slice(0, later.size);
      for (const earlier of logs.slice(0, later.size)) {
        const proof = proofOf(earlier.size, grown);
        expect(grew(earlier, later, proof), `${earlier.size} to ${later.size}`).toBe(true);
        const other = { ...earlier, hash: leafHash(Uint8Array.of(99)) };
        expect(grew(other, later, proof), `another ${earlier.size}`).toBe(false);
        expect(grew(earlier, later, [...proof, later.hash])).toBe(false);
        if (earlier.size < later.size) {
          expect(grew(later, earlier, proof)).toBe(false);
          expect(grew(earlier, later, proof.slice(1))).toBe(false);
        }
        const [index, path] = [earlier.size - 1, pathOf(earlier.size - 1, grown)];
        const leaf = leaves[index] as Hash;
        expect(isIncluded(leaf, index, later, path), `leaf ${index} of ${later.size}`).toBe(true);
        expect(isIncluded(leafHash(Uint8Array.of(99)), index, later, path)).toBe(false);
      }
    }
  });
});
