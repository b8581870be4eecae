import { counted, room } from "./catalogue.ts";

/** Beginning a record at a desk: what, and where it belongs. */
export const begin = room({
  title: { zh: "新建", en: "New record" },
  titleOf: { zh: "新建{kind}", en: "New: {kind}" },
  what: { zh: "要写什么？", en: "What is to be written?" },
  daily: { zh: "日常", en: "Daily work" },
  works: { zh: "项目与资金", en: "Projects and money" },
  registers: { zh: "名录与标准", en: "Registers and standards" },
  none: { zh: "您的身份只看不写", en: "Your role reads and does not write" },
  mayNot: { zh: "您的身份不写“{kind}”", en: "Your role does not write this: {kind}" },
  mayNotWhy: { zh: "可以写的有：{who}。", en: "Those who may: {who}." },
  noKind: { zh: "没有这种记录", en: "There is no such kind of record" },
  seek: { zh: "找学校、项目", en: "Find a school or project" },
  seekHint: { zh: "名称里的几个字，或代码，可以写两段，用空格隔开", en: "Some signs of the name, or the code; several parts with spaces between" },
  county: { zh: "县（区）", en: "County" },
  township: { zh: "乡镇", en: "Township" },
  all: { zh: "全部", en: "All" },
  wholeCounty: { zh: "全{county}，不针对一所学校", en: "All of {county}, and no single school" },
  whichCounty: { zh: "哪个县（区）", en: "Which county" },
  whichTownship: { zh: "哪个乡镇", en: "Which township" },
  school: { zh: "学校本身：{school}", en: "The school itself: {school}" },
  noPlace: { zh: "没有找到，换几个字试试", en: "Nothing found; try other words" },
  more: {
    zh: ({ count }: { count: number }) => `还有 ${count} 所学校，多写几个字`,
    en: ({ count }: { count: number }) => `${counted(count, "more school")}: write more of the name`,
  },
  places: { zh: "学校和项目", en: "Schools and projects" },
  opening: { zh: "正在打开…", en: "Opening…" },
  here: { zh: "在这里新建", en: "Begin here" },
  mustComeFrom: { zh: "整改、复查从问题的页面开始；通报从“通报”开始。", en: "Rectifications and verifications begin from a finding’s page, bulletins from “Bulletins”." },
});
