/** Pictures for a form: taken in one after the other, and found again after a killed page. */

import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import type { Device } from "../../db/device.ts";
import { filenameOf } from "../../db/album.ts";
import { whereAmI } from "../../photos/position.ts";
import type { TakenPhoto } from "../../photos/take.ts";
import type { Sha256, Value } from "../../protocol/wire.ts";
import { stampOf } from "./days.ts";

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

export interface Shooting {
  draft: string;
  source: "camera" | "album";
  keepOriginal: boolean;
}

/** Takes in what the camera or the album gave; the bytes are on the disk when this ends. */
export async function takeIn(device: Device, file: File, { draft, source, keepOriginal }: Shooting): Promise<TakenPhoto> {
  const position = source === "camera" ? await whereAmI(device) : undefined;
  const hash = bytesToHex(sha256(new Uint8Array(await file.arrayBuffer())));
  const shotAt = stampOf(new Date());
  const taken: TakenPhoto = { sha256: hash, width: 0, height: 0, origin: source, ...(position === undefined ? {} : { position }) };
  await device.album.shoot({ sha256: hash, filename: filenameOf(shotAt, file.type), shotAt, source, keepOriginal, drafts: [draft], taken }, file);
  return taken;
}

/** The pictures taken for a draft that do not stand in its form: the page was killed in between. */
export async function lostShots(device: Device, draft: string, standing: ReadonlySet<Sha256>): Promise<TakenPhoto[]> {
  const shots = await device.album.shots(draft);
  const lost = shots.filter((shot) => !standing.has(shot.sha256) && !standing.has(shot.taken?.sha256 ?? ""));
  return lost.flatMap((shot) => shot.taken ?? []);
}
