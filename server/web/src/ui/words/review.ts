import { counted, room } from "./catalogue.ts";

/** A record as the office reads it. */
export const review = room({
  field: { zh: "项目", en: "Field" },
  value: { zh: "内容", en: "Value" },
  author: { zh: "填写人 · 时间", en: "By · when" },
  fields: { zh: "内容", en: "Contents" },
  actions: { zh: "操作", en: "Actions" },
  empty: { zh: "没有内容", en: "Nothing stands in it" },
  waiting: { zh: "您的改动正在发送", en: "Your change is on its way" },
  settleOne: { zh: "处理冲突：{what}", en: "Settle the conflict: {what}" },
  conflicts: {
    zh: ({ count }: { count: number }) => `${count} 项有两种说法，先处理再确认`,
    en: ({ count }: { count: number }) => `${counted(count, "field")} in conflict: settle first, then confirm`,
  },
  print: { zh: "打印", en: "Print" },
  number: { zh: "编号 {number}", en: "No. {number}" },
  saved: { zh: "已保存", en: "Saved" },

  // Signatures
  noSignoffs: { zh: "还没有人签字", en: "Nobody has signed" },
  coversAll: { zh: "签的就是现在的内容（{count} 项）", en: "Covers what stands now ({count})" },
  changedIn: { zh: "签后又改动：{what}", en: "Changed since: {what}" },

  // Photos
  photos: {
    zh: ({ count }: { count: number }) => `照片 ${count} 张`,
    en: ({ count }: { count: number }) => counted(count, "photo"),
  },
  open: { zh: "看大图：{what}", en: "See it large: {what}" },
  notArrived: { zh: "还没传到", en: "Has not arrived" },
  notShown: { zh: "这种照片显示不了", en: "Such a photo cannot be shown" },
  onTheDay: { zh: "当天拍摄", en: "Taken on the day" },
  anotherDay: { zh: "不是当天拍的（{days} 天）", en: "Not taken on the day ({days} d)" },
  dayUnknown: { zh: "拍摄日期不明", en: "Day unknown" },
  atTheSchool: { zh: "在学校拍的", en: "At the school" },
  elsewhere: { zh: "离学校 {distance}", en: "{distance} from the school" },
  placeUnsure: { zh: "位置存疑", en: "Place in doubt" },
  placeUnknown: { zh: "没有位置", en: "No place" },
  sameElsewhere: {
    zh: ({ count }: { count: number }) => `另有 ${count} 份记录用了同一张`,
    en: ({ count }: { count: number }) => `The same in ${counted(count, "other record")}`,
  },
  nearlySame: {
    zh: ({ count }: { count: number }) => `与另外 ${count} 张很像`,
    en: ({ count }: { count: number }) => `Nearly the same as ${counted(count, "other")}`,
  },
  minor: { zh: "能认出学生", en: "A pupil can be recognised" },
  previous: { zh: "上一张", en: "Previous" },
  following: { zh: "下一张", en: "Next" },
  beside: { zh: "并排看", en: "Side by side" },
  single: { zh: "只看一张", en: "One alone" },
  zoomIn: { zh: "放大", en: "Larger" },
  zoomOut: { zh: "缩小", en: "Smaller" },
  original: { zh: "下载原件", en: "Download the original" },
  originalKept: { zh: "照片里认得出未成年人，原件只给学校和主管部门", en: "A minor can be recognised: the original is for the school and its supervisors" },
  cameIn: { zh: "原件：{what}，{at} 收到", en: "Original: {what}, came {at}" },
  evidence: { zh: "佐证", en: "Evidence" },
  cameraSays: { zh: "相机写明：{what}", en: "The camera says: {what}" },
  phoneSays: { zh: "手机填报：{what}", en: "The phone says: {what}" },
  offsetAssumed: { zh: "{at}（没写时区）", en: "{at} (no time zone)" },
  position: { zh: "{lat}, {lon}", en: "{lat}, {lon}" },
  positionAway: { zh: "{lat}, {lon}，离学校 {distance}", en: "{lat}, {lon}, {distance} from the school" },
  alsoIn: { zh: "同一张还在这些记录里", en: "The same picture is in" },
  likeIn: { zh: "很像的照片在这些记录里", en: "Pictures that look alike are in" },
  outOfScope: {
    zh: ({ count }: { count: number }) => `另有 ${count} 处不在您的范围内`,
    en: ({ count }: { count: number }) => `${counted(count, "more")} out of your scope`,
  },
  place: { zh: "{at}/{of}", en: "{at} of {of}" },

  // History
  history: { zh: "改动经过", en: "History" },
  change: {
    zh: ({ count }: { count: number }) => `${count} 次`,
    en: ({ count }: { count: number }) => counted(count, "change"),
  },
  made: { zh: "写于 {at}", en: "written {at}" },
  received: { zh: "收到 {at}", en: "received {at}" },
  underWay: {
    zh: ({ days }: { days: number }) => `${days} 天后才送到`,
    en: ({ days }: { days: number }) => `${counted(days, "day")} under way`,
  },
  carried: { zh: "由人带来", en: "carried by hand" },
  released: { zh: "从待处理箱放行", en: "released from the held box" },
  erased: { zh: "内容已依法抹除", en: "Lawfully erased" },
  wrote: { zh: "{what}：{value}", en: "{what}: {value}" },
  changed: { zh: "{what}：{before} → {after}", en: "{what}: {before} → {after}" },
  tookOut: { zh: "{what}：删去 {before}", en: "{what}: took out {before}" },
  moreLines: {
    zh: ({ count }: { count: number }) => `还有 ${count} 项`,
    en: ({ count }: { count: number }) => `${count} more`,
  },
  moreHistory: { zh: "看更多改动", en: "Show more of the history" },
  you: { zh: "{name}（您）", en: "{name} (you)" },

  // Proof
  prove: { zh: "核对台账", en: "Check the ledger" },
  proving: { zh: "正在核对…", en: "Checking…" },
  proven: {
    zh: "第 {seq} 号在台账里：从签名的检查点（共 {size} 条）一步步算过，没有改动。",
    en: "Entry {seq} is in the ledger: recomputed up to the signed checkpoint over {size} entries.",
  },
  notYet: { zh: "第 {seq} 号太新，最多十分钟后才有检查点，请稍后再核对。", en: "Entry {seq} is too new: a checkpoint comes within ten minutes. Check again then." },
  notProven: { zh: "第 {seq} 号对不上台账。请马上告诉审计和系统管理员，不要关闭这一页。", en: "Entry {seq} does not fit the ledger. Tell audit and the administrator at once, and keep this page open." },
  cannotProve: { zh: "现在没法核对：{why}", en: "It cannot be checked now: {why}" },
  entry: { zh: "台账第 {seq} 号 · {county}", en: "Ledger entry {seq} · {county}" },
});
