import { room } from "./catalogue.ts";

/** The owner, the device, its settings. */
export const me = room({
  language: { zh: "语言", en: "Language" },
});
