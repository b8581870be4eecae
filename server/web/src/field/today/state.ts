/**
 * What waits for a person today: diaries to write, and what came back; findings stand in `findings.ts`. Pure
 * functions over what was recorded; nobody ever writes a state down.
 */

import { type RecordState, headsOf } from "../../protocol/record.ts";
import type { Schema } from "../../protocol/schema.ts";
import { SIGNOFFS, type Signoff, readSignoff, standing } from "../../protocol/signoff.ts";
import { isText } from "../../protocol/values.ts";
import type { FieldName, Head, Uuid, Value } from "../../protocol/wire.ts";
import { forceOf } from "../../protocol/withdrawal.ts";
import type { Held } from "../../sync/phone.ts";
import { dayInChina, daysFrom } from "../form/days.ts";

/** A role held at a scope, as `GET /api/v1/me` names it: `school_team` at `project:<id>`. */
export interface HeldRole {
  role: string;
  scope: string;
}

/** All values that stand in a field: more than one while it is in conflict. */
export function valuesOf(record: RecordState, name: FieldName): Value[] {
  return headsOf(record, name).map((head) => head.value);
}

export function textsOf(record: RecordState, name: FieldName): string[] {
  return valuesOf(record, name).filter(isText);
}

export function inForce(records: RecordState[], schema: Schema): RecordState[] {
  return records.filter((record) => forceOf(record, schema) !== "withdrawn");
}

// Projects -----------------------------------------------------------------------------------------

/** The roles whose duty the diary is. */
const DIARISTS: readonly string[] = ["school_team", "principal"];

/** The projects that somebody has in one of those roles, by their own scope or their school's. */
export function projectsOf(roles: HeldRole[], projects: RecordState[], among?: readonly string[]): RecordState[] {
  const scopes = roles.filter(({ role }) => among === undefined || among.includes(role));
  const has = (scope: string) => scopes.some((held) => held.scope === scope);
  return projects.filter(
    (project) =>
      has(`project:${project.id}`) || textsOf(project, "school").some((school) => has(`school:${school}`)),
  );
}

/** The projects whose diary somebody writes. */
export function diaryProjects(roles: HeldRole[], projects: RecordState[]): RecordState[] {
  return projectsOf(roles, projects, DIARISTS);
}

// Required days ------------------------------------------------------------------------------------

/** What was recorded of one project. */
export interface ProjectRecords {
  diaries: RecordState[];
  stages: RecordState[];
  acceptances: RecordState[];
  suspensions: RecordState[];
}

/**
 * The days up to today on which the office asks for a diary: from the start of the works to their
 * acceptance, without suspensions, and none from before the project came into the ledger, whose diaries
 * are on paper. The server reckons its rates by the same days (`programme/view.rs`). While people differ
 * about one of these, what asks for more days counts.
 */
export function requiredDays(project: RecordState, records: ProjectRecords, schema: Schema, today: string): string[] {
  const started = startedOn(records, schema);
  if (started === undefined) {
    return [];
  }
  const known = knownSince(project);
  const accepted = acceptedOn(records, schema);
  const start = known !== undefined && started < known ? known : started;
  const end = accepted !== undefined && accepted < today ? accepted : today;
  return daysFrom(start, end).filter((day) => !isSuspended(records.suspensions, day));
}

/**
 * The day on which the project was first written down. Of the change that began it some head stands, but
 * where every single one of its fields was corrected since.
 */
function knownSince(project: RecordState): string | undefined {
  const heads = [...project.fields.values()].flatMap(({ heads }) => heads);
  const first = heads.reduce<Head | undefined>(
    (first, head) => (first === undefined || (head.seq ?? Infinity) < (first.seq ?? Infinity) ? head : first),
    undefined,
  );
  return first && dayInChina(first.made_at);
}

/** The first day of the works. */
function startedOn({ stages }: ProjectRecords, schema: Schema): string | undefined {
  return datesOfStage(stages, "开工", schema)[0];
}

/** The last day on which the works were accepted: by the stage, or by what the parties found together. */
function acceptedOn({ stages, acceptances }: ProjectRecords, schema: Schema): string | undefined {
  const isPassed = (acceptance: RecordState) => {
    const conclusions = valuesOf(acceptance, "conclusion");
    return conclusions.length > 0 && conclusions.every((conclusion) => conclusion === "合格");
  };
  const found = acceptances.filter(isPassed).flatMap((acceptance) => textsOf(acceptance, "date"));
  return [...datesOfStage(stages, "竣工验收", schema), ...found].sort().pop();
}

/** The days on which a stage was reached, the first one first. Where people differ, the less was reached. */
function datesOfStage(events: RecordState[], stage: string, schema: Schema): string[] {
  const inOrder = schema.choices("stage").map(({ code }) => code);
  const isOf = (event: RecordState) => inOrder.find((code) => valuesOf(event, "stage").includes(code)) === stage;
  return events.filter(isOf).flatMap((event) => textsOf(event, "date")).sort();
}

/** Whether the works stand still that day by order: surely, whichever of two dates in conflict holds. */
function isSuspended(suspensions: RecordState[], day: string): boolean {
  return suspensions.some((suspension) => {
    const from = textsOf(suspension, "from").sort().pop();
    const to = textsOf(suspension, "to").sort()[0];
    return from !== undefined && from <= day && (to === undefined || day <= to);
  });
}

