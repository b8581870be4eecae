/** Shrinks pictures beside the page, so that it answers to fingers meanwhile. */

import { shrink } from "./shrink.ts";

addEventListener("message", async ({ data }: MessageEvent<Blob>) => {
  const copy = await shrink(data).catch(() => undefined);
  postMessage(copy);
});
