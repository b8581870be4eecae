import { room } from "./catalogue.ts";

/** The frame around every page. */
export const frame = room({
  app: { zh: "工地台账", en: "SiteLedger" },
  today: { zh: "今天", en: "Today" },
  records: { zh: "记录", en: "Records" },
  sync: { zh: "同步", en: "Sync" },
  me: { zh: "我的", en: "Me" },
  places: { zh: "主要页面", en: "Main pages" },
  opening: { zh: "正在打开…", en: "Opening…" },
  openingSlow: {
    zh: "正在打开…要是很久都没好，请关掉这个网页的其他窗口，再重新打开。",
    en: "Opening… If it takes long, close other windows of this page and open it again.",
  },
  back: { zh: "返回", en: "Back" },
  close: { zh: "关闭", en: "Close" },
  notThere: { zh: "没有这一页", en: "There is no such page" },
  notThereWhy: {
    zh: "链接可能写错了，或者这一页在新版本里换了地方。",
    en: "The link may be wrong, or the page has moved in a newer version.",
  },
  toToday: { zh: "回到今天", en: "Back to today" },
  broke: { zh: "这一页出错了", en: "This page broke" },
  brokeWhy: {
    zh: "写好的内容都还在这台手机上，什么也没有丢。请重新打开；还不行就把“我的 → 联系技术支持”那一页发给办公室。",
    en: "All that you wrote is still on this phone; nothing was lost. Please open it again; if that does not help, send the page “Me → Support” to the office.",
    atDesk: { zh: "保存过和写了一半的都还在这台电脑上，什么也没有丢。请重新打开；还不行就告诉系统管理员。", en: "All that you saved or began is still on this computer; nothing was lost. Please open it again; if that does not help, tell the administrator." },
  },
  noStorage: { zh: "这个浏览器不让网页存东西", en: "This browser lets pages store nothing" },
  noStorageWhy: {
    zh: "多半是无痕模式，或者手机空间满了。请在普通窗口里打开，或腾出一些空间再试。以前写好的内容不会因此丢失。",
    en: "Perhaps it is a private window, or the phone is full. Open it in an ordinary window, or make some room and try again. What you wrote before is not lost by this.",
  },
  noRoom: { zh: "手机存不下了", en: "The phone has no room left", atDesk: { zh: "这台电脑存不下了", en: "The computer has no room left" } },
  noRoomWhy: {
    zh: "请在手机里清理一些空间，再点一次。以前写好的都在，没有丢。",
    en: "Make some room on the phone, then tap again. All that you wrote before is there; nothing is lost.",
    atDesk: { zh: "请清理一些空间，再点一次。以前写好的都在，没有丢。", en: "Make some room, then try again. All that you wrote before is there; nothing is lost." },
  },
  storageGone: { zh: "手机暂时存不了东西", en: "The phone cannot store anything just now", atDesk: { zh: "这台电脑暂时存不了东西", en: "The computer cannot store anything just now" } },
  storageGoneWhy: {
    zh: "以前存好的都在。刚写的还在这一页上：先抄下来或截个图，再重新打开。",
    en: "What was kept before is safe. What you wrote just now is on this page alone: note it down or take a screenshot, then open the page again.",
  },
  tooNew: { zh: "这个版本太旧，读不了手机里的内容", en: "This version is too old for what is on the phone" },
  tooNewWhy: {
    zh: "手机里的内容是更新的版本存的，都还在，什么也没丢。请连上网络重新打开；还不行就给办公室打电话，请他们把服务器更新到原来的新版本。不要清除浏览器数据。",
    en: "A newer version stored what is on the phone; all of it is still there and nothing is lost. Connect and open it again; if that does not help, call the office and ask them to bring the newer version back. Do not clear the browser's data.",
  },
  updateReady: { zh: "新版本准备好了", en: "A new version is ready" },
  updateWhy: { zh: "更新不会动您写的内容。", en: "Updating touches nothing that you wrote." },
  updateNow: { zh: "现在更新", en: "Update now" },
  updateAwaits: { zh: "等同步完成、写完手上的就更新", en: "Updating when this sync is through and nobody is writing" },
  updateTaking: { zh: "正在更新…", en: "Updating…" },
  updateElsewhere: { zh: "另一个窗口已更新，请重新打开这一页", en: "Another window was updated; please open this page again" },
  again: { zh: "重新打开", en: "Open again" },
});
