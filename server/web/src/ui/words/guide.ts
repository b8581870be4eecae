import { room } from "./catalogue.ts";

/** The guides. */
export const guide = room({
  title: { zh: "使用说明", en: "Guide" },
  others: { zh: "给谁看的", en: "For whom" },
  team: { zh: "项目管理小组（手机）", en: "School teams (phone)" },
  inspector: { zh: "责任督学（手机）", en: "Inspectors (phone)" },
  office: { zh: "办公室（电脑）", en: "Offices (computer)" },
  print: { zh: "打印", en: "Print" },
  inChinese: { zh: "这份说明只有中文", en: "This guide is in Chinese" },
  noGuide: { zh: "没有这份说明", en: "There is no such guide" },
});
