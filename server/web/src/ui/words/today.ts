import { room } from "./catalogue.ts";

/** What is to be done today. */
export const today = room({
  empty: { zh: "这里会列出你负责的工程", en: "Your projects will be listed here" },
  emptyWhy: {
    zh: "连上网络、同步一次之后就能看到。",
    en: "They appear once this phone was online and synced.",
  },
});
