/** What people read: sentences with their places filled, days and amounts as written there. */

import { describe, expect, test } from "vitest";
import { counted, room, sayIn } from "./catalogue.ts";
import { columnDay, dated, day, moment, month, shortDay } from "./dates.ts";
import { bytes } from "./figures.ts";

const words = room({
  plain: { zh: "今天", en: "Today" },
  places: { zh: "{name}还有 {count} 条没有发送", en: "{name} has {count} unsent" },
  made: {
    zh: ({ photos }: { photos: number }) => `${photos} 张照片`,
    en: ({ photos }: { photos: number }) => counted(photos, "photo"),
  },
});

describe("a sentence", () => {
  test("is said in the chosen language with its places filled", () => {
    expect(sayIn("zh")(words.plain)).toBe("今天");
    expect(sayIn("zh")(words.places, { name: "演示 李老师", count: 3 })).toBe("演示 李老师还有 3 条没有发送");
    expect(sayIn("en")(words.places, { name: "Li", count: 3 })).toBe("Li has 3 unsent");
  });

  test("bends where a language needs it", () => {
    expect(sayIn("zh")(words.made, { photos: 1 })).toBe("1 张照片");
    expect(sayIn("en")(words.made, { photos: 1 })).toBe("1 photo");
    expect(sayIn("en")(words.made, { photos: 0 })).toBe("0 photos");
  });

  test("does not compile with a place left out, a place too many, or a language missing", () => {
    const say = sayIn("zh");
    // @ts-expect-error `count` is missing
    say(words.places, { name: "李" });
    // @ts-expect-error nothing is to be filled in
    say(words.plain, { name: "李" });
    // @ts-expect-error English is missing
    room({ half: { zh: "一半" } });
    expect(say(words.plain)).toBe("今天");
  });
});

describe("a day", () => {
  test("is written as people there write it", () => {
    expect(day("2026-03-02", "zh")).toBe("2026年3月2日 周一");
    expect(day("2026-03-02", "en")).toBe("Mon, 2 Mar 2026");
    expect(shortDay("2026-11-22", "zh")).toBe("11月22日 周日");
    expect(month("2026-03", "zh")).toBe("2026年3月");
  });

  test("stands in a column with as many signs as the others", () => {
    const now = new Date(2026, 10, 30);
    expect(columnDay("2026-03-02", now, "zh")).toBe("03-02 周一");
    expect(columnDay("2025-12-31", now, "en")).toBe("2025-12-31 Wed");
  });

  test("is left out of a time where it goes without saying", () => {
    const now = new Date(2026, 2, 2, 18, 0);
    expect(moment(new Date(2026, 2, 2, 7, 5).getTime(), now, "zh")).toBe("今天 07:05");
    expect(moment(new Date(2026, 2, 1, 23, 59).getTime(), now, "zh")).toBe("昨天 23:59");
    expect(dated(new Date(2026, 2, 2, 7, 5).getTime(), now, "zh")).toBe("3月2日 周一 07:05");
    expect(moment(new Date(2026, 0, 5, 9, 30).getTime(), now, "zh")).toBe("1月5日 周一 09:30");
    expect(moment(new Date(2025, 11, 31, 9, 30).getTime(), now, "en")).toBe("Wed, 31 Dec 2025 09:30");
  });
});

describe("an amount", () => {
  test("of bytes is as other apps tell it", () => {
    expect([0, 340_000, 999_600, 1_234_567, 2_500_000_000].map(bytes)).toEqual([
      "0 B",
      "340 KB",
      "1.0 MB",
      "1.2 MB",
      "2.5 GB",
    ]);
  });
});
