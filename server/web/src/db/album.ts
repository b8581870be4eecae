/**
 * The pictures on the device: their bytes, and those that stand in no saved record yet.
 *
 * A picture is on the disk before anything is done with it. It becomes a photo to be sent with the
 * change that speaks of it, in the same transaction (`Device.save`), and not before: what somebody
 * takes out of a form again has never left the device.
 */

import type { IDBPObjectStore, StoreNames } from "idb";
import { showing } from "../photos/fate.ts";
import type { Change, Sha256, Stamp } from "../protocol/wire.ts";
import type { Phone, Photo } from "../sync/phone.ts";
import type { Bell } from "./bell.ts";
import type { Database } from "./database.ts";
import type { Shot, Tables } from "./tables.ts";

/** Somebody has to enrol this device first. */
export class NotEnrolled extends Error {}

export class Album {
  constructor(
    private readonly db: Database,
    private readonly bell: Bell,
  ) {}

  /** Keeps a picture that just came in. It is on the disk when this ends. */
  async shoot(shot: Shot, picture: Blob): Promise<void> {
    const bytes = await picture.arrayBuffer();
    const tx = await this.db.transaction(["roll", "album"], "readwrite", { durability: "strict" });
    const roll = tx.objectStore("roll");
    const before = await roll.get(shot.sha256);
    const drafts = [...new Set([...(before?.drafts ?? []), ...shot.drafts])];
    await roll.put({ ...shot, ...before, drafts });
    await tx.objectStore("album").put({ bytes, type: picture.type }, shot.sha256);
    await tx.done;
    this.bell.ring("roll", "album");
  }

  /** Puts the copy that is to be sent in the place of the picture as it came in, unless that was discarded. */
  async develop(original: Sha256, copy: Shot, picture: Blob): Promise<void> {
    const bytes = await picture.arrayBuffer();
    const tx = await this.db.transaction(["photos", "roll", "album"], "readwrite", { durability: "strict" });
    const roll = tx.objectStore("roll");
    const [shot, before] = [await roll.get(original), await roll.get(copy.sha256)];
    if (shot === undefined) {
      await tx.done;
      return;
    }
    const drafts = [...new Set([...(before?.drafts ?? []), ...shot.drafts])];
    await tx.objectStore("album").put({ bytes, type: picture.type }, copy.sha256);
    await roll.put({ ...copy, drafts });
    if (original !== copy.sha256) {
      await roll.delete(original);
      if ((await tx.objectStore("photos").get(original)) === undefined) {
        await tx.objectStore("album").delete(original);
      }
    }
    await tx.done;
    this.bell.ring("roll", "album");
  }

  /** The pictures that stand in no saved record yet: all, or those of a draft. */
  async shots(draft?: string): Promise<Shot[]> {
    const all = await this.db.getAll("roll");
    return draft === undefined ? all : all.filter((shot) => shot.drafts.includes(draft));
  }

  /** Takes a picture out of a draft. It is gone when no other draft and no saved record shows it. */
  async discard(hash: Sha256, draft: string): Promise<void> {
    const tx = await this.db.transaction(["photos", "roll", "album"], "readwrite");
    const shot = await tx.objectStore("roll").get(hash);
    if (shot !== undefined) {
      await takeOut(shot, draft, tx);
    }
    await tx.done;
    this.bell.ring("roll", "album");
  }

  /** Notes that a draft shows pictures that stand in another one. */
  async showIn(draft: string, hashes: Iterable<Sha256>): Promise<void> {
    const tx = await this.db.transaction(["roll"], "readwrite", { durability: "strict" });
    for (const hash of hashes) {
      const shot = await tx.store.get(hash);
      if (shot !== undefined) {
        await tx.store.put({ ...shot, drafts: [...new Set([...shot.drafts, draft])] });
      }
    }
    await tx.done;
    this.bell.ring("roll");
  }

  /** Whether the bytes of a picture are on the device. */
  async holds(hash: Sha256): Promise<boolean> {
    return (await this.db.getKey("album", hash)) !== undefined;
  }

