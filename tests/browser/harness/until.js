/** Waiting for what a screen does not say: what stands in the phone's storage, or has come to the server. */

import assert from "node:assert/strict";

/** Until it is so; fails after a minute. */
export async function until(what) {
  for (const end = Date.now() + 60_000; Date.now() < end; ) {
    if (await what()) {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.fail(`it did not come to: ${what}`);
}
