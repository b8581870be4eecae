import { room } from "./catalogue.ts";

/** The navigation of the office: its groups, and the places that no list of records is. */
export const places = room({
  // Groups
  work: { zh: "待办", en: "To do" },
  overviews: { zh: "总览", en: "Overviews" },
  ledgers: { zh: "台账", en: "Ledgers" },
  reports: { zh: "报表", en: "Reports" },
  administration: { zh: "管理", en: "Administration" },
  help: { zh: "说明", en: "Guide" },

  // Overviews
  overview: { zh: "县级看板", en: "Dashboard" },
  calendar: { zh: "日志日历", en: "Diary calendar" },
  ages: { zh: "未整改问题", en: "Open findings" },
  cities: { zh: "县区对比", en: "Counties" },
  grid: { zh: "督导责任区", en: "Inspection grid" },
  map: { zh: "学校地图", en: "Map of schools" },
});
