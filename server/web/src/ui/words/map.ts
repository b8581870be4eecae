import { counted, room } from "./catalogue.ts";

/** The map of schools. */
export const map = room({
  title: { zh: "学校地图", en: "Map of schools" },
  county: { zh: "县（区）", en: "County" },
  township: { zh: "乡镇（街道）", en: "Township" },
  clear: { zh: "清除筛选", en: "Clear the filters" },
  states: { zh: "情况", en: "How schools stand" },
  all: { zh: "全部学校", en: "All schools" },
  overdue: { zh: "有逾期问题", en: "Overdue findings" },
  silent: { zh: "手机没有联系", en: "Phones silent" },
  works: { zh: "在建", en: "Works going on" },
  done: { zh: "已竣工", en: "Completed" },
  quiet: { zh: "没有在建", en: "No works" },
  overdueLetter: { zh: "逾", en: "O" },
  silentLetter: { zh: "静", en: "S" },
  worksLetter: { zh: "建", en: "W" },
  doneLetter: { zh: "竣", en: "C" },
  quietLetter: { zh: "", en: "" },
  mapOf: {
    zh: ({ count }: { count: number }) => `${count} 所学校的地图；右边的清单里有同样的学校`,
    en: ({ count }: { count: number }) => `Map of ${counted(count, "school")}; the list beside it has the same`,
  },
  listOf: {
    zh: ({ count }: { count: number }) => `${count} 所学校`,
    en: ({ count }: { count: number }) => counted(count, "school"),
  },
  school: { zh: "学校", en: "School" },
  state: { zh: "情况", en: "State" },
  what: { zh: "说明", en: "Why" },
  whyOverdue: {
    zh: ({ count }: { count: number }) => `${count} 个问题逾期`,
    en: ({ count }: { count: number }) => `${counted(count, "finding")} overdue`,
  },
  whySilent: {
    zh: ({ days }: { days: number | undefined }) => (days === undefined ? "从未联系" : `${days} 天没有联系`),
    en: ({ days }: { days: number | undefined }) => (days === undefined ? "Never heard of" : `Silent for ${counted(days, "day")}`),
  },
  whyWorks: {
    zh: ({ count }: { count: number }) => `${count} 个项目在建`,
    en: ({ count }: { count: number }) => `${counted(count, "project")} going on`,
  },
  whyDone: {
    zh: ({ count }: { count: number }) => `${count} 个项目已竣工`,
    en: ({ count }: { count: number }) => `${counted(count, "project")} completed`,
  },
  nowhere: {
    zh: ({ count }: { count: number }) => `另有 ${count} 所没有登记位置，只在清单里`,
    en: ({ count }: { count: number }) => `${counted(count, "school")} more without a place, in the list alone`,
  },
  noPlace: { zh: "无位置", en: "No place" },
  none: { zh: "没有这样的学校", en: "No such school" },
  zoomIn: { zh: "放大", en: "Zoom in" },
  zoomOut: { zh: "缩小", en: "Zoom out" },
  whole: { zh: "看全部", en: "Show all" },
  noTiles: { zh: "天地图没有连上，先用经纬网。管理员刚设好密钥时，关掉这一页再打开。", en: "Tianditu cannot be reached; here are lines of latitude and longitude instead. If the key was set just now, close this page and open it again." },
  tilesBy: { zh: "底图：天地图", en: "Tiles: Tianditu" },
  plainMap: { zh: "没有底图：经纬网，WGS-84", en: "No tiles: latitude and longitude, WGS-84" },
  converted: { zh: "按火星坐标登记的位置已换算", en: "Places taken in GCJ-02 are converted" },
  print: { zh: "打印", en: "Print" },
});
