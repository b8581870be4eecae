import { expect, test } from "vitest";
import { type DeskLine, addressOfLine, knownGroups, questionOf, walkOf } from "./lines.ts";

const line = (more: Partial<DeskLine>): DeskLine => ({ county: "350823", marks: [], ...more });

test("each line opens where it is done", () => {
  expect(addressOfLine("diaries_to_confirm", line({ record: "d" }))).toBe("/office/record/d");
  expect(addressOfLine("conflicts", line({ record: "d" }))).toBe("/office/settle/d");
  const held = { id: 7, code: "not_permitted", message: "", by_name: "", received_at: "" };
  expect(addressOfLine("held", line({ held }))).toBe("/office/held/7");
  expect(addressOfLine("missing_diaries", line({ record: "p", kind: "project" }))).toBe("/office/list/diary?project=p&state=missing");
  expect(addressOfLine("silent_schools", line({ school: "s" }))).toBe("/office/school/s");
  const device = { id: "d", name: "", user: "u", by_name: "", phone: true, storage_alarms: 0, photos_missing: 3 };
  expect(addressOfLine("devices", line({ device }))).toBe("/office/devices?user=u");
});

test("a line without a page of its own leads nowhere", () => {
  expect(addressOfLine("held", line({}))).toBeUndefined();
  expect(walkOf("verifications", [line({ record: "a" }), line({}), line({ record: "b" })])).toEqual(["/office/record/a", "/office/record/b"]);
  expect(walkOf("missing_diaries", [line({ record: "p" })])).toEqual([]);
});

test("a group that only a newer app knows is left out", () => {
  const groups = [{ code: "held" as const, count: 0, lines: [] }, { code: "omens" as "held", count: 3, lines: [] }];
  expect(knownGroups(groups).map(({ code }) => code)).toEqual(["held"]);
});

test("a desk is asked for of one county or of all, with the contents that its lines need", () => {
  const fields = "fields=finding.severity%2Cfinding.description%2Cfund_event.type%2Cfund_event.amount%2Cfund_event.payee%2Ccomplaint.text%2Cbulletin.number%2Cbulletin.period";
  expect(questionOf({})).toBe(`/api/v1/desk?${fields}`);
  expect(questionOf({ code: "held", county: "350823", limit: 100 })).toBe(`/api/v1/desk/held?county=350823&limit=100&${fields}`);
});
