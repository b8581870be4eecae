/**
 * What a device could not send, for somebody to carry: an `.slbundle`, as `sync-protocol` declares it.
 *
 * It holds every change that no backup has and every photo that the office lacks, sealed by the device,
 * so that they count as its owner's whoever carries them. Sent twice, or by the device itself later,
 * they are duplicates. Loaded when it is needed.
 */

import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, concatBytes, utf8ToBytes } from "@noble/hashes/utils.js";
import type { Device } from "../db/device.ts";
import { NotEnrolled } from "../db/device.ts";
import { canonical } from "../protocol/digest.ts";
import { newId } from "../protocol/ids.ts";
import { stamp } from "../protocol/stamp.ts";
import type { Change, Outcome, Sha256, Uuid } from "../protocol/wire.ts";
import { bundleAnswer } from "./answer.ts";
import { PATIENCE_MS } from "./ask.ts";
import { Unanswered } from "./broken.ts";
import type { Outside } from "./outside.ts";
import { SEAL, passOf } from "./pass.ts";
import { PROTOCOL, type Outbox, type Phone } from "./phone.ts";
import { Zip } from "./zip.ts";

/** The most that one bundle takes; a device with more makes several. */
export interface Room {
  changes: number;
  changeBytes: number;
  photos: number;
  photoBytes: number;
}

/** Below what the office takes: 5,000 changes in 8 MiB, 5,000 photos, 2 GiB in all. */
const ROOM: Room = { changes: 5_000, changeBytes: 7 << 20, photos: 5_000, photoBytes: 1 << 30 };
const EXPORTED = "exported";

/** A bundle that was made. */
export interface Made {
  file: Blob;
  /** What to call the file. */
  name: string;
  changes: Uuid[];
  photos: Sha256[];
}

/** What the office did with a bundle. */
export interface Carried {
  /** Whose device it is of. */
  by_name: string;
  outcomes: Outcome[];
  photos: { sha256: Sha256; outcome: "taken" | "known" | "missing" | "refused"; message?: string }[];
  /** Whether no photo is missing. */
  complete: boolean;
}

// Making ------------------------------------------------------------------------------------------

/** Makes bundles of everything that is not safe at the office: mostly one, none if all is. */
export async function* bundles(device: Device, now: Date, room: Room = ROOM): AsyncGenerator<Made> {
  const [phone, token] = [await device.phone(), (await device.paper<string>(SEAL)) ?? (await device.token())];
  if (phone === undefined || token === undefined) {
    throw new NotEnrolled("this device was not enrolled yet");
  }
  const changes = unsafeChanges(phone.outbox);
  const photos = await unsafePhotos(device, phone);
  while (changes.length + photos.length > 0) {
    yield await bundle(device, phone, token, now, takeWithin(room, changes, photos, phone));
  }
}

/** Whether all that is not safe at the office is in a bundle that was handed over. */
export async function isExported(device: Device): Promise<boolean> {
  const phone = await device.phone();
  const exported = new Set(await device.paper<string[]>(EXPORTED));
  const unsafe = phone && [...unsafeChanges(phone.outbox).map((change) => change.id), ...(await unsafePhotos(device, phone))];
  return (unsafe ?? []).every((id) => exported.has(id));
}

/** Remembers that a bundle was handed over: to be called once the file was saved or shared. */
export async function noteExported(device: Device, { changes, photos }: Made): Promise<void> {
  const before = (await device.paper<string[]>(EXPORTED)) ?? [];
  await device.keepPaper(EXPORTED, [...new Set([...before, ...changes, ...photos])]);
}

/** Whatever the server has not named as contained in a backup; what the office refused is decided. */
function unsafeChanges({ kept, held, waiting }: Outbox): Change[] {
  const open = held.filter(({ refused }) => refused === undefined);
  return [...kept, ...open].map(({ change }) => change).concat(waiting);
}

