import { counted, room } from "./catalogue.ts";
import { type Count, countEn, countZh } from "./counts.ts";

interface Brought extends Count {
  name: string;
}

/** What is carried by hand: out of this phone in a file, and somebody else's file to the office. */
export const carry = room({
  title: { zh: "没有网络时，用文件交", en: "No network? Carry it in a file" },
  why: {
    zh: "把还没有办妥的内容导出成一个文件，请去镇上的人带走，或用微信、U 盘转给别人；谁来交，都算您写的。",
    en: "Export what is not settled to a file and give it to somebody who goes to town. Whoever hands it in, it counts as yours.",
  },
  export: { zh: "导出成文件", en: "Export to a file" },
  exporting: { zh: "正在导出，请不要关掉…", en: "Exporting, please keep this open…" },
  exported: { zh: "已导出，请在手机的“下载”里找到它", en: "Exported; it is in the phone's downloads", atDesk: { zh: "已导出，请在“下载”里找到它", en: "Exported; it is among your downloads" } },
  exportedWhy: {
    zh: (p: Count) =>
      `里面有 ${countZh(p)}。这里的内容没有动，有网络时照样自己发送，不会重复。`,
    en: (p: Count) =>
      `It holds ${countEn(p)}. What is here stays, and is sent by itself too; nothing counts twice.`,
  },
  nothing: {
    zh: "不用导出：没有还要交的内容。",
    en: "There is no need: nothing is left to hand in.",
  },
  exportFailed: {
    zh: "没有导出成，这里的内容没有动。可能是空间不够，请腾出空间后再试。",
    en: "It was not exported; nothing here was touched. There may be too little room; make some and try again.",
  },
  handIn: { zh: "替别人交文件", en: "Hand in somebody's file" },
  handInWhy: {
    zh: "有人给了您一个 .slbundle 文件？有网络时在这里交，算写的人的，不算您的。",
    en: "Did somebody give you an .slbundle file? Hand it in here when there is a network: it counts as theirs, not yours.",
  },
  choose: { zh: "选文件", en: "Choose the file" },
  handing: { zh: "正在交，请不要关掉…", en: "Handing it in, please keep this open…" },
  handed: {
    zh: (p: Brought) => `${p.name}的 ${countZh(p)}到办公室了`,
    en: (p: Brought) => `${p.name}: ${countEn(p)} at the office`,
  },
  handedWhole: { zh: "全部收下了，文件可以删掉了。", en: "All of it was taken; the file may be deleted." },
  handedPart: {
    zh: (p: { missing: number }) => `还有 ${p.missing} 张照片没有收到。请留着文件，再交一次。`,
    en: (p: { missing: number }) => `${counted(p.missing, "photo")} did not arrive. Keep the file and hand it in again.`,
  },
  handedRefused: {
    zh: (p: { refused: number }) => `${p.refused} 张照片办公室不能收。`,
    en: (p: { refused: number }) => `The office cannot take ${counted(p.refused, "photo")}.`,
  },
  handedHeld: {
    zh: (p: { held: number }) => `其中 ${p.held} 条要等办公室的人看过。`,
    en: (p: { held: number }) => `${p.held} of them wait for somebody at the office to look.`,
  },
  notHanded: { zh: "没有交成", en: "It was not handed in" },
  notHandedLine: {
    zh: "现在连不上办公室。请留着文件，有网络时再交。",
    en: "The office cannot be reached now. Keep the file, and hand it in when there is a network.",
  },
});
