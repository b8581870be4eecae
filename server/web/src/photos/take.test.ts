/** A picture comes in: what is on the disk at which moment, and what the record will say of it. */

import "fake-indexeddb/auto";
import { readFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Device } from "../db/device.ts";
import { show } from "./display.ts";
import { factsOf } from "./exif.ts";
import { hashOf } from "./hash.ts";
import { keepConsent, whereAmI } from "./position.ts";
import { sizeWithin } from "./shrink.ts";
import { typeOf } from "./sniff.ts";
import { type How, NotAPhoto, type Shrink, develop, take } from "./take.ts";

const bytes = readFileSync(new URL("fixtures/turned.jpg", import.meta.url));
const turned = new File([bytes], "IMG_0001.JPG", { type: "image/jpeg" });
/** The same with a long side over 2048 px, as its header says. */
const large = new File([largeBytes()], "IMG_0002.JPG", { type: "image/jpeg" });
const here = { lat: 25.04, lon: 116.41, accuracy_m: 12, datum: "wgs84" } as const;
const camera: How = { keepOriginal: false, source: "camera", draft: "diary/1" };
let database = 0;
let device: Device;

function largeBytes(): Uint8Array<ArrayBuffer> {
  const large = Uint8Array.from(bytes);
  const frame = bytes.indexOf(Buffer.from([0xff, 0xc0]));
  large.set([0x0b, 0xd0, 0x0f, 0xc0], frame + 5);
  return large;
}

/** Draws nothing: gives back what a canvas would, a JPEG without EXIF. */
const shrink: Shrink = async () => {
  const plain = new Uint8Array([0xff, 0xd8, 0xff, 0xdb, 0, 4, 1, 2, 0xff, 0xda, 0, 2, 1, 2, 3, 0xff, 0xd9]);
  return { picture: new Blob([plain], { type: "image/jpeg" }), ...sizeWithin(4032, 3024) };
};

const cannotRead: Shrink = () => Promise.resolve(undefined);

beforeEach(async () => {
  database += 1;
  device = await Device.open(`take-${database}`);
  await device.enrol({ user: "u", name: "演示 李老师", device: "d" }, "token");
});

afterEach(() => device.close());

describe("a picture", () => {
  test("is on the disk before it is shrunk, and made ready later if that killed the page", async () => {
    const killed = take(device, large, camera, () => Promise.reject(new Error("out of memory")));
    await expect(killed).rejects.toThrow("out of memory");
    const [shot] = await device.album.shots("diary/1");
    expect(shot).toMatchObject({ sha256: await hashOf(large), filename: "IMG_0002.JPG", source: "camera" });
    expect(shot?.taken).toBeUndefined();
    const taken = shot && (await develop(device, shot, shrink));
    expect(taken).toMatchObject({ width: 2048, height: 1536, origin: "camera_reencoded" });
    expect((await device.album.shots("diary/1")).map((shot) => shot.taken)).toEqual([taken]);
    expect(await device.album.bytes(shot?.sha256 ?? "")).toBeUndefined();
  });

  test("is known by the hash of what is sent, with what the camera wrote beside", async () => {
    const taken = await take(device, large, camera, shrink);
    const sent = await device.album.bytes(taken.sha256);
    expect(sent && (await hashOf(sent))).toBe(taken.sha256);
    const facts = factsOf(new Uint8Array((await sent?.arrayBuffer()) ?? new ArrayBuffer(0)));
    expect(facts).toEqual({ takenAt: "2026-03-02T10:15:30+08:00", orientation: 1 });
    expect(taken.taken_at).toBe("2026-03-02T10:15:30+08:00");
  });

  test("stays as it is where the original is asked for, or nothing would be gained", async () => {
    const original = await take(device, large, { ...camera, keepOriginal: true }, cannotRead);
    expect(original).toMatchObject({ sha256: await hashOf(large), width: 3024, height: 4032, origin: "camera" });
    await keepConsent(device, true);
    const small = await take(device, turned, { ...camera, source: "album" }, cannotRead);
    expect(small).toMatchObject({ sha256: await hashOf(turned), width: 16, height: 24, origin: "album" });
  });

  test("that this browser cannot read goes as it is if the office can, and is no photo otherwise", async () => {
    const heic = new File([Uint8Array.from([0, 0, 0, 24, ...Buffer.from("ftypheic"), 1, 2])], "IMG.HEIC");
    expect(await take(device, heic, camera, cannotRead)).toMatchObject({ width: 0, height: 0, origin: "camera" });
    const text = new File(["小学"], "说明.jpg", { type: "image/jpeg" });
    await expect(take(device, text, camera, cannotRead)).rejects.toThrow(NotAPhoto);
    await expect(take(device, new Blob([]), camera, cannotRead)).rejects.toThrow(NotAPhoto);
    expect(await device.album.shots()).toHaveLength(1);
  });

  test("that was taken out of its form while it was shrunk does not come back", async () => {
    const hash = await hashOf(large);
    const taken = await take(device, large, camera, async (picture) => {
      await device.album.discard(hash, "diary/1");
      return shrink(picture);
    });
    expect(await device.album.shots()).toEqual([]);
    expect(await device.album.bytes(taken.sha256)).toBeUndefined();
  });

  test("is told by its bytes, not by its name", async () => {
    expect(await typeOf(turned)).toBe("image/jpeg");
    expect(await typeOf(new Blob(["GIF89a"]))).toBeUndefined();
  });

  test("of any size has the same hash, whoever computes it", async () => {
    const large = new Blob([new Uint8Array(1_300_000).fill(7)]);
    expect(await hashOf(large, undefined)).toBe(await hashOf(large));
  });
});

