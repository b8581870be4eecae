/** Where a photo was taken: asked of the device at capture only, and only with its owner's consent. */

import type { Device } from "../db/device.ts";

/** As a record holds it: degrees, and how far off it may be in metres. */
export interface Position {
  lat: number;
  lon: number;
  accuracy_m?: number;
  datum: "wgs84";
}

const CONSENT = "position/consent";
/** How long the device may take to find out where it is, in milliseconds. */
const PATIENCE_MS = 10_000;
/** How old a position may be that the device knows already, in milliseconds. */
const FRESH_MS = 60_000;

/** Whether the owner agreed on this device; nothing if nobody asked yet. */
export async function consent(device: Device): Promise<boolean | undefined> {
  return device.paper<boolean>(CONSENT);
}

export async function keepConsent(device: Device, agreed: boolean): Promise<void> {
  await device.keepPaper(CONSENT, agreed);
}

/** Where the device is; nothing without consent, or if it does not know. A photo never waits for more. */
export async function whereAmI(
  device: Device,
  geolocation: Geolocation | undefined = globalThis.navigator?.geolocation,
): Promise<Position | undefined> {
  if (geolocation === undefined || (await consent(device)) !== true) {
    return undefined;
  }
  return new Promise((resolve) => {
    geolocation.getCurrentPosition(
      ({ coords }) => resolve(positionOf(coords)),
      () => resolve(undefined),
      { enableHighAccuracy: true, timeout: PATIENCE_MS, maximumAge: FRESH_MS },
    );
  });
}

/** Six decimals are a tenth of a metre: more says nothing. */
function positionOf({ latitude, longitude, accuracy }: GeolocationCoordinates): Position {
  const degrees = (value: number) => Math.round(value * 1e6) / 1e6;
  const position: Position = { lat: degrees(latitude), lon: degrees(longitude), datum: "wgs84" };
  return Number.isFinite(accuracy) && accuracy >= 0 ? { ...position, accuracy_m: Math.round(accuracy) } : position;
}
