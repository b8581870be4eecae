// @vitest-environment happy-dom
/** The page that is shown is the one that the address names, however soon that changes. */

import { render } from "preact";
import { expect, test } from "vitest";
import { useRoute } from "./route.ts";

test("an address that changes before the page is listening is followed", async () => {
  location.hash = "#/me";
  const place = document.createElement("div");
  const Where = () => <p>{useRoute().join("/")}</p>;
  render(<Where />, place);
  expect(place.textContent).toBe("me");
  // Drawn, and not told of anything yet: as on a phone that is busy when somebody taps.
  location.hash = "#/write";
  await expect.poll(() => place.textContent).toBe("write");
  location.hash = "#/write/diary";
  await expect.poll(() => place.textContent).toBe("write/diary");
  render(null, place);
});
