import { room } from "./catalogue.ts";

/** Making this somebody's phone: the code, the camera, storage, the home screen. */
export const join = room({
  title: { zh: "登记这台手机", en: "Enrol this phone" },
  what: {
    zh: "登记一次就行。之后没有信号也能写日志、拍照片，有信号时自动交到办公室。",
    en: "Once is enough. After that you write and take photos without signal, and it goes to the office when there is one.",
  },
  code: { zh: "登记码", en: "Enrolment code" },
  codeHint: {
    zh: "办公室给的 8 位码，15 分钟内有效；也可以粘贴收到的链接",
    en: "The 8 characters from the office, good for 15 minutes; or paste the link that you got",
  },
  codeThere: { zh: "已从链接读到登记码", en: "The code came with the link" },
  device: { zh: "这台手机叫什么", en: "What to call this phone" },
  deviceHint: {
    zh: "办公室用它分清您的几台手机",
    en: "By this the office tells your phones apart",
  },
  android: { zh: "安卓手机", en: "Android phone" },
  ios: { zh: "苹果手机", en: "iPhone" },
  other: { zh: "电脑", en: "Computer" },
  scan: { zh: "扫二维码", en: "Scan the QR code" },
  scanning: { zh: "把二维码放进画面里", en: "Hold the QR code in the picture" },
  stopScanning: { zh: "不扫了，改为输入", en: "Stop, type instead" },
  noCamera: {
    zh: "没能打开相机。可以输入 8 位登记码，或者用手机自带的相机扫码打开链接。",
    en: "The camera did not open. Type the 8 characters, or scan with the phone's own camera app.",
  },
  enrol: { zh: "登记", en: "Enrol" },
  enrolling: { zh: "正在登记…", en: "Enrolling…" },
  half: { zh: "登记码是 8 位，还没有输完", en: "A code has 8 characters; this one is not whole yet" },
  failed: { zh: "没有登记成", en: "It was not enrolled" },
  newCode: { zh: "请向办公室要一个新的登记码。", en: "Please ask the office for a new code." },
  stranger: {
    zh: "回答的不是办公室的服务器，多半是 Wi-Fi 要先登录。请打开浏览器登录 Wi-Fi，或改用手机流量，再试一次；登记码没有用掉。",
    en: "Something else answered for the office's server; most likely this Wi-Fi wants a sign-in first. Sign in to it or use mobile data, then try again; the code is not used up.",
  },
  noLine: {
    zh: "没有连上办公室的服务器。登记需要网络，请到有信号的地方再试；登记码没有用掉。",
    en: "The office's server was not reached. Enrolling needs a network; try again where there is signal. The code is not used up.",
  },
  notKept: {
    zh: "浏览器不让网页在手机里存东西（可能是无痕模式）。请用普通模式打开，否则写的内容存不住。",
    en: "The browser does not let pages store anything (perhaps a private window). Please open it in an ordinary window, or nothing you write would last.",
  },
  within: { zh: "请在系统浏览器中打开", en: "Please open it in the system browser" },
  wechat: {
    zh: "微信里打开的网页存不住内容。点右上角“…”，选“在浏览器打开”，再登记。",
    en: "Pages in WeChat do not keep what you write. Tap “…” at the top right, choose “Open in browser”, then enrol.",
  },
  otherApp: {
    zh: "别的应用里打开的网页存不住内容。请复制网址，到手机自带的浏览器里打开，再登记。",
    en: "Pages inside other apps do not keep what you write. Copy the address, open it in the phone's own browser, then enrol.",
  },
  copyAddress: { zh: "复制网址", en: "Copy the address" },
  copied: { zh: "已复制", en: "Copied" },
  notOffline: {
    zh: "这个浏览器不能离线打开网页：写的内容会存在手机里，但没有网络时打不开。请换用手机自带的浏览器或 Chrome，并用 https 网址。",
    en: "This browser cannot open pages offline: what you write is kept on the phone, but it does not open without a network. Use the phone's own browser or Chrome, and an https address.",
  },
  iosFirst: { zh: "苹果手机：先装到主屏幕，再登记", en: "iPhone: put it on the home screen first, then enrol" },
  iosFirstWhy: {
    zh: "苹果手机上，主屏幕上的和浏览器里的各存各的，浏览器里的几天不用还会被清掉。点下方的分享按钮，选“添加到主屏幕”；然后从主屏幕打开，粘贴登记码。",
    en: "On an iPhone the home screen and the browser keep things apart, and the browser clears its part after some days without use. Tap the share button, choose “Add to Home Screen”; then open it from there and paste the code.",
  },
  copyCode: { zh: "复制登记码", en: "Copy the code" },
  already: { zh: "这台手机已经登记给 {name}", en: "This phone is enrolled for {name} already" },
  alreadyWhy: {
    zh: "一台手机同时只能给一个人用。要换人，先在“我的”里退出。还是{name}本人、办公室又给了登记码的，可以在下面重新登记，手机里的内容都留着。",
    en: "A phone is one person's at a time. To hand it on, sign out under “Me” first. If it is still {name}'s and the office gave a new code, enrol again below; all that is on the phone stays.",
  },
  shutOut: { zh: "办公室停用了这台手机的登记", en: "The office ended this phone's enrolment" },
  shutOutWhy: {
    zh: "请{name}向办公室要一个新的登记码，在这里重新登记。手机里的记录、草稿和照片都留着，登记好就接着发送。",
    en: "{name} can ask the office for a new code and enrol again here. Entries, drafts and photos on the phone all stay, and are sent once it is enrolled.",
  },
  again: { zh: "重新登记这台手机", en: "Enrol this phone again" },
  enrolAgain: { zh: "重新登记", en: "Enrol again" },
  anothers: { zh: "这个登记码是另一个人的", en: "This code is for somebody else" },
  anothersWhy: {
    zh: "这台手机里是{name}写的内容，所以没有登记，登记码也没有用掉，什么也没丢。要换人用：先到“我的”里退出，没交到办公室的那里会让您先导出成文件；然后再用这个登记码。",
    en: "What is on this phone was written by {name}, so it was not enrolled; the code is not used up and nothing is lost. To hand the phone on, sign out under “Me” first: it lets you export what is not at the office yet. Then use this code.",
  },
  toMe: { zh: "去“我的”", en: "Go to “Me”" },
  hello: { zh: "{name}，登记好了", en: "{name}, you are enrolled" },
  helloWhy: {
    zh: "您的工程和日志正在取来。现在起没有信号也能写。",
    en: "Your projects and records are being fetched. From now on you can write without signal.",
  },
  kept: { zh: "手机会一直保存您写的内容", en: "The phone keeps what you write" },
  keptWhy: {
    zh: "浏览器答应长期保存，空间不够时也不会清掉。",
    en: "The browser promised to keep it, even when room runs out.",
  },
  lent: { zh: "浏览器没有答应长期保存", en: "The browser did not promise to keep it" },
  lentWhy: {
    zh: "平时不会丢；但手机空间用完、或者好多天不打开时，浏览器可能清掉还没有交到办公室的内容。请把它装到主屏幕再问一次，并且有网络时常打开看“同步”那一页。",
    en: "Usually nothing is lost; but when the phone runs out of room, or it is not opened for many days, the browser may clear what is not at the office yet. Put it on the home screen and ask again, and open “Sync” whenever there is a network.",
  },
  askAgain: { zh: "再问一次浏览器", en: "Ask the browser again" },
  homeScreen: { zh: "放到主屏幕", en: "Put it on the home screen" },
  homeScreenWhy: {
    zh: "以后像应用一样打开，也更不容易被浏览器清掉。",
    en: "It then opens like an app, and the browser is less likely to clear it.",
  },
  install: { zh: "现在添加", en: "Add it now" },
  installAndroid: {
    zh: "点浏览器右上角（或下方）的菜单“⋮”，选“添加到主屏幕”或“安装应用”。",
    en: "Open the browser's menu “⋮” and choose “Add to Home screen” or “Install app”.",
  },
  installIos: {
    zh: "点下方的分享按钮，选“添加到主屏幕”。",
    en: "Tap the share button below and choose “Add to Home Screen”.",
  },
  installOther: {
    zh: "在浏览器的菜单里选“安装”或“添加到桌面”。",
    en: "Choose “Install” in the browser's menu.",
  },
  installed: { zh: "已经在主屏幕上了", en: "It is on the home screen" },
  begin: { zh: "开始", en: "Begin" },
});
