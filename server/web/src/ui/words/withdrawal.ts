import { counted, room } from "./catalogue.ts";

/** Withdrawing a record, and taking that back. */
export const withdrawal = room({
  // On the record
  withdrawn: { zh: "已作废，不再算数", en: "Withdrawn: it does not count any more" },
  by: { zh: "{name}作废 · {at}", en: "Withdrawn by {name} · {at}" },
  stillHere: { zh: "内容都还在，下面照样能看。", en: "All of it is still here, below." },
  contested: { zh: "作废了，但还没定", en: "Withdrawn, but not settled" },
  unseen: { zh: "作废的人当时没看到：{what}。所以这份记录先照样算数。", en: "Whoever withdrew it had not seen: {what}. So it goes on counting for now." },
  decide: { zh: "您可以定：仍然作废，或者收回作废。", en: "You may settle it: withdraw it all the same, or take the withdrawal back." },
  wait: { zh: "请等办公室或写的人来定。", en: "Please wait for the office, or for those who wrote it." },
  again: { zh: "仍然作废", en: "Withdraw it all the same" },
  takeBack: { zh: "收回作废", en: "Take it back" },
  withdraw: { zh: "写错了？作废这份记录", en: "Written by mistake? Withdraw this record" },

  // In lists
  tagWithdrawn: { zh: "已作废", en: "Withdrawn" },
  tagContested: { zh: "作废待定", en: "Withdrawal not settled" },

  // The sheets
  title: { zh: "作废“{what}”", en: "Withdraw “{what}”" },
  nothingGoes: { zh: "作废不是删除：内容、照片和签字都留着，只是不再算数。", en: "Nothing is deleted: the entries, photos and signatures stay. They only count no more." },
  whoSees: { zh: "能看到这份记录的人，包括办公室，都会看到是您作废的，还有下面写的原因。以后可以收回。", en: "Everybody who sees this record, the office too, will see that you withdrew it, and why. It can be taken back." },
  covers: {
    zh: ({ count }: { count: number }) => `作废的是现在的全部 ${count} 项内容。要是别人写了您没看到的，这份记录会先照样算数，等人来定。`,
    en: ({ count }: { count: number }) => `It is about all ${counted(count, "entry", "entries")} that stand now. If somebody wrote what you have not seen, it goes on counting until a person decides.`,
  },
  reason: { zh: "作废原因", en: "Why it is withdrawn" },
  needsReason: { zh: "请写明原因", en: "Please say why" },
  withdrawYes: { zh: "作废", en: "Withdraw" },
  backTitle: { zh: "收回“{what}”的作废", en: "Take back the withdrawal of “{what}”" },
  countsAgain: { zh: "收回以后，这份记录重新算数，内容和作废前一样。", en: "It counts again then, with what stands in it." },
  whoSeesBack: { zh: "谁作废、谁收回，都留在“看改过什么”里，大家都能看到。", en: "Who withdrew it and who took that back stays under “See what was changed”, for everybody." },
  backReason: { zh: "收回原因", en: "Why it is taken back" },
  saving: { zh: "正在保存…", en: "Saving…" },
  failed: { zh: "没能存到手机，请再试一次。记录没有变。", en: "It could not be kept. Please try again; the record is unchanged.", atDesk: { zh: "没能存下，请再试一次。记录没有变。", en: "It could not be kept. Please try again; the record is unchanged." } },
});
