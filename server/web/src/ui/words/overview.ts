import { counted, room } from "./catalogue.ts";

/** The pages of figures at the office: the county's dashboard, what makes a figure, counties side by side. */
export const overview = room({
  titleOf: { zh: "{where}总览", en: "Overview of {where}" },
  counties: {
    zh: ({ count }: { count: number }) => `${count} 个县（区）`,
    en: ({ count }: { count: number }) => counted(count, "county", "counties"),
  },
  part: { zh: "只统计了您有权看到的部分，不是全县。", en: "Only what you may read is counted; this is not the whole county." },

  // What the page is asked for
  asked: { zh: "统计口径", en: "What is counted" },
  county: { zh: "县（区）", en: "County" },
  allCounties: { zh: "全部", en: "All" },
  at: { zh: "截至", en: "As of the day" },
  today: { zh: "今天", en: "today" },
  plan: { zh: "规划", en: "Plan" },
  latestPlan: { zh: "最近批准的", en: "Last approved" },
  since: { zh: "与什么时候比", en: "Compared with" },
  since_month: { zh: "一个月前", en: "A month before" },
  since_bulletin: { zh: "上一期通报", en: "The last bulletin" },
  since_none: { zh: "不比", en: "Nothing" },
  print: { zh: "打印", en: "Print" },
  clear: { zh: "恢复默认", en: "As it was" },
  stands: { zh: "截至 {day}", en: "As of {day}" },
  byPlan: { zh: "规划：{name}", en: "Plan: {name}" },
  noPlan: { zh: "没有规划", en: "No plan" },
  position: { zh: "台账第 {position} 号", en: "Position {position} of the ledger" },
  asOfPosition: { zh: "按台账第 {position} 号时的记录重算。之后收到的没有计入。", en: "Reckoned as the ledger stood at {position}; what came later is not counted." },
  comparedWith: { zh: "增减是与 {day} 比，比率按百分点", en: "Changes since {day}, of shares in points" },
  comparedWithBulletin: { zh: "增减是与{number}（{day}）比，比率按百分点", en: "Changes since {number}, {day}, of shares in points" },
  noBulletin: { zh: "还没有发布过通报，没有可比的。", en: "No bulletin was published yet; there is nothing to compare with." },
  bulletin: { zh: "通报", en: "the bulletin" },

  // Sections
  headlines: { zh: "主要指标", en: "Main figures" },
  buildings: { zh: "校舍建设", en: "Buildings" },
  equipment: { zh: "设施设备", en: "Equipment" },
  funds: { zh: "资金", en: "Money" },
  sources: { zh: "资金来源", en: "Money by source" },
  source: { zh: "来源", en: "Source" },
  findings: { zh: "问题与整改", en: "Findings and rectification" },
  diaries: { zh: "监管工作日志", en: "Supervision logs" },
  grid: { zh: "督导检查", en: "Inspection" },
  health: { zh: "数据报送", en: "How data come in" },
  groups: { zh: "分项对比", en: "Side by side" },

  // By what figures are told apart
  by: { zh: "按", en: "By" },
  by_township: { zh: "乡镇", en: "Township" },
  by_category: { zh: "学校类别", en: "Kind of school" },
  by_work_type: { zh: "建设性质", en: "Type of works" },
  by_zone: { zh: "责任区", en: "Zone" },
  by_school: { zh: "学校", en: "School" },
  by_project: { zh: "项目", en: "Project" },
  by_county: { zh: "县（区）", en: "County" },
  total: { zh: "合计", en: "In all" },
  noGroups: { zh: "没有可以这样分开的内容", en: "Nothing can be told apart like this" },
  rowsShown: { zh: "前 {shown} 行，共 {count} 行", en: "The first {shown} of {count} rows" },
  sortBy: { zh: "按{name}排序", en: "Sort by {name}" },

  // Columns
  indicator: { zh: "指标", en: "Figure" },
  figure: { zh: "数值", en: "Value" },
  ofWhole: { zh: "分子 / 分母", en: "Of the whole" },
  change: { zh: "增减", en: "Change" },
  overWhole: { zh: "超 100%", en: "Over 100%" },
  nowOnly: { zh: "只有现在的数", en: "Known of now alone" },
  planned: { zh: "规划（万元）", en: "Planned, ×10k yuan" },
  received: { zh: "到位（万元）", en: "Received" },
  receivedRate: { zh: "到位率", en: "Of planned" },
  paid: { zh: "拨付（万元）", en: "Paid" },
  noSources: { zh: "规划和资金记录里都没有写明来源", en: "Neither the plan nor the money says where it comes from" },

  // Units
  area: { zh: "㎡", en: "㎡" },
  money: { zh: "万元", en: "×10k yuan" },
  days: { zh: "天", en: "days" },
  hours: { zh: "小时", en: "hours" },

  // Warnings
  warnings: { zh: "看数时要知道", en: "To know beside the figures" },
  plan_differs: {
    zh: "{name}：规划写的是 {plan}，各项目合计 {projects}，相差 {apart}。两者如实列出，没有调整。",
    en: "{name}: the plan says {plan}, its projects add up to {projects}, {apart} apart. Neither was changed.",
  },
  fund_scope_differs: {
    zh: "{name}：分子含 {counted} 的钱，分母是 {whole} 的钱，来源不同，比率只供参考。",
    en: "{name}: what is counted is money of {counted}, what it is a share of is money of {whole}. Read the share with care.",
  },
  fund_scope_unsaid: {
    zh: "{name}：分母是 {whole} 的钱，分子没有注明来源，比率只供参考。",
    en: "{name}: what it is a share of is money of {whole}; of what is counted nobody said where it comes from. Read the share with care.",
  },
  disputed: {
    zh: ({ records }: { records: number }) => `${records} 条记录有没处理的冲突，按最谨慎的值计：完成的取小，规划的取大，安全取“否”。`,
    en: ({ records }: { records: number }) => `People differ about ${counted(records, "record")}, counted by the most cautious value: the less done, the more planned, not safe.`,
  },
  damaged: {
    zh: ({ records }: { records: number }) => `${records} 条记录在磁盘上损坏，没有计入。`,
    en: ({ records }: { records: number }) => `${counted(records, "record")} damaged on disk, not counted.`,
  },
  known_of_now_alone: { zh: "{names}：只有现在的数，没有当时的，写作“—”。", en: "{names}: known of now alone and not as it was; they read “—”." },

  // What makes a figure
  makers: {
    zh: ({ count }: { count: number }) => `由 ${count} 条记录组成`,
    en: ({ count }: { count: number }) => `Made of ${counted(count, "record")}`,
  },
  noMakers: { zh: "没有记录组成这个数", en: "No records make this figure" },
  numerator: { zh: "分子", en: "Counted" },
  denominator: { zh: "分母", en: "The whole" },
  kind: { zh: "记录", en: "Record" },
  side: { zh: "计入", en: "Counts as" },
  amount: { zh: "数量", en: "Amount" },
  noFigure: { zh: "没有这个指标", en: "There is no such figure" },
  backToOverview: { zh: "回到总览", en: "Back to the overview" },

  // Counties side by side
  citiesTitle: { zh: "各县（区）对比", en: "Counties side by side" },
  city: { zh: "设区市", en: "City" },
});
