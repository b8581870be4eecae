import { counted, room } from "./catalogue.ts";

/** What records have come to, and what is to be seen at once about them. */
export const states = room({
  // Diaries
  missing: { zh: "缺日志", en: "Missing" },
  draft: { zh: "未填全", en: "Incomplete" },
  submitted: { zh: "待确认", en: "To be confirmed" },
  confirmed: { zh: "已确认", en: "Confirmed" },
  returned: { zh: "已退回", en: "Sent back" },
  // Findings
  issued: { zh: "待整改", en: "To be rectified" },
  acknowledged: { zh: "已签收，待整改", en: "Acknowledged" },
  claimed: { zh: "已整改，待复查", en: "To be verified" },
  rejected: { zh: "复查不通过", en: "Not passed" },
  closed: { zh: "已销号", en: "Closed" },
  // Projects
  planned: { zh: "未立项", en: "Planned" },
  approved: { zh: "已立项", en: "Approved" },
  designed: { zh: "已设计", en: "Designed" },
  contracted: { zh: "已发包", en: "Contracted" },
  started: { zh: "在建", en: "Under construction" },
  suspended: { zh: "停工", en: "Suspended" },
  accepted: { zh: "已验收", en: "Accepted" },
  filed: { zh: "已备案", en: "Filed" },
  in_use: { zh: "已使用", en: "In use" },
  settled: { zh: "已结算", en: "Settled" },
  handed_over: { zh: "已移交", en: "Handed over" },
  project_accepted: { zh: "已竣工", en: "Accepted" },
  project_closed: { zh: "已关闭", en: "Closed" },
  // Equipment
  listed: { zh: "已列清单", en: "Listed" },
  tendered: { zh: "已招标", en: "Tendered" },
  sample_sealed: { zh: "已封样", en: "Sample sealed" },
  delivered: { zh: "已到货", en: "Delivered" },
  paid: { zh: "已付款", en: "Paid" },
  in_service: { zh: "使用中", en: "In service" },
  // Money
  waiting: { zh: "待签章", en: "Waits for a key" },
  counted: { zh: "已入账", en: "Counted" },
  reversed: { zh: "已冲销", en: "Reversed" },
  // Complaints
  received: { zh: "待答复", en: "To be answered" },
  taken: { zh: "已转问题", en: "Made a finding" },
  replied: { zh: "已答复", en: "Answered" },
  // Bulletins
  bulletin_draft: { zh: "待批准", en: "To be approved" },
  bulletin_approved: { zh: "已批准", en: "Approved" },
  published: { zh: "已发布", en: "Published" },
  corrected: { zh: "已被更正", en: "Corrected" },

  // Marks
  overdue: { zh: "逾期", en: "Overdue" },
  overdueDays: {
    zh: ({ days }: { days: number }) => `逾期 ${days} 天`,
    en: ({ days }: { days: number }) => `${counted(days, "day")} overdue`,
  },
  grave: { zh: "重大", en: "Grave" },
  considerable: { zh: "较大", en: "Considerable" },
  repeated: { zh: "重复发生", en: "Repeated" },
  disputed: { zh: "有冲突", en: "In conflict" },
  late: { zh: "补记", en: "Late entry" },
  changed_since_confirmed: { zh: "确认后有改动", en: "Changed since confirmed" },
  photos_missing: { zh: "缺照片 {photos} 张", en: "{photos} photos missing" },
  behind: { zh: "进度滞后", en: "Behind" },
  irregular: { zh: "手续不全", en: "Irregular" },
  doubtful: { zh: "验收存疑", en: "Doubtful" },
  education_key: { zh: "缺教育签章", en: "Education’s key missing" },
  finance_key: { zh: "缺财政签章", en: "Finance’s key missing" },
  in_bulletin: { zh: "已通报", en: "In a bulletin" },
  next_bulletin: { zh: "应列入通报", en: "Next bulletin" },
  next_interview: { zh: "应约谈", en: "Interview next" },
  unapproved: { zh: "未经批准", en: "Unapproved" },
  storage_alarm: { zh: "手机空间告急", en: "Storage is short" },
  clock_off: {
    zh: ({ minutes }: { minutes: number }) => `时钟${minutes > 0 ? "快" : "慢"} ${Math.abs(minutes)} 分钟`,
    en: ({ minutes }: { minutes: number }) => `Clock ${Math.abs(minutes)} min ${minutes > 0 ? "fast" : "slow"}`,
  },
  silent: {
    zh: ({ days }: { days: number }) => `${days} 天没有联系`,
    en: ({ days }: { days: number }) => `Silent for ${counted(days, "day")}`,
  },
  photosNotCome: {
    zh: ({ photos }: { photos: number }) => `${photos} 张照片没传完`,
    en: ({ photos }: { photos: number }) => `${counted(photos, "photo")} not sent`,
  },
});
