/**
 * Makes the copy that travels: upright, 2048 px on the long side, about 350 KB.
 *
 * Runs in a worker where there is one, and on the page otherwise.
 */

/** The long side of a copy, in pixels. */
export const LONG_SIDE = 2048;
/** About how many bytes a copy has. */
export const ABOUT_BYTES = 350 * 1024;
/** How much more it may have before it is made anew in a lower quality. */
const TOLERANCE = 1.2;
const QUALITIES = [0.8, 0.7, 0.6];

export interface Shrunk {
  picture: Blob;
  width: number;
  height: number;
}

/** The copy; nothing if the browser cannot read the picture. */
export async function shrink(picture: Blob): Promise<Shrunk | undefined> {
  const source = await decoded(picture).catch(() => undefined);
  if (source === undefined) {
    return undefined;
  }
  try {
    const size = sizeWithin(source.width, source.height);
    const canvas = canvasOf(size.width, size.height);
    const context = canvas.getContext("2d") as CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D | null;
    if (context === null) {
      return undefined;
    }
    // What is transparent would come out black.
    context.fillStyle = "#fff";
    context.fillRect(0, 0, size.width, size.height);
    context.imageSmoothingQuality = "high";
    context.drawImage(source.image, 0, 0, size.width, size.height);
    const copy = await encoded(canvas);
    return copy && { picture: copy, ...size };
  } finally {
    source.close();
  }
}

/** The size of a copy whose long side is within bounds. */
export function sizeWithin(width: number, height: number): { width: number; height: number } {
  const scale = Math.min(1, LONG_SIDE / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

interface Source {
  image: CanvasImageSource;
  width: number;
  height: number;
  close(): void;
}

/** The picture upright. Browsers before 2021 read no orientation here, but do in an image element. */
async function decoded(picture: Blob): Promise<Source> {
  if (typeof createImageBitmap === "function") {
    const bitmap = await createImageBitmap(picture, { imageOrientation: "from-image" }).catch(() => undefined);
    if (bitmap !== undefined) {
      return { image: bitmap, width: bitmap.width, height: bitmap.height, close: () => bitmap.close() };
    }
  }
  const url = URL.createObjectURL(picture);
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    return { image, width: image.naturalWidth, height: image.naturalHeight, close: () => URL.revokeObjectURL(url) };
  } catch (error) {
    URL.revokeObjectURL(url);
    throw error;
  }
}

function canvasOf(width: number, height: number): OffscreenCanvas | HTMLCanvasElement {
  if (typeof OffscreenCanvas === "function") {
    return new OffscreenCanvas(width, height);
  }
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [width, height];
  return canvas;
}

async function encoded(canvas: OffscreenCanvas | HTMLCanvasElement): Promise<Blob | undefined> {
  let copy: Blob | undefined;
  for (const quality of QUALITIES) {
    copy = await jpegOf(canvas, quality);
    if (copy === undefined || copy.size <= ABOUT_BYTES * TOLERANCE) {
      break;
    }
  }
  return copy?.type === "image/jpeg" ? copy : undefined;
}

function jpegOf(canvas: OffscreenCanvas | HTMLCanvasElement, quality: number): Promise<Blob | undefined> {
  if ("convertToBlob" in canvas) {
    return canvas.convertToBlob({ type: "image/jpeg", quality });
  }
  return new Promise((resolve) => canvas.toBlob((copy) => resolve(copy ?? undefined), "image/jpeg", quality));
}
