import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { combined } from "./combine.ts";

const BASE = "二层柱钢筋绑扎完成，模板进场。";

describe("two texts", () => {
  test("that added in different places are combined", () => {
    const mine = "上午停电两小时。二层柱钢筋绑扎完成，模板进场。";
    const theirs = "二层柱钢筋绑扎完成，模板进场。监理到场。";
    expect(combined(BASE, mine, theirs)).toBe("上午停电两小时。二层柱钢筋绑扎完成，模板进场。监理到场。");
    expect(combined(BASE, theirs, mine)).toBe("上午停电两小时。二层柱钢筋绑扎完成，模板进场。监理到场。");
  });

  test("of which one took a clause out and the other added one are combined", () => {
    expect(combined(BASE, "二层柱钢筋绑扎完成，", "二层柱钢筋绑扎完成，模板进场。监理到场。")).toBeUndefined();
    expect(combined("甲，乙，丙。", "乙，丙。", "甲，乙，丙。丁。")).toBe("乙，丙。丁。");
  });

  test("that changed the same clause are for a person alone", () => {
    expect(combined(BASE, "三层柱钢筋绑扎完成，模板进场。", "一层柱钢筋绑扎完成，模板进场。")).toBeUndefined();
  });

  test("that added at the same place are for a person alone: nobody knows which comes first", () => {
    expect(combined(BASE, `${BASE}监理到场。`, `${BASE}下雨。`)).toBeUndefined();
  });

  test("of which one is what stood before, or both are the same, need no proposal", () => {
    expect(combined(BASE, BASE, `${BASE}下雨。`)).toBeUndefined();
    expect(combined(BASE, "别的。", "别的。")).toBeUndefined();
    expect(combined("", "甲。", "乙。")).toBeUndefined();
  });
});

test("a proposal has every clause that both left or one added, whatever was written", () => {
  const clause = fc.constantFrom("甲，", "乙，", "丙。", "丁；", "戊。", "己，");
  const text = fc.uniqueArray(clause, { maxLength: 6 }).map((parts) => parts.join(""));
  fc.assert(
    fc.property(text, text, text, (base, mine, theirs) => {
      const found = combined(base, mine, theirs);
      const parts = (of: string) => new Set(of.match(/[^，。；]+[，。；]/g) ?? []);
      if (found !== undefined) {
        for (const part of parts(found)) {
          expect(parts(mine).has(part) || parts(theirs).has(part)).toBe(true);
        }
        const [before, one, other] = [parts(base), parts(mine), parts(theirs)];
        for (const part of [...one].filter((part) => other.has(part) || !before.has(part))) {
          expect(parts(found).has(part)).toBe(true);
        }
      }
    }),
  );
});
