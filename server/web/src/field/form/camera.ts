/** Pictures for a form: what a record says of them, and those that a killed page left behind. */

import type { Device } from "../../db/device.ts";
import { type Position, whereAmI } from "../../photos/position.ts";
import { type TakenPhoto, develop, take } from "../../photos/take.ts";
import type { Sha256, Value } from "../../protocol/wire.ts";

/** How a picture is filed in the record. */
export interface Filing {
  category?: string;
  /** The field that it shows, such as `isolation_ok` or `items/A01`. */
  about?: string;
}

/** What a record says of a picture. */
export function photoValue(taken: TakenPhoto, filing: Filing): Value {
  const { sha256, taken_at, position, origin, width, height } = taken;
  return {
    sha256,
    origin,
    width,
    height,
    ...(taken_at === undefined ? {} : { taken_at }),
    ...(position === undefined ? {} : { position: { ...position } }),
    ...filing,
  };
}

interface Shooting {
  draft: string;
  source: "camera" | "album";
  keepOriginal: boolean;
}

/** How long a picture may wait for its place before its bytes are kept, in milliseconds. */
const PATIENCE_MS = 500;

/** Asks where the device is while the camera is being opened: a picture that came waits hardly for it. */
export function lookAround(device: Device): () => Promise<Position | undefined> {
  const asked = whereAmI(device);
  const soon = () => new Promise<undefined>((resolve) => setTimeout(resolve, PATIENCE_MS, undefined));
  return () => Promise.race([asked, soon()]);
}

/** Takes in what the camera or the album gave; the bytes are on the disk when this ends. */
export async function takeIn(
  device: Device,
  file: File,
  shooting: Shooting,
  position: Position | undefined,
): Promise<TakenPhoto> {
  return take(device, file, { ...shooting, ...(position === undefined ? {} : { position }) });
}

/** The pictures taken for a draft that do not stand in its form: the page was killed in between. */
export async function lostShots(device: Device, draft: string, standing: ReadonlySet<Sha256>): Promise<TakenPhoto[]> {
  const shots = await device.album.shots(draft);
  const lost = shots.filter((shot) => !standing.has(shot.sha256));
  const found = await Promise.all(lost.map((shot) => shot.taken ?? develop(device, shot).catch(() => undefined)));
  return found.filter((taken) => taken !== undefined);
}
