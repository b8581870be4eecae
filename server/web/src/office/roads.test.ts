import { describe, expect, test } from "vitest";
import { addressOf, paths, queryOf } from "./roads.ts";

describe("an address of the office", () => {
  test("is a path, whatever stands in its parts", () => {
    expect(paths.to([])).toBe("/office");
    expect(paths.to(["list", "diary"])).toBe("/office/list/diary");
    expect(paths.to(["record", "甲/乙"])).toBe("/office/record/%E7%94%B2%2F%E4%B9%99");
  });

  test("has what a list shows in its query, without what says nothing", () => {
    const address = addressOf("/office/list/diary", { state: "submitted", county: undefined, q: "", mark: "late" });
    expect(address).toBe("/office/list/diary?state=submitted&mark=late");
    expect(addressOf("/office/list/diary", {})).toBe("/office/list/diary");
    expect(queryOf("?state=submitted&q=%E6%9F%B1+%E7%AD%8B")).toEqual({ state: "submitted", q: "柱 筋" });
  });
});
