/** Which days are one tap away: what is to be done is offered ahead, what was done is not. */

import { expect, test } from "vitest";
import type { Field, Part } from "../../protocol/schema.ts";
import { nearDays } from "./near.ts";
import { DAYS_BY_SEVERITY } from "./proposals.ts";
import { schema } from "./testing.ts";

function daysOf(kind: string, name: string, part?: string): number[] {
  const field = schema.kind(kind)?.fields.find((field) => field.name === name);
  const parts = typeof field?.type === "object" && "object" in field.type ? field.type.object : [];
  const it: Field | Part | undefined = part === undefined ? field : parts.find(({ name }) => name === part);
  return it === undefined ? [] : nearDays(it).map(({ days }) => days);
}

test("by when something is to be done lies ahead, wherever it is said", () => {
  const ahead = [0, 1, 3, 7, 15];
  expect(daysOf("finding", "deadline")).toEqual(ahead);
  expect(daysOf("interview", "deadline")).toEqual(ahead);
  expect(daysOf("complaint", "reply_due")).toEqual(ahead);
  expect(daysOf("meeting", "decisions", "due")).toEqual(ahead);
  expect(daysOf("visit", "decisions", "due")).toEqual(ahead);
});

test("when something was lies behind", () => {
  expect(daysOf("diary", "date")).toEqual([0, -1]);
  expect(daysOf("finding", "found_on")).toEqual([0, -1]);
  expect(daysOf("rectification", "done_on")).toEqual([0, -1]);
  expect(daysOf("complaint", "date")).toEqual([0, -1]);
});

test("as long as a finding of any severity may take is one tap away", () => {
  expect(daysOf("finding", "deadline")).toEqual(expect.arrayContaining(Object.values(DAYS_BY_SEVERITY)));
});
