/**
 * The facts that a camera writes beside its picture, and as many of them as a shrunk copy keeps.
 *
 * A broken EXIF block never fails a photo: it has no facts.
 */

import { stamp } from "../protocol/stamp.ts";
import type { Stamp } from "../protocol/wire.ts";
import { tiffOf } from "./jpeg.ts";

export interface Facts {
  takenAt?: Stamp;
  /** How the phone was held, 1 to 8; 1 is upright. */
  orientation: number;
  /** Degrees, WGS 84. */
  position?: { lat: number; lon: number };
}

/** One entry of a directory, its value as it stands in the file. */
interface Entry {
  type: number;
  count: number;
  value: Uint8Array<ArrayBuffer>;
}

type Directory = Map<number, Entry>;

interface Tiff {
  isLittle: boolean;
  main: Directory;
  exif: Directory;
  gps: Directory;
}

/** Bytes of one value, by type. */
const SIZES = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8];
const EXIF_POINTER = 0x8769;
const GPS_POINTER = 0x8825;
const ORIENTATION = 0x0112;
const DATE_TIME = 0x0132;
const DATE_TIME_ORIGINAL = 0x9003;
const OFFSET_TIME = 0x9010;
const OFFSET_TIME_ORIGINAL = 0x9011;
/** Make, model, date; date as taken, its offset and fraction, exposure, aperture, ISO, focal length. */
const KEPT = new Set([0x010f, 0x0110, DATE_TIME, DATE_TIME_ORIGINAL, 0x9004, OFFSET_TIME, OFFSET_TIME_ORIGINAL]);
const KEPT_EXIF = new Set([...KEPT, 0x9291, 0x829a, 0x829d, 0x8827, 0x920a]);
/** No fact worth keeping is longer; what makers write for themselves is. */
const LONGEST_VALUE = 256;

/** What the camera wrote; nothing of it where it cannot be read. */
export function factsOf(jpeg: Uint8Array): Facts {
  const tiff = read(jpeg);
  if (tiff === undefined) {
    return { orientation: 1 };
  }
  const [takenAt, position] = [takenAtOf(tiff), positionOf(tiff)];
  const orientation = number(tiff, tiff.main.get(ORIENTATION)) ?? 1;
  return {
    orientation: orientation >= 1 && orientation <= 8 ? orientation : 1,
    ...(takenAt === undefined ? {} : { takenAt }),
    ...(position === undefined ? {} : { position }),
  };
}

/** The block for an upright copy: the facts without preview and maker's notes, and the place if it may be kept. */
export function tiffForCopy(jpeg: Uint8Array, place: "with place" | "without place"): Uint8Array<ArrayBuffer> | undefined {
  const tiff = read(jpeg);
  if (tiff === undefined) {
    return undefined;
  }
  const keep = (from: Directory, tags: Set<number>) => new Map([...from].filter(([tag]) => tags.has(tag)));
  const upright = new Uint8Array(tiff.isLittle ? [1, 0] : [0, 1]);
  const main: Directory = keep(tiff.main, KEPT).set(ORIENTATION, { type: 3, count: 1, value: upright });
  const gps: Directory = place === "with place" ? tiff.gps : new Map();
  return write({ ...tiff, main, exif: keep(tiff.exif, KEPT_EXIF), gps });
}

// Reading -----------------------------------------------------------------------------------------

function read(jpeg: Uint8Array): Tiff | undefined {
  const block = tiffOf(jpeg);
  if (block === undefined) {
    return undefined;
  }
  try {
    const bytes = Uint8Array.from(block);
    const view = new DataView(bytes.buffer);
    const isLittle = view.getUint16(0) === 0x4949;
    if (view.getUint16(2, isLittle) !== 42) {
      return undefined;
    }
    const main = directory(view, view.getUint32(4, isLittle), isLittle);
    const below = (pointer: number): Directory => {
      const entry = main.get(pointer);
      // Half a directory is better than none of the others.
      try {
        return entry === undefined ? new Map() : directory(view, long(entry, isLittle), isLittle);
      } catch {
        return new Map();
      }
    };
    return { isLittle, main, exif: below(EXIF_POINTER), gps: below(GPS_POINTER) };
  } catch (error) {
    if (error instanceof RangeError) {
      return undefined;
    }
    throw error;
  }
}

/** Reads a directory; throws `RangeError` where it leads out of the block. */
function directory(view: DataView<ArrayBuffer>, at: number, isLittle: boolean): Directory {
  const found: Directory = new Map();
  const count = Math.min(view.getUint16(at, isLittle), 512);
  for (let place = at + 2; place < at + 2 + count * 12; place += 12) {
    const [tag, type, values] = [
      view.getUint16(place, isLittle),
      view.getUint16(place + 2, isLittle),
      view.getUint32(place + 4, isLittle),
    ];
    const length = (SIZES[type] ?? 0) * values;
    const from = length <= 4 ? place + 8 : view.getUint32(place + 8, isLittle);
    if (length > 0 && length <= LONGEST_VALUE && from + length <= view.byteLength) {
      found.set(tag, { type, count: values, value: new Uint8Array(view.buffer.slice(from, from + length)) });
    }
  }
  return found;
}