describe("where a picture was taken", () => {
  test("is said only with consent, by the device at capture, or by the camera", async () => {
    const silent = await take(device, turned, { ...camera, position: here }, shrink);
    expect(silent.position).toBeUndefined();
    await keepConsent(device, true);
    const fresh = await take(device, turned, { ...camera, position: here }, shrink);
    expect(fresh.position).toEqual(here);
    const old = await take(device, turned, { ...camera, source: "album", position: here }, shrink);
    expect(old.position).toEqual({ lat: 25.049, lon: 116.42, datum: "wgs84" });
  });

  test("is not asked of the device without consent, and never keeps a photo waiting", async () => {
    let asked = 0;
    const coords = { latitude: 25.0400001234, longitude: 116.41, accuracy: 11.6 };
    const knows = { getCurrentPosition: (tell: PositionCallback) => (asked++, tell({ coords } as GeolocationPosition)) };
    expect(await whereAmI(device, knows as Geolocation)).toBeUndefined();
    expect(asked).toBe(0);
    await keepConsent(device, true);
    expect(await whereAmI(device, knows as Geolocation)).toEqual(here);
    const lost = { getCurrentPosition: (_: PositionCallback, fail: () => void) => fail() };
    expect(await whereAmI(device, lost as unknown as Geolocation)).toBeUndefined();
  });
});

describe("a photo on the screen", () => {
  test("comes from the device, else from the office, and its address is taken back once nobody shows it", async () => {
    const asked: string[] = [];
    const fetch = async (path: string) => {
      asked.push(path);
      return new Response(new Blob(["jpeg"], { type: "image/jpeg" }), { headers: { "Content-Type": "image/jpeg" } });
    };
    const { sha256 } = await take(device, turned, camera, shrink);
    const [one, other] = [await show(device, sha256, "thumbnail", fetch), await show(device, sha256, "thumbnail", fetch)];
    expect(one?.url).toBe(other?.url);
    one?.release();
    one?.release();
    const again = await show(device, sha256, "thumbnail", fetch);
    expect(again?.url).toBe(other?.url);
    [other, again].forEach((print) => print?.release());
    const later = await show(device, sha256, "thumbnail", fetch);
    expect(later?.url).not.toBe(one?.url);
    expect(asked).toEqual([]);
    expect(await show(device, "ab".repeat(32), "preview", fetch)).toBeDefined();
    expect(asked).toEqual([`/api/v1/photos/${"ab".repeat(32)}/preview`]);
    const dead = () => Promise.reject(new TypeError("no line"));
    expect(await show(device, "cd".repeat(32), "preview", dead)).toBeUndefined();
  });
});
