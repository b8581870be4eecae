import { expect, test } from "vitest";
import { schema } from "../field/form/testing.ts";
import { type Contents, contentIn, fieldsOf, fieldsOfAll, saidOf } from "./contents.ts";

const say = (kind: string, fields: Contents[string]["fields"], conflicts: string[] = []) => contentIn(schema, schema.kind(kind)!, { fields, conflicts }, "zh");

test("a line says what tells the record from others: an amount in yuan, a choice by its name", () => {
  expect(say("fund_event", { type: ["拨付"], amount: [3_679_428], payee: ["演示建筑公司"] })).toMatch(/^拨付 · 36,794\.28元 · 演示建筑公司$/);
  expect(say("finding", { severity: ["重大"], description: ["东侧围挡\n有缺口", "别的"] })).toBe("重大 · 东侧围挡 有缺口");
});

test("what is long is cut, and what is not there is left out", () => {
  expect(Array.from(say("complaint", { text: ["噪".repeat(100)] })).length).toBe(49);
  expect(say("finding", {})).toBe("");
  expect(say("finding", { description: [{ odd: "x" }] })).toBe("");
});

test("where people differ, all that they say stands there", () => {
  expect(say("finding", { severity: ["重大", "一般"], description: ["围挡有缺口", "别的"] }, ["severity"])).toBe("重大 / 一般 · 围挡有缺口");
});

test("fields are asked for by kind, and of a project none: its name says it all", () => {
  expect(fieldsOf("finding")).toBe("severity,description");
  expect(fieldsOf("project")).toBeUndefined();
  expect(fieldsOfAll(["finding", "project", "complaint"])).toBe("finding.severity,finding.description,complaint.text");
});

test("of what was not asked for or has not come, nothing is said", () => {
  const contents: Contents = { r: { fields: { text: ["噪声"] } } };
  expect(saidOf(contents, schema, "complaint", "r")).toBe("噪声");
  expect([saidOf(contents, schema, "complaint", "s"), saidOf(undefined, schema, "complaint", "r"), saidOf(contents, undefined, "complaint", "r"), saidOf(contents, schema, undefined, undefined)]).toEqual(["", "", "", ""]);
});
