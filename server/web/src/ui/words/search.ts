import { room } from "./catalogue.ts";

/** Searching all records at the office. */
export const search = room({
  title: { zh: "查找记录", en: "Search records" },
  box: { zh: "查找", en: "Search" },
  hint: { zh: "学校、人名、部位、编号…", en: "School, name, part, number…" },
  kind: { zh: "种类", en: "Kind" },
  all: { zh: "全部", en: "All" },
  from: { zh: "从", en: "From" },
  to: { zh: "到", en: "Until" },
  conflict: { zh: "只看有冲突的", en: "In conflict only" },
  withdrawn: { zh: "包括作废的", en: "Withdrawn ones too" },
  go: { zh: "查找", en: "Search" },
  none: { zh: "没有找到", en: "Nothing was found" },
  noneWhy: { zh: "换个词，或者去掉一些条件。", en: "Try another word, or fewer conditions." },
  behind: { zh: "刚收到的还没编入，几秒后自动补上。", en: "The newest are still being indexed and follow in seconds." },
  more: { zh: "再看一些", en: "Show more" },
  day: { zh: "日期", en: "Day" },
  what: { zh: "内容", en: "What" },
  last: { zh: "最近改动", en: "Last change" },
  isWithdrawn: { zh: "已作废", en: "Withdrawn" },
});
