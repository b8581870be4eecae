/** Every field that a person may have to fill in stands in the form of its kind. */

import { expect, test } from "vitest";
import { form as words } from "../../ui/words/form.ts";
import { referredFields, sectionsOf } from "./layout.ts";
import { schema, wireSchema } from "./testing.ts";

const ELSEWHERE = ["project", "school", "county", "withdrawn", "signoffs", "late_reason", "reason"];

test.each(wireSchema.kinds.map((kind) => kind.name))("%s", (name) => {
  const kind = schema.kind(name);
  if (kind === undefined) {
    throw new Error("no such kind");
  }
  const placed = sectionsOf(kind).flatMap((section) => section.fields);
  expect(new Set(placed).size).toBe(placed.length);
  const own = kind.fields.filter((field) => !(field.name === "reason" && field.talk !== true));
  const asked = own.filter(({ name }) => ![...ELSEWHERE, ...referredFields(kind.name)].includes(name));
  expect([...placed].filter((name) => name !== "reason").sort()).toEqual(asked.map((field) => field.name).sort());
  expect(sectionsOf(kind).every((section) => section.title in words)).toBe(true);
});

test("where nothing but a day is needed, what the record is about is not folded away", () => {
  const open = (name: string) => sectionsOf(schema.kind(name)!).filter((section) => section.folded !== true).flatMap(({ fields }) => fields);
  expect(open("complaint")).toEqual(expect.arrayContaining(["date", "text", "photos"]));
  expect(open("design_change")).toEqual(["reason", "photos"]);
});
