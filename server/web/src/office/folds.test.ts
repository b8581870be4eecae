import { expect, test } from "vitest";
import { isOpen, keepFolds, keptFolds } from "./folds.ts";

test("few places are all in sight, of many what is looked for less often is folded", () => {
  expect([isOpen({}, "work", 9), isOpen({}, "administration", 9)]).toEqual([true, true]);
  expect([isOpen({}, "work", 22), isOpen({}, "ledgers", 22), isOpen({}, "administration", 22)]).toEqual([true, true, false]);
});

test("how somebody left a group outlasts the page", () => {
  const kept = new Map<string, string>();
  const storage = { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => void kept.set(key, value) } as Storage;
  keepFolds(storage, { ledgers: "shut", help: "open" });
  expect(keptFolds(storage)).toEqual({ ledgers: "shut", help: "open" });
  expect([isOpen(keptFolds(storage), "ledgers", 5), isOpen(keptFolds(storage), "help", 30)]).toEqual([false, true]);
});

test("storage that is refused or says nonsense folds nothing", () => {
  const refusing = { getItem: () => { throw new Error("refused"); }, setItem: () => { throw new Error("refused"); } } as unknown as Storage;
  expect(keptFolds(refusing)).toEqual({});
  expect(() => keepFolds(refusing, { help: "shut" })).not.toThrow();
  for (const nonsense of ["null", "7", "[", '{"help":"ajar","cellar":"open"}']) {
    expect(keptFolds({ getItem: () => nonsense } as unknown as Storage)).toEqual({});
  }
  expect(keptFolds(undefined)).toEqual({});
});
