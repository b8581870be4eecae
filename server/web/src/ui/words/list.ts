import { counted, room } from "./catalogue.ts";

/** Lists at the office. */
export const list = room({
  filters: { zh: "筛选", en: "Filters" },
  county: { zh: "县（区）", en: "County" },
  school: { zh: "学校", en: "School" },
  project: { zh: "项目", en: "Project" },
  state: { zh: "情况", en: "State" },
  mark: { zh: "标记", en: "Mark" },
  from: { zh: "从", en: "From" },
  to: { zh: "到", en: "Until" },
  all: { zh: "全部", en: "All" },
  clear: { zh: "清除筛选", en: "Clear the filters" },
  count: {
    zh: ({ count }: { count: number }) => `共 ${count} 条`,
    en: ({ count }: { count: number }) => `${counted(count, "line")} in all`,
  },
  shown: { zh: "第 {from}–{to} 条", en: "{from}–{to}" },
  earlier: { zh: "上一页", en: "Page before" },
  later: { zh: "下一页", en: "Next page" },
  none: { zh: "没有符合的", en: "Nothing of that kind" },
  day: { zh: "日期", en: "Day" },
  due: { zh: "期限", en: "Due" },
  number: { zh: "编号", en: "Number" },
  place: { zh: "学校 · 项目", en: "School · project" },
  content: { zh: "内容", en: "Contents" },
  open: { zh: "打开", en: "Open" },
  noList: { zh: "没有这种清单", en: "There is no such list" },
});
