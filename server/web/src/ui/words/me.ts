import { counted, room } from "./catalogue.ts";
import { type Count, countEn, countZh } from "./counts.ts";

/** The owner, the device, its settings, signing out. */
export const me = room({
  title: { zh: "我的", en: "Me" },
  language: { zh: "语言", en: "Language" },
  position: { zh: "拍照时记下位置", en: "Note the place when taking photos" },
  positionWhy: {
    zh: "只在拍照那一刻记，用来说明照片是在工地拍的。",
    en: "Only in the moment of taking one; it shows that the photo was taken at the site.",
  },
  roles: { zh: "身份", en: "Roles" },
  roleAt: {
    zh: (p: { name: string; count: number }) => `${p.name}，共 ${p.count} 处`,
    en: (p: { name: string; count: number }) => `${p.name}, at ${counted(p.count, "place")}`,
  },
  noRoles: { zh: "现在没有任何身份，请找办公室", en: "No role at present; please ask the office" },
  phone: { zh: "这台手机", en: "This phone" },
  name: { zh: "名称", en: "Name" },
  account: { zh: "账号", en: "Account" },
  office: { zh: "办公室网址", en: "Office's address" },
  storage: { zh: "占用空间", en: "Space used" },
  used: { zh: "{used}（浏览器最多给 {room}）", en: "{used} (the browser gives up to {room})" },
  version: { zh: "版本", en: "Version" },
  notOffline: { zh: "还没有装好离线版，请在有网络时再打开一次", en: "Not ready for offline yet; open it once more with a network" },

  signOut: { zh: "退出登记", en: "Sign out" },
  signOutWhy: {
    zh: "换人用这台手机前先退出。退出会清空这台手机里的内容，所以先要确认都在办公室。",
    en: "Sign out before somebody else uses this phone. It clears what is on the phone, so it is first made sure that all of it is at the office.",
  },
  checking: { zh: "正在和办公室核对…", en: "Checking with the office…" },
  safe: {
    zh: (p: Count) => `${countZh(p)}都在办公室，可以退出。`,
    en: (p: Count) => `${countEn(p)}: all at the office. You may sign out.`,
  },
  safeNothing: { zh: "这台手机里没有要交的内容，可以退出。", en: "Nothing on this phone is to be sent. You may sign out." },
  notSafe: { zh: "现在退出会丢内容", en: "Signing out now would lose something" },
  onlyHere: {
    zh: (p: Count) => `${countZh(p)}还只在这台手机里。`,
    en: (p: Count) => `Only on this phone so far: ${countEn(p)}.`,
  },
  unproven: {
    zh: "连不上办公室，没法核对是不是都收到了。",
    en: "The office cannot be reached, so it cannot be checked that it has everything.",
  },
  syncFirst: { zh: "先去同步", en: "Sync first" },
  drafts: {
    zh: (p: { count: number }) => `还有 ${p.count} 份没写完的草稿，退出后就没有了。`,
    en: (p: { count: number }) => `${counted(p.count, "draft")} not finished; signing out throws ${p.count === 1 ? "it" : "them"} away.`,
  },
  signOutNow: { zh: "退出并清空这台手机", en: "Sign out and clear this phone" },
  signOutExported: { zh: "文件已存好，退出并清空", en: "I have the file; sign out and clear" },

  support: { zh: "联系技术支持", en: "Support" },
});
