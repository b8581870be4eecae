/** Which figures stand where on the dashboard. */

/** What a leader asks first. */
export const HEADLINES = ["started_rate", "completed_rate", "equipment_rate", "funds_received_rate", "diary_recorded_in_time", "findings_overdue"] as const;

export interface Section {
  is: "buildings" | "equipment" | "funds" | "findings" | "diaries" | "grid" | "health";
  of: readonly string[];
}

export const SECTIONS: readonly Section[] = [
  {
    is: "buildings",
    of: ["planned_area", "started_area", "started_rate", "completed_area", "completed_rate", "projects", "covered_schools", "projects_started_rate", "projects_completed_rate", "invested", "schedule_lag", "projects_behind", "projects_without_plan", "projects_of_another_plan"],
  },
  { is: "funds", of: ["funds_planned", "funds_received", "funds_received_rate", "funds_paid", "funds_paid_rate", "payment_gap", "projects_paid_ahead", "projects_paid_short", "payments_waiting"] },
  {
    is: "findings",
    of: ["findings", "findings_open", "findings_open_grave", "findings_overdue", "findings_to_verify", "rectification_rate", "closed_on_time_rate", "verified_within_30_days", "days_to_close", "findings_repeated"],
  },
  {
    is: "diaries",
    of: ["diary_coverage", "diary_recorded_in_time", "diary_delivered_in_time", "photo_evidence", "diaries_missing", "diaries_late", "diaries_to_confirm", "diaries_returned", "diaries_changed_since_confirmed"],
  },
  { is: "equipment", of: ["equipment_planned", "equipment_accepted", "equipment_rate", "equipment_projects_rate"] },
  { is: "grid", of: ["inspector_coverage", "inspections_this_month", "baseline_met", "schools_without_zone", "schools_in_two_zones"] },
  { is: "health", of: ["delivery_hours", "photos_outstanding", "projects_silent"] },
];

/** What is told only where there is any of it. */
export const ONLY_IF_ANY: readonly string[] = ["projects_without_plan", "projects_of_another_plan", "schools_in_two_zones"];

/** The columns by which groups are compared. */
export const COMPARED = ["started_rate", "completed_rate", "equipment_rate", "funds_received_rate", "diary_recorded_in_time", "rectification_rate", "findings_open", "findings_overdue", "projects_behind"] as const;
