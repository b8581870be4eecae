/** Filling in forms as hands do: by field, with what stands on the screen. */

import { deflateSync } from "node:zlib";

/** A field of the form on a phone's screen, by its name in the schema. */
export function field(phone, name) {
  return phone.page.locator(".field", { has: phone.page.locator(`#field-${name}`) });
}

/** Taps one of a field's chips, whose first ones are shown. */
export async function choose(phone, name, label) {
  await field(phone, name).locator(".chip").getByText(label, { exact: true }).or(
    field(phone, name).locator(".chip", { hasText: new RegExp(`^${label}$`) }),
  ).first().click();
}

/** Answers a large question. */
export async function answer(phone, name, tone) {
  await field(phone, name).locator(`.answer.${tone}`).click();
}

export async function write(phone, name, text) {
  await field(phone, name).locator("textarea").first().fill(text);
}

/** Chooses pictures from the album, and waits until they stand in the form. */
export async function addPhotos(phone, name, pictures) {
  const faces = field(phone, name).locator(".photo-face");
  const before = await faces.count();
  await field(phone, name).locator("input[type=file]:not([capture])").last().setInputFiles(pictures);
  await faces.nth(before + pictures.length - 1).waitFor();
}

/** Saves the form, and waits for the record's page. */
export async function save(phone) {
  await phone.tap(/^保存$/);
  await phone.page.locator("article").waitFor();
}

/** What a page says, as one text. */
export async function page(phone) {
  return phone.page.locator("main").innerText();
}

/** Waits until the page says so. */
export async function says(phone, text) {
  await phone.page.locator("main").getByText(text).first().waitFor();
}

/** Waits until the page does not say so any more. */
export async function saysNoMore(phone, text) {
  await phone.page.locator("main").getByText(text).first().waitFor({ state: "detached" });
}

/** A picture of coloured squares, another one for each number: PNG, as no camera but as real. */
export function picture(number, width = 1200, height = 900) {
  const next = randomFrom(number);
  const colours = Array.from({ length: 64 }, () => [next(), next(), next()]);
  const line = width * 3 + 1;
  const pixels = Buffer.alloc(line * height);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const colour = colours[((y >> 7) * 8 + (x >> 7)) % colours.length];
      pixels.set(colour, y * line + 1 + x * 3);
    }
  }
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 2], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const body = chunk("IDAT", deflateSync(pixels, { level: 1 }));
  const buffer = Buffer.concat([signature, chunk("IHDR", head), body, chunk("IEND", Buffer.alloc(0))]);
  return { name: `${number}.png`, mimeType: "image/png", buffer };
}

/** Numbers from 0 to 255, the same for the same seed. */
function randomFrom(seed) {
  let state = seed * 7919 + 1;
  return () => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return (state >> 16) & 0xff;
  };
}

function chunk(type, data) {
  const bytes = Buffer.alloc(data.length + 12);
  bytes.writeUInt32BE(data.length, 0);
  bytes.write(type, 4, "latin1");
  data.copy(bytes, 8);
  bytes.writeUInt32BE(crc(bytes.subarray(4, data.length + 8)), data.length + 8);
  return bytes;
}

function crc(bytes) {
  let sum = 0xffffffff;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit += 1) {
      sum = sum & 1 ? (sum >>> 1) ^ 0xedb88320 : sum >>> 1;
    }
  }
  return (sum ^ 0xffffffff) >>> 0;
}
