/** A photo says that a pupil can be recognised, that none can, or nothing: and nothing is not none. */

import { expect, test } from "vitest";
import { minorsIn, withMinors } from "./minors.ts";

const PHOTO = { sha256: "ab".repeat(32), category: "形象进度", caption: "柱筋" };

test("nothing is said of a photo until somebody says it", () => {
  expect(minorsIn(PHOTO)).toBe("unsaid");
});

test("what was said is told, and can be taken back without a trace", () => {
  const none = withMinors(PHOTO, "none");
  expect(none).toEqual({ ...PHOTO, contains_minor: false });
  expect(minorsIn(none)).toBe("none");
  const some = withMinors(none, "some");
  expect(some).toEqual({ ...PHOTO, contains_minor: true });
  expect(minorsIn(some)).toBe("some");
  expect(withMinors(some, "unsaid")).toEqual(PHOTO);
});

test("what is neither yes nor no says nothing", () => {
  expect(minorsIn({ ...PHOTO, contains_minor: "no" })).toBe("unsaid");
  expect(minorsIn("none")).toBe("unsaid");
});
