import { room } from "./catalogue.ts";

/** Forms: writing a record. */
export const form = room({
  empty: { zh: "从“今天”开始写", en: "Begin from Today" },
});
