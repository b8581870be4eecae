import { room } from "./catalogue.ts";

/** Records: lists of them, and one read. */
export const record = room({
  empty: { zh: "还没有记录", en: "No records yet" },
  emptyWhy: {
    zh: "写好的日志和检查、办公室发来的问题都会在这里。",
    en: "Diaries and inspections that you write, and findings from the office, will be here.",
  },
});
