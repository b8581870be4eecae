/** What the server answers of a school and of a project. */

import type { Uuid } from "../../protocol/wire.ts";

/** A school and what stands out about it: a line of `GET /api/v1/schools`. */
export interface SchoolLine {
  id: Uuid;
  county: string;
  name: string;
  township?: string;
  category?: string;
  pupils?: number;
  /** In WGS-84. */
  place?: { lat: number; lon: number; taken_in: "wgs84" | "gcj02" | "unknown" };
  /** Its inspection zones. */
  zones: Uuid[];
  projects: number;
  under_way: number;
  completed: number;
  findings_open: number;
  findings_overdue: number;
  silent?: { projects: number; days?: number };
  last_diary?: string;
  inspections: number;
  last_inspection?: { day: string; record: Uuid };
}

/** `GET /api/v1/schools`. */
export interface Schools {
  at: string;
  from: string;
  schools: SchoolLine[];
}

export interface PersonInCharge {
  name: string;
  role: string;
  zh: string;
  en: string;
  project?: Uuid;
}

export interface ProjectLine {
  id: Uuid;
  name: string;
  class?: "building" | "equipment";
  work_type?: string;
  plan_year?: number;
  in_plan: boolean;
  state?: string;
  image_progress?: string;
  planned_area: number;
  completed_area: number;
  due?: string;
  behind: boolean;
  irregular: number;
  findings_open: number;
  findings_overdue: number;
  items: number;
  items_accepted: number;
  lead_official?: string;
}

interface SheetOf {
  code: string;
  name: string;
}

/** `GET /api/v1/schools/{id}`. */
export interface SchoolSheet {
  at: string;
  from: string;
  county: SheetOf;
  school: SchoolLine;
  code?: string;
  boarders?: number;
  township?: string;
  central_school?: { id: Uuid; name: string };
  zones: { id: Uuid; name: string; inspection: boolean; inspectors: string[] }[];
  projects: ProjectLine[];
  people: PersonInCharge[];
}

export interface ProjectStep {
  stage: string;
  reached?: { record: Uuid; day: string; shown: boolean; certified: boolean };
  papers: { name: string; there: boolean }[];
}

/** Something that is not as the rules have it. */
export type Irregularity =
  | { irregular: "stage_skipped"; missing: string; reached: string }
  | { irregular: "out_of_order"; before: string; after: string }
  | { irregular: "dossier_incomplete"; stage: string; document: string }
  | { irregular: "no_evidence"; stage: string }
  | { irregular: "grave_findings_open"; findings: number }
  | { irregular: "party_missing"; party: string };

export interface ContractLine {
  id: Uuid;
  number?: string;
  name: string;
  sort?: string;
  party?: string;
  amount: number;
  projects: number;
  works: boolean;
  start?: string;
  end?: string;
}

export interface MonthReached {
  record: Uuid;
  month: string;
  image_progress?: string;
  completed_area: number;
  invested: number;
  certified: boolean;
  delay_reason?: string;
}

export interface ProjectMoney {
  sources: { source: string; planned: number; received: number; paid: number }[];
  contracted: number;
  certified: number;
  paid: number;
  waiting: { record: Uuid; day: string; amount: number; payee?: string; education: boolean; finance: boolean }[];
}

export interface Schedule {
  started_on?: string;
  accepted_on?: string;
  start?: string;
  end?: string;
  planned: number;
  earned: number;
  lag: number;
  behind: boolean;
}

/** `GET /api/v1/projects/{id}`. */
export interface ProjectSheet {
  at: string;
  county: SheetOf;
  id: Uuid;
  name: string;
  school: { id: Uuid; name: string };
  township?: string;
  class?: "building" | "equipment";
  work_type?: string;
  plan?: { id: Uuid; name: string; version: string; stands: boolean };
  plan_year?: number;
  lead_official?: string;
  planned_area: number;
  started_area: number;
  completed_area: number;
  state?: string;
  steps: ProjectStep[];
  next?: { stage: string; lacks: Irregularity[] };
  irregular: Irregularity[];
  parties: { party: string; gave: boolean }[];
  contracts: ContractLine[];
  schedule: Schedule;
  months: MonthReached[];
  stood_still: { record: Uuid; from: string; to?: string }[];
  money: ProjectMoney;
  diaries: { asked: number; written: number; in_time: number };
  findings: { found: number; open: number; overdue: number; grave: number };
  disputed: boolean;
  people: PersonInCharge[];
}
