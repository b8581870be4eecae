import { counted, room } from "./catalogue.ts";

/** Settling conflicts at the office. */
export const settle = room({
  title: { zh: "处理冲突：{what}", en: "Settle: {what}" },
  why: { zh: "两个人在没看到对方内容时写了同一项。都在，没有丢；您定的以后，原来的仍可在改动经过里查到。", en: "Two people wrote the same field without seeing each other’s. Nothing is lost, and what you do not take stays in the history." },
  none: { zh: "这份记录没有冲突", en: "Nothing is in conflict here" },
  noneWhy: { zh: "可能刚刚已有人处理。", en: "Somebody may just have settled it." },
  toRecord: { zh: "看记录", en: "See the record" },
  seeWhole: { zh: "看整份记录", en: "See the whole record" },
  mayNot: { zh: "这一项不归您定。", en: "This field is not yours to settle." },
  tooMany: {
    zh: ({ count }: { count: number }) => `还有 ${count} 种说法没有显示，请刷新再定。`,
    en: ({ count }: { count: number }) => `${counted(count, "more version")} not shown: open the page again.`,
  },
  before: { zh: "原来是：{value}", en: "Before: {value}" },
  take: { zh: "用这个", en: "Take this" },
  taken: { zh: "已选", en: "Taken" },
  official: { zh: "现在按这个算", en: "Counts for now" },
  by: { zh: "{name} · 写于 {made}", en: "{name} · written {made}" },
  receivedAt: { zh: "收到 {received}", en: "received {received}" },
  device: { zh: "设备 {device}", en: "device {device}" },
  combine: { zh: "合起来（建议）", en: "Both together (a proposal)" },
  combineWhy: { zh: "机器拼出来的，没有人写过这句话：请读一遍再用。", en: "Put together by the machine; nobody wrote it. Read it before you take it." },
  another: { zh: "另写一个", en: "Write another" },
  reason: { zh: "为什么这样定（写的人会看到）", en: "Why (those who wrote it will see this)" },
  reasonNeeded: { zh: "已有人签过字，要写明原因", en: "Somebody has signed it: say why" },
  undecided: {
    zh: ({ count }: { count: number }) => `还有 ${count} 项没定，先存定了的也可以`,
    en: ({ count }: { count: number }) => `${counted(count, "field")} undecided; you may save the others`,
  },
  save: {
    zh: ({ count }: { count: number }) => `保存 ${count} 项决定`,
    en: ({ count }: { count: number }) => `Save ${counted(count, "decision")}`,
  },
  failed: { zh: "没能存下，请再试一次。", en: "It could not be kept; please try again." },
  overtaken: { zh: "刚才有人又写了这几项，请看过新内容再定：{what}", en: "Somebody just wrote again; look and decide anew: {what}" },
  around: { zh: "同一天的照片", en: "Photos around it" },
  versions: { zh: "{what}的各种说法", en: "Versions of {what}" },
});
