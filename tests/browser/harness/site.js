/** Drawings of a building site, as photos for pictures that people look at: no real place, no real person. */

/** A JPEG of a site, another one for each number: sky, a frame of columns and floors, a fence. */
export async function site(phone, number, { width = 1600, height = 1200 } = {}) {
  const page = await phone.context.newPage();
  const base64 = await page.evaluate(draw, { number, width, height });
  await page.close();
  return { name: `IMG_${number}.jpg`, mimeType: "image/jpeg", buffer: Buffer.from(base64, "base64") };
}

/** In the browser. */
async function draw({ number, width, height }) {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d");
  const fill = (colour, x, y, w, h) => {
    context.fillStyle = colour;
    context.fillRect(x * width, y * height, w * width, h * height);
  };
  fill("#bcd6ea", 0, 0, 1, 0.6);
  fill("#8fb07c", 0, 0.5, 1, 0.12);
  fill("#b59a74", 0, 0.6, 1, 0.4);
  const floors = 1 + (number % 3);
  for (let floor = 0; floor < floors; floor += 1) {
    const y = 0.6 - floor * 0.16;
    for (let column = 0; column < 6; column += 1) {
      fill("#9a9a94", 0.2 + column * 0.11, y - 0.16, 0.025, 0.16);
    }
    fill("#b4b3ab", 0.18, y - 0.17, 0.62, 0.03);
  }
  for (let panel = 0; panel < 10; panel += 1) {
    fill(panel % 2 === 0 ? "#2f74b5" : "#3c83c4", panel / 10, 0.68, 0.098, 0.17);
  }
  fill("#d9c24a", 0.62, 0.72, 0.09, 0.07);
  const bytes = new Uint8Array(await (await canvas.convertToBlob({ type: "image/jpeg", quality: 0.85 })).arrayBuffer());
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}
