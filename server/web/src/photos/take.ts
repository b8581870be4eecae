/**
 * Takes a picture in: what a record will say of it.
 *
 * Its bytes are hashed and on the disk before anything else is done, since shrinking may be the end of
 * the page on a phone with little memory. Then the copy that travels takes its place, unless the
 * original was asked for. The hash in the record is that of the bytes that are sent.
 */

import { filenameOf } from "../db/album.ts";
import type { Device } from "../db/device.ts";
import type { Shot } from "../db/tables.ts";
import { stamp } from "../protocol/stamp.ts";
import type { Sha256, Stamp } from "../protocol/wire.ts";
import { type Facts, factsOf, tiffForCopy } from "./exif.ts";
import { hashOf } from "./hash.ts";
import { sizeOf, withTiff } from "./jpeg.ts";
import { type Position, consent } from "./position.ts";
import { ABOUT_BYTES, LONG_SIDE, type Shrunk } from "./shrink.ts";
import { type PhotoType, typeOf } from "./sniff.ts";
import { shrinkInTurn } from "./studio.ts";

export interface TakenPhoto {
  sha256: Sha256;
  taken_at?: Stamp;
  position?: Position;
  /** Upright pixels; 0 where nobody could read the picture. */
  width: number;
  height: number;
  origin: "camera" | "camera_reencoded" | "album";
}

export interface How {
  /** The bytes as they are, instead of the copy of 2048 px. */
  keepOriginal: boolean;
  /** Where the device is, for a picture that was taken just now. */
  position?: Position;
  source: "camera" | "album";
  /** The draft that shows it. */
  draft?: string;
}

export type Shrink = (picture: Blob) => Promise<Shrunk | undefined>;

/** It is no picture that this browser or the office can read. */
export class NotAPhoto extends Error {}

/** EXIF stands within so many bytes of a file's beginning, as does its size. */
const HEAD_BYTES = 256 * 1024;

export async function take(
  device: Device,
  file: Blob & { name?: string },
  { draft, ...how }: How,
  shrink: Shrink = shrinkInTurn,
): Promise<TakenPhoto> {
  if (file.size === 0) {
    throw new NotAPhoto("the file is empty");
  }
  const [sha256, type] = [await hashOf(file), await typeOf(file)];
  const shotAt = stamp(new Date());
  const filename = file.name || filenameOf(shotAt, type ?? "");
  const shot: Shot = { ...how, sha256, filename, shotAt, drafts: draft === undefined ? [] : [draft] };
  await device.album.shoot(shot, new Blob([file], { type: type ?? file.type }));
  return develop(device, shot, shrink);
}

/** Makes a picture that is on the disk ready for a record: also one whose page was killed before. */
export async function develop(device: Device, shot: Shot, shrink: Shrink = shrinkInTurn): Promise<TakenPhoto> {
  const original = await device.album.bytes(shot.sha256);
  if (original === undefined) {
    throw new NotAPhoto("its bytes are not on the device");
  }
  const type = await typeOf(original);
  const head = new Uint8Array(await original.slice(0, HEAD_BYTES).arrayBuffer());
  const facts = factsOf(head);
  const maySayWhere = (await consent(device)) === true;
  const size = uprightSize(head, facts);
  const asItIs = shot.keepOriginal || isSmall(original, size, facts, maySayWhere);
  const copy = asItIs && type !== undefined ? undefined : await shrink(original);
  if (copy === undefined && type === undefined) {
    await Promise.all(shot.drafts.map((draft) => device.album.discard(shot.sha256, draft)));
    throw new NotAPhoto("neither the browser nor the office can read it");
  }
  const picture = copy === undefined ? original : await withFacts(copy, head, maySayWhere);
  const sha256 = copy === undefined ? shot.sha256 : await hashOf(picture);
  const { width, height } = copy ?? size ?? { width: 0, height: 0 };
  const origin = shot.source === "album" ? "album" : copy === undefined ? "camera" : "camera_reencoded";
  const taken: TakenPhoto = { sha256, width, height, origin, ...whenAndWhere(shot, facts, maySayWhere) };
  const filename = copy === undefined ? shot.filename : shot.filename.replace(/\.\w{3,4}$/, "") + ".jpg";
  await device.album.develop(shot.sha256, { ...shot, sha256, filename, taken }, picture);
  return taken;
}

/** What the office would gain nothing from shrinking. A place that nobody may know goes with a new copy. */
function isSmall(picture: Blob, size: Size | undefined, facts: Facts, maySayWhere: boolean): boolean {
  const isWithin = size !== undefined && Math.max(size.width, size.height) <= LONG_SIDE;
  return isWithin && picture.size <= ABOUT_BYTES && (maySayWhere || facts.position === undefined);
}

interface Size {
  width: number;
  height: number;
}

function uprightSize(jpeg: Uint8Array, { orientation }: Facts): Size | undefined {
  const size = sizeOf(jpeg);
  return size !== undefined && orientation > 4 ? { width: size.height, height: size.width } : size;
}

/** The copy with what the camera wrote beside the original. */
async function withFacts(copy: Shrunk, original: Uint8Array, maySayWhere: boolean): Promise<Blob> {
  const tiff = tiffForCopy(original, maySayWhere ? "with place" : "without place");
  const bytes = new Uint8Array(await copy.picture.arrayBuffer());
  return new Blob(tiff === undefined ? [bytes] : withTiff(bytes, tiff), { type: "image/jpeg" satisfies PhotoType });
}

function whenAndWhere(shot: Shot, facts: Facts, maySayWhere: boolean): Pick<TakenPhoto, "taken_at" | "position"> {
  const isFresh = shot.source === "camera";
  const takenAt = facts.takenAt ?? (isFresh ? shot.shotAt : undefined);
  const written: Position | undefined = facts.position && { ...facts.position, datum: "wgs84" };
  const position = maySayWhere ? ((isFresh ? shot.position : undefined) ?? written) : undefined;
  return {
    ...(takenAt === undefined ? {} : { taken_at: takenAt }),
    ...(position === undefined ? {} : { position }),
  };
}
