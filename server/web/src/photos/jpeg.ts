/** As much of a JPEG file as matters here: its segments, its size, and its EXIF block. */

const EXIF = [0x45, 0x78, 0x69, 0x66, 0, 0];

/** A segment before the picture's data: its marker, and where its payload stands. */
interface Segment {
  marker: number;
  /** Where it begins, at the marker. */
  at: number;
  payload: Uint8Array;
}

/** The segments up to the picture's data; fewer where the file is damaged. */
function* segments(jpeg: Uint8Array): Generator<Segment> {
  const isJpeg = jpeg[0] === 0xff && jpeg[1] === 0xd8;
  for (let at = 2; isJpeg && at + 4 <= jpeg.length && jpeg[at] === 0xff; ) {
    const marker = jpeg[at + 1] ?? 0;
    const length = ((jpeg[at + 2] ?? 0) << 8) | (jpeg[at + 3] ?? 0);
    if (marker === 0xda || length < 2) {
      return;
    }
    yield { marker, at, payload: jpeg.subarray(at + 4, at + 2 + length) };
    at += 2 + length;
  }
}

function isExif({ marker, payload }: Segment): boolean {
  return marker === 0xe1 && EXIF.every((byte, place) => payload[place] === byte);
}

/** The TIFF structure in the EXIF block, if there is one. */
export function tiffOf(jpeg: Uint8Array): Uint8Array | undefined {
  for (const segment of segments(jpeg)) {
    if (isExif(segment)) {
      return segment.payload.subarray(EXIF.length);
    }
  }
  return undefined;
}

/** Pixels from left to right and from top to bottom, as they are stored. */
export function sizeOf(jpeg: Uint8Array): { width: number; height: number } | undefined {
  for (const { marker, payload } of segments(jpeg)) {
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame && payload.length >= 5) {
      const two = (place: number) => ((payload[place] ?? 0) << 8) | (payload[place + 1] ?? 0);
      return { width: two(3), height: two(1) };
    }
  }
  return undefined;
}

/** The pieces of a JPEG without EXIF that make one with it. */
export function withTiff(jpeg: Uint8Array<ArrayBuffer>, tiff: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer>[] {
  const length = 2 + EXIF.length + tiff.length;
  if (jpeg[0] !== 0xff || jpeg[1] !== 0xd8 || length > 0xffff) {
    return [jpeg];
  }
  // EXIF comes first, or right after the JFIF segment that most encoders write.
  const [first] = segments(jpeg);
  const at = first?.marker === 0xe0 ? first.at + 4 + first.payload.length : 2;
  const head = Uint8Array.from([0xff, 0xe1, length >> 8, length & 0xff, ...EXIF]);
  return [jpeg.subarray(0, at), head, tiff, jpeg.subarray(at)];
}
