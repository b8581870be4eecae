/** Takes a picture in: what a record will say of it. */

import type { Position } from "./position.ts";
import type { Sha256, Stamp } from "../protocol/wire.ts";
export interface TakenPhoto {
  sha256: Sha256;
  taken_at?: Stamp;
  position?: Position;
  width: number;
  height: number;
  origin: "camera" | "camera_reencoded" | "album";
}
