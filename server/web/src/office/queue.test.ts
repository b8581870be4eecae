import { expect, test } from "vitest";
import { Queue } from "./queue.ts";

function shelf() {
  const kept = new Map<string, string>();
  return { getItem: (name: string) => kept.get(name) ?? null, setItem: (name: string, text: string) => void kept.set(name, text) };
}

test("what is done opens the next line, and the last one leads back to the list", () => {
  const queue = new Queue(shelf());
  queue.begin({ from: "/office", title: "待确认的日志", lines: ["/office/record/a", "/office/record/b", "/office/record/c"] });
  expect(queue.placeOf("/office/record/b")).toMatchObject({ at: 1, before: "/office/record/a", next: "/office/record/c" });
  expect(queue.after("/office/record/a")).toBe("/office/record/b");
  expect(queue.after("/office/record/c")).toBe("/office");
});

test("a page that was not opened from the list has no next one", () => {
  const queue = new Queue(shelf());
  queue.begin({ from: "/office", title: "", lines: ["/office/record/a"] });
  expect(queue.placeOf("/office/record/x")).toBeUndefined();
  expect(queue.after("/office/record/x")).toBeUndefined();
});

test("a page that is opened anew goes on in the list, and what is no list is none", () => {
  const storage = shelf();
  new Queue(storage).begin({ from: "/office", title: "", lines: ["/office/record/a", "/office/record/b"] });
  expect(new Queue(storage).after("/office/record/a")).toBe("/office/record/b");
  storage.setItem("siteledger.walk", "{half");
  expect(new Queue(storage).after("/office/record/a")).toBeUndefined();
  expect(new Queue(undefined).placeOf("/office/record/a")).toBeUndefined();
});

test("the line that is being looked at is known until something else is looked at, or another list is begun", () => {
  const queue = new Queue(shelf());
  const walk = { from: "/office", title: "", lines: ["/office/record/a", "/office/record/b"] };
  queue.begin(walk);
  queue.see("/office/record/a");
  expect(queue.seen()).toBe("/office/record/a");
  queue.see("/office/record/x");
  expect(queue.seen()).toBeUndefined();
  queue.see("/office/record/b");
  queue.begin(walk);
  expect(queue.seen()).toBeUndefined();
});
