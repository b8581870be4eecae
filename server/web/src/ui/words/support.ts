import { counted, room } from "./catalogue.ts";

/** What support asks for on the telephone, line by line. */
export const support = room({
  title: { zh: "联系技术支持", en: "Support" },
  why: {
    zh: "打电话时对方会问这一页。可以念，也可以复制后发过去（中英文都在）。里面没有您写的内容。",
    en: "Support asks for this page on the telephone. Read it out, or copy and send it (it is copied in both languages). Nothing of what you wrote is in it.",
  },
  copy: { zh: "复制", en: "Copy" },

  time: { zh: "时间：{at}", en: "Time: {at}" },
  app: { zh: "应用版本：{version}", en: "App: {version}" },
  notOffline: { zh: "离线版还没装好", en: "not offline yet" },
  server: { zh: "服务器：{version} {url}（协议 {protocol}）", en: "Server: {version} {url} (protocol {protocol})" },
  user: { zh: "账号：{name}", en: "Account: {name}" },
  userId: { zh: "账号编号：{id}", en: "Account id: {id}" },
  device: { zh: "手机：{name}", en: "Phone: {name}" },
  deviceId: { zh: "手机编号：{id}", en: "Phone id: {id}" },
  notEnrolled: { zh: "还没有登记", en: "not enrolled" },
  browser: { zh: "浏览器：{agent}", en: "Browser: {agent}" },
  online: { zh: "网络：有", en: "Network: yes" },
  offline: { zh: "网络：没有", en: "Network: no" },
  busy: { zh: "正在同步", en: "Syncing now" },
  failures: { zh: "连续没连上：{count} 次", en: "Failed in a row: {count}" },
  trouble: { zh: "现在的问题：{what}", en: "Trouble now: {what}" },
  none: { zh: "没有", en: "none" },
  lastSync: { zh: "上次同步：{at}", en: "Last sync: {at}" },
  proven: { zh: "上次逐条核对：{at}", en: "Last checked one by one: {at}" },
  never: { zh: "从来没有", en: "never" },
  changes: {
    zh: "记录：待发送 {waiting}，已收到 {kept}，等办公室看 {held}，被退 {refused}，草稿 {drafts}",
    en: "Entries: to send {waiting}, received {kept}, held {held}, refused {refused}, drafts {drafts}",
  },
  photos: {
    zh: "照片：已到 {atOffice}/{total}，已备份 {settled}，被退 {refused}，留在手机 {left}，字节 {bytesSent}/{bytes}",
    en: "Photos: received {atOffice}/{total}, in a backup {settled}, refused {refused}, left here {left}, bytes {bytesSent}/{bytes}",
  },
  saveData: { zh: "照片在等 Wi-Fi", en: "Photos wait for Wi-Fi" },
  pulled: { zh: "台账备份到：{settled}", en: "Backed up to: {settled}" },
  pulling: { zh: "正在重新取回全部记录", en: "Fetching all records anew" },
  clockRight: { zh: "手机时间：准", en: "Clock: right" },
  clockBehind: { zh: "手机时间：比服务器慢 {seconds} 秒", en: "Clock: {seconds} s behind the server" },
  kept: { zh: "存储：浏览器答应长期保存", en: "Storage: promised to be kept" },
  lent: { zh: "存储：浏览器没有答应长期保存", en: "Storage: not promised to be kept" },
  unknown: { zh: "存储：浏览器没说会不会长期保存", en: "Storage: the browser does not say whether it is kept" },
  room: { zh: "占用：{used}/{room} 字节", en: "Used: {used} of {room} bytes" },
  ledger: { zh: "台账核对不上：{what}", en: "Ledger does not fit: {what}" },
  troubles: { zh: "最近的问题：", en: "Last troubles:" },
  times: {
    zh: (p: { times: number }) => `${p.times} 次`,
    en: (p: { times: number }) => counted(p.times, "time"),
  },
});
