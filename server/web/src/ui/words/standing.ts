import { room } from "./catalogue.ts";

/** How a finding stands, on the phone, at the desk and in the office's reports (`reports/words.rs`). */
export const standing = room({
  issued: { zh: "待整改", en: "To be rectified" },
  acknowledged: { zh: "已签收，待整改", en: "Acknowledged" },
  claimed: { zh: "已整改，待复查", en: "To be verified" },
  rejected: { zh: "复查不通过", en: "Not passed" },
  closed: { zh: "已销号", en: "Closed" },
});
