import { expect, test } from "vitest";
import { type Found, questionOf, wordsOf } from "./query.ts";

const found = (fields: Found["fields"]): Found => ({ id: "r", kind: "diary", county: "", seq: 1, received_at: "", by: "", by_name: "", conflicts: [], fields });

test("nothing is asked where nothing is searched for", () => {
  expect(questionOf({})).toBeUndefined();
  expect(questionOf({ q: "  ", withdrawn: "any" })).toBeUndefined();
});

test("a question says what stands in the address, and where the page before ended", () => {
  const asked = new URL(questionOf({ q: " 围挡 缺口", kind: "finding", conflict: "true", evil: "x" }, "k9") ?? "", "http://x");
  expect(Object.fromEntries(asked.searchParams)).toMatchObject({ q: "围挡 缺口", kind: "finding", conflict: "true", before: "k9", limit: "50" });
  expect(asked.searchParams.has("evil")).toBe(false);
  expect(asked.searchParams.has("withdrawn")).toBe(false);
});

test("a line shows the words with what was searched for, also from the midst of a long text", () => {
  expect(wordsOf(found({ description: ["东侧围挡有两米缺口"], progress_text: ["砌墙"] }), "砌墙")).toBe("砌墙");
  expect(wordsOf(found({ description: ["东侧围挡有两米缺口"] }), "无关")).toBe("东侧围挡有两米缺口");
  const long = `${"甲".repeat(200)}围挡缺口${"乙".repeat(200)}`;
  const shown = wordsOf(found({ description: [long] }), "围挡");
  expect(shown).toContain("围挡缺口");
  expect(shown.startsWith("…") && shown.endsWith("…")).toBe(true);
  expect(wordsOf(found({}), "x")).toBe("");
  expect(wordsOf(found({ part: [{ part: "柱", floor: "二层" }] }), "二层")).toBe("二层");
});