  /** The bytes of a picture, while they are on the device. */
  async bytes(hash: Sha256): Promise<Blob | undefined> {
    const picture = await this.db.get("album", hash);
    return picture && new Blob([picture.bytes], { type: picture.type });
  }

  /** Writes down what the server said of a photo. */
  async told(hash: Sha256, tell: (photo: Photo) => Photo): Promise<Photo | undefined> {
    const tx = await this.db.transaction(["photos"], "readwrite");
    const row = await tx.store.get(hash);
    if (row === undefined) {
      await tx.done;
      return undefined;
    }
    const { sha256, place, ...photo } = row;
    const now = tell(photo);
    await tx.store.put({ ...now, sha256, place });
    await tx.done;
    this.bell.ring("photos");
    return now;
  }

  /** Drops the photos of which the server says that a backup has them; tells how many. */
  async makeRoom(): Promise<number> {
    const tx = await this.db.transaction(["photos", "roll", "album"], "readwrite", { durability: "strict" });
    const photos = tx.objectStore("photos");
    const settled = (await photos.getAll()).filter((photo) => photo.settled);
    const shown = new Set(await tx.objectStore("roll").getAllKeys());
    for (const { sha256 } of settled) {
      await photos.delete(sha256);
      if (!shown.has(sha256)) {
        await tx.objectStore("album").delete(sha256);
      }
    }
    await tx.done;
    this.bell.ring("photos", "album");
    return settled.length;
  }
}

/** A transaction in which pictures may be let go of. */
interface Letting<Names extends ArrayLike<StoreNames<Tables>>> {
  objectStore(name: "photos"): IDBPObjectStore<Tables, Names, "photos", "readwrite">;
  objectStore(name: "roll"): IDBPObjectStore<Tables, Names, "roll", "readwrite">;
  objectStore(name: "album"): IDBPObjectStore<Tables, Names, "album", "readwrite">;
}

/** Takes a picture out of a draft; lets go of one that nobody shows any more. */
async function takeOut<Names extends ArrayLike<StoreNames<Tables>>>(shot: Shot, draft: string, tx: Letting<Names>): Promise<void> {
  const roll = tx.objectStore("roll");
  const drafts = shot.drafts.filter((other) => other !== draft);
  if (drafts.length > 0) {
    await roll.put({ ...shot, drafts });
    return;
  }
  await roll.delete(shot.sha256);
  if ((await tx.objectStore("photos").get(shot.sha256)) === undefined) {
    await tx.objectStore("album").delete(shot.sha256);
  }
}

/**
 * Takes the pictures out of a draft that is no more: `all`, or those that were `seen` in its form. What is
 * still being developed nobody has seen; it is found when the record is written in again.
 */
export async function letGoOf<Names extends ArrayLike<StoreNames<Tables>>>(
  draft: string,
  tx: Letting<Names>,
  which: "all" | "seen",
): Promise<void> {
  for (const shot of await tx.objectStore("roll").getAll()) {
    if (shot.drafts.includes(draft) && (which === "all" || shot.taken !== undefined)) {
      await takeOut(shot, draft, tx);
    }
  }
}

/** A phone on which that picture, of which a change speaks, is a photo to be sent. */
export function withPhoto(phone: Phone, shot: Shot, change: Change, { bytes, type }: { bytes: number; type: string }): Phone {
  const photo: Photo = {
    length: bytes,
    filename: shot.filename,
    filetype: type,
    acknowledged: 0,
    atOffice: false,
    settled: false,
    of: showing(change, shot.sha256),
  };
  return { ...phone, photos: { ...phone.photos, [shot.sha256]: phone.photos[shot.sha256] ?? photo } };
}

/** The name under which a picture travels. */
export function filenameOf(shotAt: Stamp, type: string): string {
  const ending = { "image/png": "png", "image/webp": "webp", "image/heic": "heic", "image/heif": "heic" }[type];
  return `${shotAt.slice(0, 19).replaceAll(/[-:]/g, "").replace("T", "-")}.${ending ?? "jpg"}`;
}
