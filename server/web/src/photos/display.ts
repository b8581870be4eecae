/** Shows photos: from the device, else from the office. Each address is taken back when nobody shows it. */

import type { Device } from "../db/device.ts";
import type { Sha256 } from "../protocol/wire.ts";
import { passOf } from "../sync/pass.ts";

/** Long sides of 320 and 1600 px; what is on the device is shown as it is. */
type PrintSize = "thumbnail" | "preview";

/** An address for an `<img>`; `release` when it is not shown any more. */
export interface Print {
  url: string;
  release(): void;
}

interface Shown {
  url: Promise<string | undefined>;
  users: number;
}

export type Fetch = (path: string, init: RequestInit) => Promise<Response>;

/** The photos that are shown now, by device, hash and size. */
const shown = new WeakMap<Device, Map<string, Shown>>();

/** The photo; nothing where it is neither here nor to be had now. */
export async function show(
  device: Device,
  hash: Sha256,
  size: PrintSize,
  fetch: Fetch = globalThis.fetch,
): Promise<Print | undefined> {
  const prints = shown.get(device) ?? new Map<string, Shown>();
  shown.set(device, prints);
  const name = `${hash}/${size}`;
  const print = prints.get(name) ?? { url: addressOf(device, hash, size, fetch), users: 0 };
  prints.set(name, print);
  print.users += 1;
  const url = await print.url;
  let isReleased = false;
  const release = () => {
    print.users -= isReleased ? 0 : 1;
    isReleased = true;
    if (print.users === 0 && prints.get(name) === print) {
      prints.delete(name);
      if (url !== undefined) {
        URL.revokeObjectURL(url);
      }
    }
  };
  if (url === undefined) {
    release();
    return undefined;
  }
  return { url, release };
}

async function addressOf(device: Device, hash: Sha256, size: PrintSize, fetch: Fetch): Promise<string | undefined> {
  const picture = (await device.album.bytes(hash)) ?? (await fromOffice(device, hash, size, fetch));
  return picture && URL.createObjectURL(picture);
}

async function fromOffice(device: Device, hash: Sha256, size: PrintSize, fetch: Fetch): Promise<Blob | undefined> {
  try {
    const pass = passOf(await device.token());
    const response = await fetch(`/api/v1/photos/${hash}/${size}`, { ...pass, redirect: "manual" });
    const isPicture = response.headers.get("Content-Type")?.startsWith("image/") === true;
    return response.ok && isPicture ? await response.blob() : undefined;
  } catch {
    return undefined;
  }
}
