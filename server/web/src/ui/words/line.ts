import { room } from "./catalogue.ts";

/** The line to the office: what is written, on its way, there, settled. */
export const line = room({
  empty: { zh: "还没有要发送的内容", en: "Nothing to send yet" },
  emptyWhy: {
    zh: "写好的内容先存在手机里，有网络时自动发送。",
    en: "What you write is kept on the phone first and sent by itself when there is a network.",
  },
});