/** How a day's diary stands. */
type DiaryStanding =
  | "none"
  /** Something was saved, and something is missing. */
  | "incomplete"
  | "submitted"
  | "confirmed"
  /** The principal or the office sent it back, and nothing was mended since. */
  | "returned"
  /** It was signed, and has changed since. */
  | "changed_since_signed";

/** How a diary stands, by what was recorded. */
export function diaryStanding(diary: RecordState | undefined, schema: Schema): DiaryStanding {
  if (diary === undefined || forceOf(diary, schema) === "withdrawn") {
    return "none";
  }
  if (returnOf(diary, schema) !== undefined) {
    return "returned";
  }
  if (schema.missing(diary).length > 0) {
    return "incomplete";
  }
  const confirmed = signoffsOf(diary).filter(({ signoff }) => signoff.verdict === "confirmed" || signoff.verdict === "approved");
  if (confirmed.length === 0) {
    return "submitted";
  }
  const holds = confirmed.some(({ signoff }) => standing(signoff, diary, schema) === "current");
  return holds ? "confirmed" : "changed_since_signed";
}

export interface ProjectToday {
  project: RecordState;
  today: DiaryStanding;
  /** Whether the works stand still today by order. */
  suspended: boolean;
  /** Whether today needs a diary. */
  required: boolean;
  /** The days that lack a submitted diary and for which the office asks for one, the latest first. */
  missed: string[];
}

/** How a project's diaries stand today. */
export function projectToday(
  project: RecordState,
  records: ProjectRecords,
  schema: Schema,
  today: string,
): ProjectToday {
  const kept: ProjectRecords = {
    diaries: inForce(records.diaries, schema),
    stages: inForce(records.stages, schema),
    acceptances: inForce(records.acceptances, schema),
    suspensions: inForce(records.suspensions, schema),
  };
  const byDay = new Map(kept.diaries.flatMap((diary) => textsOf(diary, "date").map((day) => [day, diary] as const)));
  const required = requiredDays(project, kept, schema, today);
  const suspended = isSuspended(kept.suspensions, today);
  // Where nobody recorded the start, the office counts no day yet; who writes all the same goes on writing.
  const goesOn = startedOn(kept, schema) === undefined && acceptedOn(kept, schema) === undefined && byDay.size > 0 && !suspended;
  const isLacking = (day: string) => ["none", "incomplete"].includes(diaryStanding(byDay.get(day), schema));
  return {
    project,
    today: diaryStanding(byDay.get(today), schema),
    suspended,
    required: required.includes(today) || goesOn,
    missed: required.filter((day) => day < today && isLacking(day)).reverse(),
  };
}

// What came back -----------------------------------------------------------------------------------

/** A signature and who gave it when. */
export interface Signed {
  signoff: Signoff;
  head: Head;
}

/** The signatures in a record, in ledger order. */
export function signoffsOf(record: RecordState): Signed[] {
  return headsOf(record, SIGNOFFS).flatMap((head) => {
    const signoff = readSignoff(head.value);
    return signoff === undefined ? [] : [{ signoff, head }];
  });
}

/** The return that nobody has answered yet: nothing was mended since, and nobody confirmed it since. */
export function returnOf(record: RecordState, schema: Schema): Signed | undefined {
  const last = signoffsOf(record)
    .filter(({ signoff }) => signoff.verdict !== "signed")
    .pop();
  const isOpen = last?.signoff.verdict === "returned" && standing(last.signoff, record, schema) === "current";
  return isOpen ? last : undefined;
}

/** Who wrote something that stands in a record. */
export function authorsOf(record: RecordState): Set<Uuid> {
  return new Set([...record.fields.values()].flatMap(({ heads }) => heads.map((head) => head.by)));
}

/** Something that came back to a person. */
export type CameBack =
  | { kind: "returned"; record: RecordState; by: string; note: string; at: string }
  /** The office holds a change, or refused it with a reason. */
  | { kind: "held"; held: Held };

/** Whether its author has written all of a refused change anew since: then nobody needs to be told again. */
function isAnswered({ change, refused }: Held, record: RecordState | undefined, me: Uuid): boolean {
  const isWrittenAnew = (name: FieldName) =>
    record !== undefined &&
    headsOf(record, name).some((head) => head.by === me && Date.parse(head.made_at) > Date.parse(change.made_at));
  return refused !== undefined && change.edits.length > 0 && change.edits.every((edit) => isWrittenAnew(edit.field));
}

/** What came back: returns in records that the person wrote in or writes for, and changes that are held. */
export function cameBack(
  records: RecordState[],
  held: Held[],
  isMine: (record: RecordState) => boolean,
  schema: Schema,
  me: Uuid,
): CameBack[] {
  const returned = records.filter(isMine).flatMap((record): CameBack[] => {
    const last = returnOf(record, schema);
    // Who sent it back waits for others.
    return last === undefined || last.head.by === me
      ? []
      : [{ kind: "returned", record, by: last.head.by_name, note: last.signoff.note ?? "", at: last.head.made_at }];
  });
  const open = held.filter((held) => {
    const record = records.find((record) => record.id === held.change.record);
    return !isAnswered(held, record, me);
  });
  return [...open.map((held): CameBack => ({ kind: "held", held })), ...returned];
}
