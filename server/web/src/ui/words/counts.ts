/** How many records and photos, without what there is none of: `2 条记录、5 张照片`, `1 entry`. */

import { counted } from "./catalogue.ts";

export interface Count {
  records: number;
  photos: number;
}

export function countZh({ records, photos }: Count): string {
  return [records > 0 || photos === 0 ? `${records} 条记录` : "", photos > 0 ? `${photos} 张照片` : ""].filter(Boolean).join("、");
}

export function countEn({ records, photos }: Count): string {
  const all = [records > 0 || photos === 0 ? counted(records, "entry", "entries") : "", photos > 0 ? counted(photos, "photo") : ""];
  return all.filter(Boolean).join(" and ");
}
