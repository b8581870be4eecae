import { expect, test } from "vitest";
import { schema } from "../field/form/testing.ts";
import { contentIn, contentsOf } from "./contents.ts";

const say = (kind: string, fields: Parameters<typeof contentIn>[2], language: "zh" | "en" = "zh") => contentIn(schema, schema.kind(kind)!, fields, language);

test("a line says what tells the record from others: an amount in yuan, a choice by its name", () => {
  expect(say("fund_event", { type: ["拨付"], amount: [3_679_428], payee: ["演示建筑公司"] })).toMatch(/^拨付 · 36,794\.28元 · 演示建筑公司$/);
  expect(say("finding", { severity: ["重大"], description: ["东侧围挡\n有缺口", "别的"] })).toBe("重大 · 东侧围挡 有缺口");
});

test("what is long is cut, and what is not there is left out", () => {
  expect(Array.from(say("complaint", { text: ["噪".repeat(100)] })).length).toBe(49);
  expect(say("finding", {})).toBe("");
  expect(say("finding", { description: [{ odd: "x" }] })).toBe("");
});

test("contents are asked for of the same places, and of a project nothing", () => {
  expect(contentsOf("project", {})).toBeUndefined();
  expect(contentsOf("finding", { school: "s", state: "issued" })).toBe("/api/v1/records?kind=finding&school=s&withdrawn=any&fields=severity%2Cdescription&limit=200");
});
