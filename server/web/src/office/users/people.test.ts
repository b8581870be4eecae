import { expect, test } from "vitest";
import { idsIn, questionOf, spaced } from "./people.ts";

test("an address of the list asks for what it says", () => {
  expect(questionOf({})).toBe("/api/v1/users?limit=50");
  expect(questionOf({ q: "林", role: "inspector", which: "no_phone", page: "3" })).toBe("/api/v1/users?q=%E6%9E%97&role=inspector&phone=false&closed=false&skip=100&limit=50");
  expect(questionOf({ which: "closed" })).toBe("/api/v1/users?closed=true&limit=50");
});

test("an address of cards names people once each, and nothing else", () => {
  const id = "0198c9a4-6f0e-7c3a-9d1b-0d4f7a2b9c11";
  expect(idsIn({ ids: `${id},${id},../x,` })).toEqual([id]);
  expect(idsIn({})).toEqual([]);
});

test("a code to type is read in two halves", () => {
  expect(spaced("K7MP3XQD")).toBe("K7MP 3XQD");
});
