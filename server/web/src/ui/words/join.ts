import { room } from "./catalogue.ts";

/** Making this somebody's phone. */
export const join = room({
  title: { zh: "登记这台手机", en: "Enrol this phone" },
});