/** What the office does not have, also what it would not take: as long as its bytes are here. */
async function unsafePhotos(device: Device, { photos }: Phone): Promise<Sha256[]> {
  const unsafe: Sha256[] = [];
  for (const [hash, photo] of Object.entries(photos)) {
    if (!photo.atOffice && (await device.album.holds(hash))) {
      unsafe.push(hash);
    }
  }
  return unsafe;
}

interface Contents {
  changes: Change[];
  photos: Sha256[];
}

/** Takes as much off both lists as one bundle holds, and at least one thing. */
function takeWithin(room: Room, changes: Change[], photos: Sha256[], phone: Phone): Contents {
  const fitting = <T>(list: T[], most: number, mostBytes: number, sizeOf: (one: T) => number): T[] => {
    let bytes = 0;
    const end = list.slice(0, most).findIndex((one) => (bytes += sizeOf(one)) > mostBytes);
    return list.splice(0, Math.max(1, end < 0 ? most : end));
  };
  return {
    changes: fitting(changes, room.changes, room.changeBytes, (change) => canonical(change).length * 3),
    photos: fitting(photos, room.photos, room.photoBytes, (hash) => phone.photos[hash]?.length ?? 0),
  };
}

async function bundle(device: Device, phone: Phone, token: string, now: Date, contents: Contents): Promise<Made> {
  const text = utf8ToBytes(contents.changes.map((change) => `${canonical(change)}\n`).join(""));
  // Only what is there is promised; a photo's bytes may have been lost.
  const photos: { sha256: Sha256; length: number }[] = [];
  for (const hash of contents.photos) {
    const picture = await device.album.bytes(hash);
    if (picture !== undefined) {
      photos.push({ sha256: hash, length: picture.size });
    }
  }
  const manifest = {
    protocol: PROTOCOL,
    bundle: newId(),
    device: phone.owner.device,
    made_at: stamp(now),
    ...(phone.cursor === null ? {} : { cursor: phone.cursor }),
    changes: { count: contents.changes.length, sha256: bytesToHex(sha256(text)) },
    photos,
  };
  const zip = new Zip();
  zip.addText("manifest.json", utf8ToBytes(sealed(manifest, token)));
  zip.addText("changes.ndjson", text);
  for (const { sha256 } of photos) {
    const picture = await device.album.bytes(sha256);
    if (picture !== undefined) {
      zip.addStored(`photos/${sha256}`, new Uint8Array(await picture.arrayBuffer()));
    }
  }
  return {
    file: zip.finish(),
    name: `${phone.owner.name}-${manifest.made_at.slice(0, 16).replaceAll(/[-:]/g, "")}.slbundle`,
    changes: contents.changes.map((change) => change.id),
    photos: photos.map(({ sha256 }) => sha256),
  };
}

/** The manifest with its seal, in canonical form. */
export function sealed(manifest: object, token: string): string {
  const key = sha256(concatBytes(utf8ToBytes("siteledger bundle"), utf8ToBytes(token)));
  const seal = bytesToHex(hmac(sha256, key, utf8ToBytes(canonical(manifest))));
  return canonical({ ...manifest, seal });
}

// Carrying ----------------------------------------------------------------------------------------

/** Hands in what somebody gave this device's owner to carry. Fails with the office's words, or without. */
export async function carry(outside: Outside, token: string, file: Blob): Promise<Carried> {
  const pass = passOf(token);
  const line = new AbortController();
  const cancel = outside.after(PATIENCE_MS + file.size, () => line.abort(new Error("nothing came for a long time")));
  try {
    const response = await outside.fetch("/api/v1/bundles", {
      method: "POST",
      headers: {
        ...pass.headers,
        "Accept-Language": outside.language(),
        "Content-Type": "application/zip",
      },
      body: file,
      signal: line.signal,
      cache: "no-store",
      credentials: pass.credentials,
      redirect: "manual",
    });
    const { status, headers } = response;
    const told = { status, retryAfter: headers.get("Retry-After"), body: await response.text() };
    const came = bundleAnswer(told, outside.now());
    if (came.kind !== "answer") {
      throw new Unanswered(came);
    }
    return came.answer;
  } finally {
    cancel();
  }
}
