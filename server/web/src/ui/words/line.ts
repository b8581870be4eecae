import { counted, room } from "./catalogue.ts";
import { type Count, countEn, countZh } from "./counts.ts";

/** The line to the office: what is written, on its way, there, in a backup; why nothing moves. */
export const line = room({
  title: { zh: "同步", en: "Sync" },

  // In the header, short.
  chipBusy: { zh: "正在同步…", en: "Syncing…" },
  chipLeft: { zh: "{count} 待发送", en: "{count} to send" },
  chipOffline: { zh: "没有网络", en: "Offline" },
  chipOfflineLeft: { zh: "没有网络 · {count} 待发送", en: "Offline · {count} to send" },
  chipCare: { zh: "需要处理", en: "Needs you" },
  chipWaits: { zh: "办公室忙，稍后再试", en: "Office busy, will retry" },
  chipAll: { zh: "都在办公室", en: "All at the office" },
  chipNone: { zh: "已同步", en: "Synced" },
  chipFirst: { zh: "还没有同步过", en: "Not synced yet" },

  // What the page says first.
  all: {
    zh: (p: Count) => (p.records + p.photos === 0 ? "没有要发送的" : `${countZh(p)}，全部在办公室`),
    en: (p: Count) => (p.records + p.photos === 0 ? "Nothing to send" : `${countEn(p)}: all at the office`),
  },
  proven: { zh: "{when} 和办公室逐条核对过，一条不缺。", en: "Checked with the office one by one, {when}: nothing is missing." },
  notProven: {
    zh: "办公室已经答复收到，还没有逐条核对。",
    en: "The office has confirmed all of it; it was not yet checked one by one.",
  },
  prove: { zh: "现在核对", en: "Check now" },
  proving: { zh: "正在核对…", en: "Checking…" },
  notProvable: { zh: "没有核对成：现在连不上办公室。", en: "Not checked: the office cannot be reached now." },
  left: {
    zh: (p: Count) => `还有 ${countZh(p)}只在这台手机里`,
    en: (p: Count) => `${countEn(p)} so far only on this phone`,
  },
  leftWhy: {
    zh: "都存好了，关掉手机也不会丢。有网络时自动发送，先记录，后照片。",
    en: "It is stored safely, even if the phone is switched off. It is sent by itself when there is a network: entries first, then photos.",
  },
  now: { zh: "现在同步", en: "Sync now" },
  busy: { zh: "正在同步…", en: "Syncing…" },
  lastWorked: { zh: "上次同步：{when}", en: "Last synced: {when}" },
  neverWorked: { zh: "还没有同步成功过。", en: "It has not synced yet." },
  records: { zh: "记录：{done}/{all} 条在办公室", en: "Entries: {done} of {all} at the office" },
  photos: { zh: "照片：{done}/{all} 张在办公室，{sent}/{bytes}", en: "Photos: {done} of {all} at the office, {sent} of {bytes}" },
  inBackup: {
    zh: "其中 {count} 条还没有进备份，手机会留着，直到办公室的备份里也有。",
    en: "Not in a backup yet: {count}. The phone keeps what is not, until the office's backup has it too.",
  },

  // Why nothing moves: what happened, that nothing is lost, what to do.
  noLine: { zh: "没有网络", en: "No network" },
  noLineWhy: {
    zh: "写的都在手机里，什么也没丢。有信号时会自动发送；着急的话，走到有信号的地方打开这一页。",
    en: "All you wrote is on the phone; nothing is lost. It is sent by itself when there is signal; if it is urgent, open this page where there is some.",
  },
  stranger: { zh: "这个 Wi-Fi 要先登录", en: "This Wi-Fi wants a sign-in first" },
  strangerWhy: {
    zh: "回答的不是办公室的服务器。请打开浏览器登录 Wi-Fi，或者改用手机流量。什么也没丢，连上后自动发送。",
    en: "Something else answered in the office's place. Sign in to the Wi-Fi, or use mobile data. Nothing is lost; it is sent once the office answers.",
  },
  officeBusy: { zh: "办公室的服务器现在忙", en: "The office's server is busy" },
  officeBusyWhy: { zh: "过一会儿会自动再试，不用管它。什么也没丢。", en: "It tries again by itself in a while. Nothing is lost." },
  signedOut: { zh: "办公室停用了这台手机的登记", en: "The office ended this phone's enrolment" },
  signedOutWhy: {
    zh: "写的都还在手机里，什么也没丢，但现在发不出去。请给办公室打电话，要一个新的登记码；没有发出的内容也可以先导出成文件交给办公室。",
    en: "All you wrote is still on the phone and nothing is lost, but it cannot be sent now. Please call the office for a new code; what was not sent can also be exported to a file for them.",
  },
  enrolAgain: { zh: "有了登记码，重新登记", en: "I have a code: enrol again" },
  oldApp: { zh: "手机里的版本太旧了", en: "The version on this phone is too old" },
  oldAppWhy: {
    zh: "写的内容照常送到办公室；要看到办公室的新内容，请先更新。",
    en: "What you write still gets to the office; to see what is new there, update first.",
  },
  storage: { zh: "手机存不下了", en: "The phone cannot store more" },
  storageWhy: {
    zh: "已经存好的没有丢。请删掉一些别的应用或视频，腾出空间后再打开。",
    en: "What was stored is not lost. Delete some other apps or videos to make room, then open it again.",
  },
  refused: { zh: "办公室的服务器没有接受", en: "The office's server did not take it" },
  refusedWhy: {
    zh: "写的都还在手机里，什么也没丢。请把“联系技术支持”那一页发给办公室。",
    en: "All you wrote is still on the phone; nothing is lost. Please send the support page to the office.",
  },
  notAll: { zh: "有内容办公室没有收下", en: "The office did not take all of it" },
  recordsRefused: {
    zh: (p: { count: number }) => `办公室退回了 ${p.count} 条：点下面的那一条，看原因，改好再保存。`,
    en: (p: { count: number }) => `The office sent ${counted(p.count, "entry", "entries")} back: open it below, see why, and save it again.`,
  },
  recordsHeld: {
    zh: (p: { count: number }) => `有 ${p.count} 条要等办公室的人看过才算收下，不用重写。`,
    en: (p: { count: number }) => `${counted(p.count, "entry", "entries")} not taken in before somebody at the office has looked; no need to write it again.`,
  },
  photosRefused: {
    zh: "有 {count} 张照片办公室没有收下，只在这台手机里。下面写着原因和怎么办。",
    en: "Photos that the office did not take, and that are on this phone alone: {count}. Below stands why, and what to do.",
  },
  photosLeft: {
    zh: "有 {count} 张办公室没有收下的照片，按您说的留在手机里；导出成文件时会带上。",
    en: "Photos that the office did not take and that stay on this phone, as you said: {count}. They go into what is exported.",
  },
  distrust: { zh: "办公室的台账和这台手机记得的不一样", en: "The office's ledger is not the one this phone remembers" },
  distrustWhy: {
    zh: "可能有人改动过已经收下的内容。您写的都还在手机里。请把“联系技术支持”那一页发给办公室的上级。",
    en: "Somebody may have changed what was already received. All you wrote is still on the phone. Please send the support page to those above the office.",
  },
  clockBehind: { zh: "手机的时间慢了 {minutes} 分钟", en: "The phone's clock is {minutes} minutes behind" },
  clockAhead: { zh: "手机的时间快了 {minutes} 分钟", en: "The phone's clock is {minutes} minutes ahead" },
  clockWhy: {
    zh: "日志和照片的时间会跟着错。请在手机设置里打开“自动确定日期和时间”。写好的内容不受影响。",
    en: "Times of diaries and photos are wrong with it. Turn on automatic date and time in the phone's settings. What you wrote is not affected.",
  },
  saveData: { zh: "照片在等 Wi-Fi", en: "Photos wait for Wi-Fi" },
  saveDataWhy: {
    zh: "手机开着省流量模式，所以只发送了记录。照片共还有 {bytes}。",
    en: "The phone saves data, so only the entries were sent. The photos still take {bytes}.",
  },
  sendPhotos: { zh: "用流量发照片", en: "Send photos now" },
  support: { zh: "联系技术支持", en: "Support" },

  // Each record and each photo.
  each: { zh: "每一条在哪儿", en: "Where each one is" },
  eachNone: {
    zh: "没有在路上的记录。进了备份的不再列在这里，在“记录”里看。",
    en: "Nothing is on its way. What is in a backup is not listed here any more; see “Records”.",
  },
  atWaiting: { zh: "写好了，等着发送", en: "Written, waits to be sent" },
  atSending: { zh: "正在发送", en: "On its way" },
  atOffice: { zh: "到办公室了", en: "At the office" },
  atSettled: { zh: "到办公室了，也进了备份", en: "At the office and in a backup" },
  atHeld: { zh: "办公室收下了，等人看", en: "At the office, waits for somebody there" },
  atRefused: { zh: "办公室退回了", en: "Sent back by the office" },
  atLeft: { zh: "没有收下，留在手机里", en: "Not taken; stays on this phone" },
  photoNotTaken: { zh: "办公室没有收下这张照片", en: "The office did not take this photo" },
  photoLost: {
    zh: "这张照片在手机里找不到了，多半是浏览器清掉的。请换一张。",
    en: "This photo is not on the phone any more; most likely the browser cleared it. Please put in another.",
  },
  photoDamaged: {
    zh: "这张照片在手机里存坏了，发不出去。请换一张。",
    en: "This photo is damaged on the phone and cannot be sent. Please put in another.",
  },
  photoAgain: { zh: "再发一次", en: "Send again" },
  photoReplace: { zh: "换一张", en: "Put in another" },
  photoReplaceHow: {
    zh: "换一张：打开这条记录，点这张照片选“不要这张”，再拍一张或选一张（不勾“保留原图”），保存。",
    en: "To put in another: open the entry, tap this photo and “Take it out”, take or choose one anew (without “Keep the original”), and save.",
  },
  photoLeave: { zh: "不换了，留在手机里", en: "Leave it on the phone" },
  changes: {
    zh: (p: { count: number }) => `一共保存了 ${p.count} 次`,
    en: (p: { count: number }) => `saved ${counted(p.count, "time")}`,
  },
  photo: { zh: "照片 {name}", en: "Photo {name}" },
  photoBytes: { zh: "{sent}/{bytes}", en: "{sent} of {bytes}" },
  photosOf: {
    zh: (p: { there: number; all: number }) => `照片 ${p.there}/${p.all} 张在办公室`,
    en: (p: { there: number; all: number }) => `${p.there} of ${counted(p.all, "photo")} at the office`,
  },
  otherPhotos: { zh: "别的照片", en: "Other photos" },
});
