import { counted, room } from "./catalogue.ts";

/** The ladder of a finding that nobody rectifies: overdue, bulletin, interview, leader. */
export const ladder = room({
  title: { zh: "逾期督办", en: "Overdue: what follows" },
  overdue: {
    zh: ({ days }: { days: number }) => (days > 0 ? `逾期 ${days} 天` : "没有逾期"),
    en: ({ days }: { days: number }) => (days > 0 ? `${counted(days, "day")} overdue` : "Not overdue"),
  },
  bulletin: { zh: "列入通报", en: "Named in a bulletin" },
  nextBulletin: { zh: "应列入下期通报", en: "To be named in the next bulletin" },
  inBulletin: { zh: "已通报", en: "Named" },
  interview: { zh: "约谈", en: "Interview" },
  interviewDue: { zh: "通报后仍未整改，应约谈", en: "Still open after the bulletin: an interview is next" },
  interviewed: { zh: "{day} {unit}", en: "{day} {unit}" },
  leader: { zh: "报分管领导", en: "To the leader in charge" },
  leaderDue: { zh: "约谈期限已过仍未整改，应报分管领导", en: "Still open after the interview’s deadline: the leader is to know" },
  notYet: { zh: "还没有", en: "Not yet" },
  begin: { zh: "约谈", en: "Begin an interview" },
  cause: { zh: "问题逾期未整改：{what}", en: "Finding overdue: {what}" },
});
