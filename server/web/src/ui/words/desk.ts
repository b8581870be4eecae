import { counted, room } from "./catalogue.ts";

/** What waits for somebody at the office. */
export const desk = room({
  title: { zh: "案头", en: "Desk" },
  hello: { zh: "{name}，您好。{day}", en: "Hello, {name}. {day}" },
  waiting: {
    zh: ({ count }: { count: number }) => (count === 0 ? "现在没有等您办的事" : `有 ${count} 件事等您办`),
    en: ({ count }: { count: number }) => (count === 0 ? "Nothing waits for you" : `${counted(count, "thing")} wait for you`),
  },
  summary: { zh: "各类件数", en: "How many of each" },
  all: {
    zh: ({ count }: { count: number }) => `看全部 ${count} 件`,
    en: ({ count }: { count: number }) => `See all ${count}`,
  },
  none: { zh: "没有", en: "None" },
  noneOf: { zh: "没有：{what}", en: "None: {what}" },
  more: { zh: "再看一些", en: "Show more" },

  // Groups
  findings_overdue: { zh: "逾期未整改的问题", en: "Findings overdue" },
  conflicts: { zh: "要处理的冲突", en: "Conflicts to settle" },
  held: { zh: "待处理箱", en: "Held box" },
  payments: { zh: "等我签章的拨款", en: "Payments waiting for my key" },
  bulletins: { zh: "通报", en: "Bulletins" },
  verifications: { zh: "等复查的整改", en: "Rectifications to verify" },
  diaries_to_confirm: { zh: "等确认的日志", en: "Diaries to confirm" },
  changed_since_confirmed: { zh: "确认后又改动的日志", en: "Diaries changed since confirmed" },
  complaints: { zh: "没答复的投诉", en: "Complaints unanswered" },
  missing_diaries: { zh: "缺日志的项目", en: "Projects with missing diaries" },
  silent_schools: { zh: "很久没有联系的学校", en: "Silent schools" },
  devices: { zh: "要留意的手机", en: "Phones to look at" },

  // Columns
  day: { zh: "日期", en: "Day" },
  due: { zh: "期限", en: "Due" },
  place: { zh: "学校 · 项目", en: "School · project" },
  what: { zh: "事项", en: "What" },
  state: { zh: "情况", en: "State" },
  who: { zh: "谁", en: "Who" },
  lastDay: { zh: "最近缺", en: "Last missing" },
  lastHeard: { zh: "最近联系", en: "Last heard of" },
  cameOn: { zh: "收到", en: "Came" },
  missingDays: {
    zh: ({ count }: { count: number }) => `缺 ${count} 天`,
    en: ({ count }: { count: number }) => `${counted(count, "day")} missing`,
  },
  silentProjects: {
    zh: ({ count }: { count: number }) => `${count} 个项目的手机没有联系`,
    en: ({ count }: { count: number }) => `Phones of ${counted(count, "project")} are silent`,
  },
  fieldsOf: { zh: "{fields}", en: "{fields}" },
  key_education: { zh: "教育签章", en: "Education’s key" },
  key_finance: { zh: "财政签章", en: "Finance’s key" },
  neverSeen: { zh: "没有联系过", en: "Never heard of" },
  browser: { zh: "电脑", en: "browser" },
});
