import { expect, test } from "vitest";
import { Views, isShown } from "./views.ts";

function storage(text?: string): Pick<Storage, "getItem" | "setItem"> {
  const kept = new Map<string, string>(text === undefined ? [] : [["siteledger.lists.li", text]]);
  return { getItem: (name) => kept.get(name) ?? null, setItem: (name, value) => void kept.set(name, value) };
}

test("a view is there again after a reload, for whoever kept it and nobody else", () => {
  const disk = storage();
  const views = new Views(disk, "li");
  views.keep({ kind: "finding", name: "逾期的", query: { mark: "overdue", columns: "day,place", page: "3" } });
  views.keep({ kind: "diary", name: "待确认", query: { state: "submitted" } });
  expect(new Views(disk, "li").of("finding")).toEqual([{ kind: "finding", name: "逾期的", query: { mark: "overdue", columns: "day,place" } }]);
  expect(new Views(disk, "wang").of("finding")).toEqual([]);
});

test("a name is one view, and a view can go", () => {
  const views = new Views(storage(), "li");
  views.keep({ kind: "finding", name: "我的", query: { mark: "overdue" } });
  views.keep({ kind: "finding", name: "我的", query: { mark: "grave" } });
  expect(views.of("finding").map(({ query }) => query)).toEqual([{ mark: "grave" }]);
  views.drop({ kind: "finding", name: "我的", query: {} });
  expect(views.of("finding")).toEqual([]);
});

test("a list stands as a view has it on whatever page of it", () => {
  const view = { kind: "finding" as const, name: "我的", query: { mark: "overdue", school: "s" } };
  expect(isShown(view, { school: "s", mark: "overdue", page: "2" })).toBe(true);
  expect(isShown(view, { school: "s", mark: "overdue", state: "issued" })).toBe(false);
});

test("what stands there and is no view is none, and a full disk stops nobody", () => {
  expect(["{", "[]", "null", '{"views":[{"name":1}],"columns":null}'].map((text) => new Views(storage(text), "li").of("finding"))).toEqual([[], [], [], []]);
  const full = new Views({ getItem: () => null, setItem: () => { throw new Error("full"); } }, "li");
  full.choose("diary", "day,state");
  expect(full.columns("diary")).toBe("day,state");
});
