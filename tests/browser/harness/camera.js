/** Pictures as a phone's camera makes them. */

import { readFileSync } from "node:fs";

const FACTS = new URL("../../../server/web/src/photos/fixtures/turned.jpg", import.meta.url);

/**
 * A JPEG of 12 megapixels in some MB, another one for each number, with a camera's EXIF: held upright,
 * 2 March 2026 10:15:30, somewhere in the county. Drawn by the phone's own browser, on a page apart.
 */
export async function shot(phone, number, { width = 4032, height = 3024 } = {}) {
  const page = await phone.context.newPage();
  const base64 = await page.evaluate(draw, { number, width, height });
  await page.close();
  return { name: `IMG_${number}.jpg`, mimeType: "image/jpeg", buffer: withFacts(Buffer.from(base64, "base64")) };
}

/** Behind the JFIF segment that every encoder writes. */
function withFacts(jpeg) {
  const camera = readFileSync(FACTS);
  const from = camera.indexOf(Buffer.from([0xff, 0xe1]));
  const exif = camera.subarray(from, from + 2 + camera.readUInt16BE(from + 2));
  const at = 4 + jpeg.readUInt16BE(4);
  return Buffer.concat([jpeg.subarray(0, at), exif, jpeg.subarray(at)]);
}

/** In the browser: large shapes with noise over them. */
async function draw({ number, width, height }) {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d");
  for (let shape = 0; shape < 3_000; shape += 1) {
    context.fillStyle = `hsl(${(shape * number * 7) % 360} 40% ${30 + (shape % 50)}%)`;
    context.fillRect((shape * 977 * number) % width, (shape * 691) % height, 20 + (shape % 190), 20 + (shape % 170));
  }
  const pixels = context.getImageData(0, 0, width, height);
  let chance = number * 12_345;
  for (let at = 0; at < pixels.data.length; at += 4) {
    chance = (Math.imul(chance, 1_103_515_245) + 12_345) & 0x7fffffff;
    const noise = ((chance >> 16) & 31) - 16;
    for (const colour of [at, at + 1, at + 2]) {
      pixels.data[colour] += noise;
    }
  }
  context.putImageData(pixels, 0, 0);
  const bytes = new Uint8Array(await (await canvas.convertToBlob({ type: "image/jpeg", quality: 0.9 })).arrayBuffer());
  let text = "";
  for (let from = 0; from < bytes.length; from += 32_768) {
    text += String.fromCharCode(...bytes.subarray(from, from + 32_768));
  }
  return btoa(text);
}
