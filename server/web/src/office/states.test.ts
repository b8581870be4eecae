import { expect, test } from "vitest";
import { sayIn } from "../ui/words/catalogue.ts";
import { markTag, stateTag } from "./states.ts";

const [zh, en] = [sayIn("zh"), sayIn("en")];

test("the same state reads as its kind calls it", () => {
  expect(stateTag(zh, "diary", "draft")).toEqual({ text: "未填全", tone: "care" });
  expect(stateTag(zh, "bulletin", "draft")).toEqual({ text: "待批准", tone: "care" });
  expect(stateTag(en, "finding", "closed")).toEqual({ text: "Closed", tone: "good" });
  expect(stateTag(zh, "project", "closed").text).toBe("已关闭");
});

test("what a newer server says is shown by its name and breaks nothing", () => {
  expect(stateTag(zh, "diary", "archived")).toEqual({ text: "archived", tone: "plain" });
  expect(stateTag(zh, "diary", "clock_off")).toEqual({ text: "clock_off", tone: "plain" });
  expect(markTag(zh, { mark: "haunted" })).toEqual({ text: "haunted", tone: "care" });
});

test("a mark says how much", () => {
  expect(markTag(zh, { mark: "overdue" }, { overdueDays: 12 })).toEqual({ text: "逾期 12 天", tone: "bad" });
  expect(markTag(en, { mark: "overdue" }, { overdueDays: 1 }).text).toBe("1 day overdue");
  expect(markTag(zh, { mark: "photos_missing", photos: 2 }).text).toBe("缺照片 2 张");
  expect(markTag(zh, { mark: "photos_missing", photos: 2 }, { ofDevice: true }).text).toBe("2 张照片没传完");
  expect(markTag(zh, { mark: "clock_off", minutes: -9 }).text).toBe("时钟慢 9 分钟");
});