function long({ value }: Entry, isLittle: boolean): number {
  return new DataView(value.buffer).getUint32(0, isLittle);
}

function number({ isLittle }: Tiff, entry: Entry | undefined): number | undefined {
  return entry?.type === 3 ? new DataView(entry.value.buffer).getUint16(0, isLittle) : undefined;
}

function text(entry: Entry | undefined): string {
  return entry?.type === 2 ? String.fromCharCode(...entry.value).split("\0")[0] ?? "" : "";
}

/** `2026:03:02 17:41:08`, with the camera's offset, or else that of the device at that time. */
function takenAtOf({ main, exif }: Tiff): Stamp | undefined {
  const written = text(exif.get(DATE_TIME_ORIGINAL)) || text(main.get(DATE_TIME));
  const parts = /^(\d{4}):(\d\d):(\d\d) (\d\d):(\d\d):(\d\d)/.exec(written)?.slice(1).map(Number);
  if (parts === undefined) {
    return undefined;
  }
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts;
  const local = new Date(year, month - 1, day, hour, minute, second);
  const isADate = local.getFullYear() === year && local.getMonth() === month - 1 && local.getDate() === day;
  if (!isADate || year < 1990) {
    return undefined;
  }
  const here = stamp(local);
  const offset = text(exif.get(OFFSET_TIME_ORIGINAL)) || text(exif.get(OFFSET_TIME));
  return /^[+-](0\d|1[0-4]):[0-5]\d$/.test(offset) ? `${here.slice(0, 19)}${offset}` : here;
}

function positionOf({ gps, isLittle }: Tiff): { lat: number; lon: number } | undefined {
  const lat = degrees(gps.get(2), isLittle, text(gps.get(1)) === "S");
  const lon = degrees(gps.get(4), isLittle, text(gps.get(3)) === "W");
  const isAPlace = lat !== undefined && lon !== undefined && Math.abs(lat) <= 90 && Math.abs(lon) <= 180;
  // Phones that do not know where they are write zeros.
  return isAPlace && (lat !== 0 || lon !== 0) ? { lat, lon } : undefined;
}

function degrees(entry: Entry | undefined, isLittle: boolean, isNegative: boolean): number | undefined {
  if (entry?.type !== 5 || entry.count !== 3) {
    return undefined;
  }
  const view = new DataView(entry.value.buffer);
  const part = (place: number) => view.getUint32(place, isLittle) / view.getUint32(place + 4, isLittle);
  const value = part(0) + part(8) / 60 + part(16) / 3600;
  const rounded = Math.round(value * 1e6) / 1e6;
  return Number.isFinite(rounded) ? (isNegative ? -rounded : rounded) : undefined;
}

// Writing -----------------------------------------------------------------------------------------

/** Writes the directories one after the other, each with its values behind it. */
function write({ isLittle, main, exif, gps }: Tiff): Uint8Array<ArrayBuffer> {
  const pointer = (): Entry => ({ type: 4, count: 1, value: new Uint8Array(4) });
  const all: Directory = new Map(main);
  const below: [number, Directory][] = [];
  for (const [tag, entries] of [[EXIF_POINTER, exif], [GPS_POINTER, gps]] as const) {
    if (entries.size > 0) {
      all.set(tag, pointer());
      below.push([tag, entries]);
    }
  }
  let at = 8 + sizeOfDirectory(all);
  for (const [tag, entries] of below) {
    new DataView((all.get(tag) as Entry).value.buffer).setUint32(0, at, isLittle);
    at += sizeOfDirectory(entries);
  }
  const bytes = new Uint8Array(at);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, isLittle ? 0x4949 : 0x4d4d);
  view.setUint16(2, 42, isLittle);
  view.setUint32(4, 8, isLittle);
  let place = 8;
  for (const entries of [all, ...below.map(([, entries]) => entries)]) {
    writeDirectory(view, place, entries, isLittle);
    place += sizeOfDirectory(entries);
  }
  return bytes;
}

function sizeOfDirectory(entries: Directory): number {
  const values = [...entries.values()].map(({ value }) => (value.length > 4 ? even(value.length) : 0));
  return 2 + entries.size * 12 + 4 + values.reduce((sum, length) => sum + length, 0);
}

function even(length: number): number {
  return length + (length % 2);
}

function writeDirectory(view: DataView<ArrayBuffer>, at: number, entries: Directory, isLittle: boolean): void {
  view.setUint16(at, entries.size, isLittle);
  let place = at + 2;
  let behind = at + 2 + entries.size * 12 + 4;
  for (const [tag, { type, count, value }] of [...entries].sort(([a], [b]) => a - b)) {
    view.setUint16(place, tag, isLittle);
    view.setUint16(place + 2, type, isLittle);
    view.setUint32(place + 4, count, isLittle);
    if (value.length <= 4) {
      new Uint8Array(view.buffer).set(value, place + 8);
    } else {
      view.setUint32(place + 8, behind, isLittle);
      new Uint8Array(view.buffer).set(value, behind);
      behind += even(value.length);
    }
    place += 12;
  }
}
