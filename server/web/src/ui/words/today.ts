import { counted, room } from "./catalogue.ts";

/** What is to be done today. */
export const today = room({
  empty: { zh: "这里会列出你负责的工程", en: "Your projects will be listed here" },
  emptyWhy: {
    zh: "连上网络、同步一次之后就能看到。",
    en: "They appear once this phone was online and synced.",
  },
  noProjects: { zh: "还没有分给您的项目", en: "No project is yours yet" },
  noProjectsWhy: { zh: "请让改薄办给您分配项目，再同步一次。", en: "Ask the project office to assign you one, then sync again." },
  hello: { zh: "{name}，您好", en: "Hello, {name}" },

  writeDiary: { zh: "写今天的日志", en: "Write today’s diary" },
  correctDiary: { zh: "改今天的日志", en: "Correct today’s diary" },
  goOnDiary: { zh: "接着写今天的日志", en: "Go on with today’s diary" },
  editDiary: { zh: "看今天的日志", en: "See today’s diary" },
  idle: { zh: "今天没施工", en: "No work today" },
  beginInspection: { zh: "开始检查", en: "Begin an inspection" },
  writeFinding: { zh: "记一个问题", en: "Note a finding" },
  writeOther: { zh: "写别的记录", en: "Write something else" },
  projects: { zh: "我的项目", en: "My projects" },

  // How today's diary stands
  none: { zh: "还没写", en: "Not written" },
  incomplete: { zh: "没填全", en: "Incomplete" },
  submitted: { zh: "已提交", en: "Submitted" },
  confirmed: { zh: "校长已确认", en: "Confirmed" },
  returned: { zh: "被退回", en: "Sent back" },
  changed_since_signed: { zh: "签字后有改动", en: "Changed since signed" },
  draft: { zh: "写了一半", en: "Half written" },
  suspended: { zh: "停工中", en: "Suspended" },
  notRequired: { zh: "今天不用写", en: "None needed today" },
  todays: { zh: "今天的日志", en: "Today’s diary" },

  missedTitle: {
    zh: ({ count }: { count: number }) => `漏写 ${count} 天`,
    en: ({ count }: { count: number }) => `${counted(count, "day")} missed`,
  },
  missedDo: { zh: "点日期补写：", en: "Tap a day to write it:" },
  missedMore: { zh: "还有更早的 {count} 天", en: "{count} earlier days" },

  findings: { zh: "等我处理的问题", en: "Findings that wait for me" },
  toRectify: { zh: "要整改", en: "To rectify" },
  toVerify: { zh: "要复查", en: "To verify" },
  due: { zh: "{day} 前", en: "by {day}" },
  back: { zh: "退回给我的", en: "Sent back to me" },
  backWhy: { zh: "{name}：{note}", en: "{name}: {note}" },
  heldTitle: { zh: "等办公室看的", en: "Waiting for the office to look" },
  held: { zh: "办公室还没收下", en: "Not taken in yet" },
  refused: { zh: "办公室退了", en: "Refused by the office" },
  drafts: { zh: "没写完的", en: "Not finished" },
  draftFrom: { zh: "上次写到 {at}", en: "Last touched {at}" },
  toConfirm: { zh: "等我确认的日志", en: "Diaries to confirm" },
  moreToConfirm: { zh: "还有 {count} 份，在“记录”里", en: "{count} more, under Records" },
  twoVersions: { zh: "有两种说法", en: "Two versions" },
  waiting: { zh: "等待发送", en: "Waiting" },
  nothingWaits: { zh: "没有等您处理的事。", en: "Nothing waits for you." },
});
