import { room } from "./catalogue.ts";

/** Money with two keys: the application, the payment, its reversal. */
export const funds = room({
  keys: { zh: "两把钥匙", en: "Two keys" },
  keysWhy: { zh: "教育和财政各签一把，两个人，缺一把不入账。", en: "Education and finance give one each, two people; with one missing the payment does not count." },
  education: { zh: "教育（改薄办、装备站）", en: "Education (project office, equipment station)" },
  finance: { zh: "财政", en: "Finance" },
  given: { zh: "{name} · {at}", en: "{name} · {at}" },
  missing: { zh: "还缺", en: "Missing" },
  give: { zh: "签{key}这一把", en: "Give the key of {key}" },
  waitsFor: { zh: "等{key}的人签。", en: "Waits for somebody of {key}." },
  twoPeople: { zh: "两把钥匙要由两个人签", en: "Two keys are two people" },
  youGave: { zh: "您已经签了一把，另一把要由别人签。", en: "You have given one; the other is somebody else’s to give." },
  gaveBoth: { zh: "{name}一个人签了两把，只算教育这一把。财政这一把要由另一个人签。", en: "{name} signed for both: that gives education’s key alone. Finance’s is another person’s to give." },
  counts: { zh: "两把都在，已入账。", en: "Both are given: it counts." },

  // Progress
  progress: { zh: "拨付与签认进度", en: "Paid and certified" },
  contract: { zh: "合同金额", en: "Contract" },
  certified: { zh: "办公室签认的完成投资", en: "Certified by the office" },
  paid: { zh: "已拨付（两把钥匙齐）", en: "Paid, with both keys" },
  thisOne: { zh: "这一笔", en: "This one" },
  left: { zh: "拨后还可拨", en: "Left after it" },
  ahead: { zh: "这一笔拨出后，超过签认进度 {amount}。拨付不能快于工程。", en: "With this one, {amount} more would be paid than was certified. Money does not run ahead of works." },
  within: { zh: "在签认进度以内。", en: "Within what was certified." },
  noContract: { zh: "这个项目没有合同或签认的进度，无从比较。", en: "This project has no contract or certified progress to compare with." },

  // What follows
  appendOnly: { zh: "资金记录不能改。写错了，用一笔相反的冲销，再记对的。", en: "An event of money is never edited. A mistake is reversed by another, and then entered rightly." },
  reverse: { zh: "冲销这一笔", en: "Reverse it" },
  reversedBy: { zh: "已被冲销：看冲销的那一笔", en: "Reversed: see the event that does it" },
  payIt: { zh: "按这个申请拨付", en: "Pay as applied for" },
});
