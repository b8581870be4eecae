import { expect, test } from "vitest";
import { columnsOfFile, plainColumns, readColumns, shifted } from "./columns.ts";

test("columns that an address names stand in its order, and nonsense is none", () => {
  const all = plainColumns("finding");
  expect(readColumns("state,day,state,evil", all)).toEqual(["state", "day"]);
  expect([undefined, "", "evil"].map((text) => readColumns(text, all))).toEqual([undefined, undefined, undefined]);
});

test("a file has what a column shows, each once", () => {
  expect(columnsOfFile(["state", "place", "content", "due"], ["severity", "description"])).toBe("state,marks,county,school,project,field.severity,field.description,due");
});

test("a column goes a place up or down, and none beyond the edge", () => {
  expect(shifted(["day", "place", "state"], "state", -1)).toEqual(["day", "state", "place"]);
  expect(shifted(["day", "place", "state"], "day", 1)).toEqual(["place", "day", "state"]);
  expect(shifted(["day", "place"], "day", -1)).toEqual(["day", "place"]);
});
