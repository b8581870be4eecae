/** Where pictures are shrunk: in a worker where the browser can, else on the page. One at a time: a
 * picture of 12 megapixels takes 50 MB while it is open. */

import { type Shrunk, shrink } from "./shrink.ts";

/** How long a worker may take, in milliseconds: one whose memory was taken away says nothing, and others wait for it. */
const LONGEST = 60_000;

let last: Promise<unknown> = Promise.resolve();

/** The copy that travels; nothing if the browser cannot read the picture. */
export function shrinkInTurn(picture: Blob): Promise<Shrunk | undefined> {
  const turn = last.then(() => beside(picture)).catch(() => shrink(picture));
  last = turn.catch(() => undefined);
  return turn;
}

/** In a worker; fails where there is none. What it cannot read, the page may still. */
async function beside(picture: Blob): Promise<Shrunk | undefined> {
  if (typeof Worker !== "function" || typeof OffscreenCanvas !== "function") {
    throw new Error("no worker that draws");
  }
  const worker = new Worker(new URL("./shrink.worker.ts", import.meta.url), { type: "module" });
  let late: ReturnType<typeof setTimeout> | undefined;
  try {
    const copy = await new Promise<Shrunk | undefined>((resolve, reject) => {
      late = setTimeout(() => reject(new Error("the worker is silent")), LONGEST);
      worker.onmessage = ({ data }: MessageEvent<Shrunk | undefined>) => resolve(data);
      worker.onerror = () => reject(new Error("the worker failed"));
      worker.postMessage(picture);
    });
    return copy ?? (await shrink(picture));
  } finally {
    clearTimeout(late);
    worker.terminate();
  }
}
