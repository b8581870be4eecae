/** What a camera wrote, what of it a copy keeps, and that no damage to it fails a photo. */

import { readFileSync, readdirSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { factsOf, tiffForCopy } from "./exif.ts";
import { sizeOf, tiffOf, withTiff } from "./jpeg.ts";

const turned = new Uint8Array(readFileSync(new URL("fixtures/turned.jpg", import.meta.url)));
const corpus = new URL("../../../../tests/fuzz/corpus/photo/", import.meta.url);
const FACTS = {
  takenAt: "2026-03-02T10:15:30+08:00",
  orientation: 6,
  position: { lat: 25.049, lon: 116.42 },
};

/** The picture as an encoder writes it anew: without any EXIF. */
function bare(jpeg: Uint8Array): Uint8Array<ArrayBuffer> {
  const tiff = tiffOf(jpeg);
  const from = tiff === undefined ? 0 : tiff.byteOffset - jpeg.byteOffset - 10;
  return tiff === undefined ? Uint8Array.from(jpeg) : Uint8Array.from([...jpeg.subarray(0, from), ...jpeg.subarray(from + 10 + tiff.length)]);
}

function joined(pieces: Uint8Array[]): Uint8Array {
  return Uint8Array.from(pieces.flatMap((piece) => [...piece]));
}

describe("the facts beside a picture", () => {
  test("are read as the camera wrote them", () => {
    expect(factsOf(turned)).toEqual(FACTS);
    expect(sizeOf(turned)).toEqual({ width: 24, height: 16 });
  });

  test("are kept in an upright copy, which is a whole JPEG still", () => {
    const tiff = tiffForCopy(turned, "with place");
    const copy = joined(withTiff(bare(turned), tiff ?? new Uint8Array()));
    expect(factsOf(copy)).toEqual({ ...FACTS, orientation: 1 });
    expect(bare(copy)).toEqual(bare(turned));
    expect(sizeOf(copy)).toEqual({ width: 24, height: 16 });
  });

  test("say nothing of the place where nobody agreed to that", () => {
    const tiff = tiffForCopy(turned, "without place");
    const copy = joined(withTiff(bare(turned), tiff ?? new Uint8Array()));
    expect(factsOf(copy)).toEqual({ takenAt: FACTS.takenAt, orientation: 1 });
    expect(String.fromCharCode(...(tiffOf(copy) ?? []))).not.toMatch(/\x88\x25|\x25\x88/);
  });

  test("are none where there is no EXIF, or none that makes sense", () => {
    expect(factsOf(bare(turned))).toEqual({ orientation: 1 });
    expect(tiffForCopy(bare(turned), "with place")).toBeUndefined();
    const zeros = Uint8Array.from(turned);
    const date = String.fromCharCode(...turned).indexOf("2026:03:02");
    zeros.fill(0x30, date, date + 10);
    expect(factsOf(zeros).takenAt).not.toBe("0000-00-00T10:15:30+08:00");
  });

  test("never fail a photo, however damaged they are", () => {
    for (const file of readdirSync(corpus)) {
      const jpeg = new Uint8Array(readFileSync(new URL(file, corpus)));
      expect(() => [factsOf(jpeg), tiffForCopy(jpeg, "with place"), sizeOf(jpeg)], file).not.toThrow();
    }
    const end = 900;
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(end), fc.nat(255)), { maxLength: 12 }), fc.nat(end), (bends, cut) => {
        const bent = Uint8Array.from(turned);
        bends.forEach(([place, byte]) => (bent[place] = byte));
        for (const jpeg of [bent, bent.slice(0, cut)]) {
          const { orientation, position } = factsOf(jpeg);
          expect(orientation >= 1 && orientation <= 8).toBe(true);
          expect(position === undefined || Math.abs(position.lat) <= 90).toBe(true);
          const tiff = tiffForCopy(jpeg, "with place");
          expect(tiff === undefined || factsOf(joined(withTiff(bare(turned), tiff))).orientation === 1).toBe(true);
        }
      }),
      { numRuns: 500 },
    );
  });
});
