import { expect, test } from "vitest";
import { sayIn } from "../../ui/words/catalogue.ts";
import type { PhotoEvidence } from "./answer.ts";
import { distanceOf, evidenceTags } from "./evidence.ts";

const zh = sayIn("zh");
const fine: PhotoEvidence = {
  sha256: "",
  field: "photos",
  arrived: true,
  inspected: true,
  displayable: true,
  day: { verdict: "on_the_day" },
  place: { verdict: "at_the_school" },
  used_elsewhere: [],
  used_out_of_scope: 0,
  nearly_same: [],
  nearly_same_out_of_scope: 0,
};
const texts = (more: Partial<PhotoEvidence>) => evidenceTags(zh, { ...fine, ...more }).map(({ text }) => text);

test("a photo that is what it should be says so", () => {
  expect(texts({})).toEqual(["当天拍摄", "在学校拍的"]);
});

test("the gravest stands first", () => {
  const found = texts({
    day: { verdict: "another_day", camera: { taken_at: "", days_off: -3, offset_assumed: true }, device: { taken_at: "", days_off: 0, offset_assumed: false } },
    nearly_same: [{ sha256: "", distance: 3, used_in: [] }],
    used_elsewhere: [{ record: "a", kind: "diary" }, { record: "a", kind: "diary" }],
    used_out_of_scope: 1,
  });
  expect(found).toEqual(["另有 2 份记录用了同一张", "不是当天拍的（-3 天）", "与另外 1 张很像", "在学校拍的"]);
});

test("what is far away says how far at least", () => {
  const place = { verdict: "elsewhere" as const, device: { lat: 0, lon: 0, distance_m: 2600, at_least_m: 2400, datum_known: false } };
  expect(texts({ place })[0]).toBe("离学校 2.4 km");
  expect([340, 999.4, 9960, 57_300].map(distanceOf)).toEqual(["340 m", "999 m", "10 km", "57 km"]);
});

test("of what has not arrived nothing can be said", () => {
  expect(texts({ arrived: false })).toEqual(["还没传到"]);
  expect(evidenceTags(zh, undefined)).toEqual([]);
});
