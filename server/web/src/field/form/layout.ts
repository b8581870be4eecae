/** How a form is laid out: which fields stand together, and in which dress, kind by kind. */

import type { Field, Kind } from "../../protocol/schema.ts";
import type { form as words } from "../../ui/words/form.ts";

/** A part of a form under a heading. */
export interface Section {
  /** A word of the catalogue. */
  title: keyof typeof words;
  fields: string[];
  /** Folded away until somebody wants it, or something stands in it. */
  folded?: boolean;
}

/** Fields that a form never shows as such: where it belongs, what others say of it, what it is signed with. */
const NOT_WRITTEN = ["school", "project", "county", "withdrawn", "signoffs", "late_reason"];

const LAYOUTS: Readonly<Record<string, Section[]>> = {
  diary: [
    { title: "secDay", fields: ["date", "work_status", "idle_reason", "weather_am", "weather_pm"] },
    { title: "secThree", fields: ["isolation_ok", "safety_ok", "quality_ok"] },
    { title: "secWork", fields: ["progress_text", "parts", "image_progress", "crew", "supervisor_present"] },
    { title: "secPhotos", fields: ["photos"] },
    {
      title: "secMore",
      fields: ["problems", "machines", "materials", "supervision", "visitors", "temp_min", "temp_max", "progress_bp", "remarks", "on_behalf_of"],
      folded: true,
    },
  ],
  inspection: [
    { title: "secVisit", fields: ["date", "theme", "checklist", "team", "arrived_at", "left_at"] },
    { title: "secItems", fields: ["isolation_ok", "items"] },
    { title: "secConclusion", fields: ["conclusion", "feedback", "score", "photos", "remarks", "on_behalf_of"] },
  ],
  finding: [
    { title: "secFound", fields: ["description", "photos", "category", "severity", "deadline", "responsible"] },
    { title: "secMore", fields: ["source", "part", "basis", "found_on", "remarks", "on_behalf_of"], folded: true },
  ],
  rectification: [
    { title: "secBeforeAfter", fields: ["before", "after"] },
    { title: "secMeasures", fields: ["measures", "done_on", "cost"] },
    { title: "secMore", fields: ["photos", "remarks", "on_behalf_of"], folded: true },
  ],
  verification: [
    { title: "secVerify", fields: ["result", "date", "note", "photos"] },
    { title: "secMore", fields: ["remarks", "on_behalf_of"], folded: true },
  ],
  equipment_receipt: [
    { title: "secGoods", fields: ["item", "date", "delivered_qty", "accepted_qty"] },
    { title: "secCompare", fields: ["matches_contract", "matches_sample", "seal_intact"] },
    { title: "secPhotos", fields: ["box_photos", "plate_photos", "sample_photos"] },
    { title: "secMore", fields: ["sample", "note", "photos", "remarks", "on_behalf_of"], folded: true },
  ],
  progress_report: [
    { title: "secProgress", fields: ["month", "image_progress", "started_area", "completed_area", "invested", "delay_reason"] },
    { title: "secMore", fields: ["photos", "remarks", "on_behalf_of"], folded: true },
  ],
  fund_event: [
    { title: "secNeeded", fields: ["type", "source", "amount", "date", "payee", "contract", "voucher"] },
    { title: "secMore", fields: ["reverses", "photos", "remarks", "on_behalf_of"], folded: true },
  ],
  // Its figures, and where they were taken, come from the ledger and from no hand.
  bulletin: [
    { title: "secNeeded", fields: ["number", "version", "period", "text"] },
    { title: "secMore", fields: ["corrects", "photos", "remarks", "on_behalf_of"], folded: true },
  ],
};

/** Which fields are not asked in a form because it was begun from what they refer to, or the ledger says them. */
const REFERRED: Readonly<Record<string, string[]>> = {
  finding: ["inspection", "item", "notice_no"],
  rectification: ["finding"],
  verification: ["finding", "rectification"],
  bulletin: ["cutoff", "figures", "published_on"],
};

/** The sections of a kind's form; of a kind without a layout, what is needed stands first. */
export function sectionsOf(kind: Kind): Section[] {
  const layout = LAYOUTS[kind.name];
  return layout ?? generic(kind);
}

function generic(kind: Kind): Section[] {
  const asked = kind.fields.filter(({ name }) => !NOT_WRITTEN.includes(name) && !isCorrection(kind, name));
  const common = ["photos", "remarks", "on_behalf_of"];
  const [needed, rest] = [
    asked.filter((field) => field.required !== "optional"),
    asked.filter((field) => field.required === "optional" && !common.includes(field.name)),
  ];
  const names = (fields: Field[]) => fields.map((field) => field.name);
  // Where nothing but a day is needed, what it is about is not folded away.
  const isBare = needed.every(({ type }) => type === "date" || type === "moment");
  const [open, folded] = isBare ? [[...needed, ...rest], []] : [needed, rest];
  const sections: Section[] = [
    { title: "secNeeded", fields: [...names(open), "photos"] },
    { title: "secMore", fields: [...names(folded), "remarks", "on_behalf_of"], folded: true },
  ];
  return sections.filter((section) => section.fields.length > 0);
}

/** Whether the field says why a signed record was changed: asked only then. */
function isCorrection(kind: Kind, name: string): boolean {
  return name === "reason" && kind.fields.some((field) => field.name === "reason" && field.talk === true);
}

/** The field whose photos come first in a form of that kind. */
export function firstPhotoField(kind: Kind): string | undefined {
  const photos = kind.fields.filter((field) => field.type === "photo").map((field) => field.name);
  return sectionsOf(kind)
    .flatMap((section) => section.fields)
    .find((name) => photos.includes(name));
}

/** The fields that a form of that kind leaves to where it was begun. */
export function referredFields(kind: string): string[] {
  return REFERRED[kind] ?? [];
}

/** The fields that are asked as a large question. */
export const LARGE_QUESTIONS: readonly string[] = [
  ...["isolation_ok", "safety_ok", "quality_ok", "matches_contract", "matches_sample", "seal_intact"],
  "result",
];

/** The photo category that a picture in that field is filed under from the start. */
export const CATEGORY_OF_FIELD: Readonly<Record<string, string>> = {
  before: "问题",
  after: "整改后",
  box_photos: "开箱",
  plate_photos: "铭牌",
  sample_photos: "样品",
  plaque_photos: "永久标牌",
};

/** The photo category that a picture among the photos of that kind is filed under from the start. */
export const CATEGORY_OF_KIND: Readonly<Record<string, string>> = {
  diary: "形象进度",
  finding: "问题",
  verification: "整改后",
  equipment_receipt: "到货",
  acceptance: "验收",
  concealed_acceptance: "隐蔽",
};
