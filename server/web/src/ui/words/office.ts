import { counted, room } from "./catalogue.ts";

/** The office's door and frame. */
export const office = room({
  title: { zh: "工地台账 · 办公室", en: "SiteLedger · Office" },
  short: { zh: "工地台账", en: "SiteLedger" },

  // The door
  doorWhy: { zh: "县里的办公室、督导、财政和审计从这里进。", en: "For the county’s offices, inspectors, finance and auditors." },
  toPhone: { zh: "写日志请用手机页面", en: "To write diaries, use the phone’s pages" },
  username: { zh: "登录名", en: "Sign-in name" },
  password: { zh: "密码", en: "Password" },
  totp: { zh: "动态验证码（6 位数字）", en: "One-time code, six digits" },
  signIn: { zh: "登录", en: "Sign in" },
  entering: { zh: "正在登录…", en: "Signing in…" },
  noLine: { zh: "连不上服务器", en: "The server cannot be reached" },
  anothers: { zh: "这台电脑上还有{name}没送到的内容", en: "Work of {name} on this computer has not arrived yet" },
  anothersWhy: {
    zh: ({ name, count }: { name: string; count: number }) => `${count} 项还没送到服务器。请${name}先登录，等它们送到，再换人。`,
    en: ({ name, count }: { name: string; count: number }) => `${counted(count, "item")} not at the server yet. Let ${name} sign in first until all of it has arrived.`,
  },
  othersDrafts: { zh: "{name}在这台电脑上有没保存的草稿", en: "{name} left unsaved drafts on this computer" },
  othersDraftsWhy: { zh: "换人登录会清掉它们。", en: "They go when somebody else signs in." },
  throwDraftsAway: { zh: "清掉草稿并登录", en: "Throw them away and sign in" },
  signedOutTitle: { zh: "请重新登录", en: "Please sign in again" },
  signedOutWhy: { zh: "登录已过期。页面上写的都还在，登录后接着办。", en: "The session has ended. All that is on the page stays; sign in and go on." },
  signOut: { zh: "退出登录", en: "Sign out" },
  leaveWhy: { zh: "保存过的都已送到服务器。退出后，这台电脑上不留任何内容。", en: "All that was saved has arrived. Nothing of it stays on this computer." },
  draftsGo: {
    zh: ({ count }: { count: number }) => `还有 ${count} 份没保存的草稿，退出后就没有了。`,
    en: ({ count }: { count: number }) => `${counted(count, "unsaved draft")} will be gone.`,
  },
  signOutNow: { zh: "退出", en: "Sign out" },
  unsent: {
    zh: ({ count }: { count: number }) => `还有 ${count} 项没送到服务器`,
    en: ({ count }: { count: number }) => `${counted(count, "item")} not at the server yet`,
  },
  unsentWhy: { zh: "现在退出会丢。请等网络恢复，送到后再退。", en: "Signing out now would lose it. Wait for the network, then sign out." },
  stillIn: { zh: "没能通知服务器，所以还没有退出。请恢复网络后再试。", en: "The server could not be told, so you are still signed in. Try again once there is a network." },

  // The frame
  places: { zh: "主要页面", en: "Main pages" },
  menu: { zh: "菜单", en: "Menu" },
  skip: { zh: "跳到正文", en: "Skip to the page" },
  desk: { zh: "案头", en: "Desk" },
  held: { zh: "待处理箱", en: "Held box" },
  roles: { zh: "身份", en: "Roles" },
  language: { zh: "语言", en: "Language" },
  keys: { zh: "按键", en: "Keys" },
  asOf: { zh: "截至 {at}", en: "As of {at}" },
  asOfNoLine: { zh: "截至 {at}，网络断开", en: "As of {at}; no connection" },
  asOfBusy: { zh: "截至 {at}。{why}", en: "As of {at}. {why}" },
  noLineNothing: { zh: "网络断开，这一页还没有看过的内容。", en: "No connection, and nothing of this page was seen before." },
  refusedTitle: { zh: "服务器没有给出这一页", en: "The server did not give this page" },
  notHere: { zh: "没有，或者不在您的范围内", en: "It is not there, or out of your scope" },
  backToDesk: { zh: "回到案头", en: "Back to the desk" },
  waitingToGo: {
    zh: ({ count }: { count: number }) => `${count} 项等待发送`,
    en: ({ count }: { count: number }) => `${counted(count, "item")} to be sent`,
  },
  allSent: { zh: "已全部送到", en: "All sent" },
  heldOfMine: {
    zh: ({ count }: { count: number }) => `您有 ${count} 项改动在待处理箱里`,
    en: ({ count }: { count: number }) => `${counted(count, "change")} of yours in the held box`,
  },
  lineTrouble: { zh: "网络断开，写的都存在这台电脑上", en: "No connection; what you write is kept here" },
  adminOnly: { zh: "系统管理员不看业务数据。", en: "System administrators read no records." },

  // Keys
  keysTitle: { zh: "键盘操作", en: "With the keyboard" },
  keyDown: { zh: "下一行", en: "Next line" },
  keyUp: { zh: "上一行", en: "Line before" },
  keyOpen: { zh: "打开", en: "Open" },
  keyBack: { zh: "回到清单", en: "Back to the list" },
  keyNext: { zh: "下一份", en: "Next record" },
  keyBefore: { zh: "上一份", en: "Record before" },
  keyConfirm: { zh: "确认、签字", en: "Confirm, sign" },
  keyReturn: { zh: "退回", en: "Send back" },
  keyEdit: { zh: "修改", en: "Edit" },
  keySettle: { zh: "处理冲突", en: "Settle conflicts" },
  keyPhotos: { zh: "看照片", en: "See the photos" },
  keySave: { zh: "保存正在写的", en: "Save what is being written" },
  keyDesk: { zh: "案头", en: "Desk" },
  keySearch: { zh: "查找", en: "Search" },
  keyHelp: { zh: "显示这些按键", en: "Show these keys" },

  // Walking through a list
  inList: { zh: "{title} {at}/{of}", en: "{title} {at}/{of}" },
  next: { zh: "下一份", en: "Next" },
  before: { zh: "上一份", en: "Before" },
  toList: { zh: "回到清单", en: "Back to the list" },
  done: { zh: "已保存，接着下一份", en: "Saved; here is the next" },
});
