/**
 * How findings stand, and for whom they wait to be mended or to be looked at again. Pure functions over what
 * was recorded.
 */

import { type RecordState, headsOf } from "../../protocol/record.ts";
import type { Schema } from "../../protocol/schema.ts";
import type { FieldName, Uuid } from "../../protocol/wire.ts";
import { forceOf } from "../../protocol/withdrawal.ts";
import { daysBetween } from "../form/days.ts";
import { type HeldRole, authorsOf, inForce, textsOf, valuesOf } from "./state.ts";

/** How a finding stands: what was said of it last decides. The server tells it by the same rules (`programme/states/finding.rs`). */
export type FindingStanding = "issued" | "acknowledged" | "claimed" | "rejected" | "closed";

/** The records that may speak of findings. */
export interface Said {
  rectifications: RecordState[];
  verifications: RecordState[];
  notices: RecordState[];
}

/** What became of a finding. */
export interface FindingState {
  finding: RecordState;
  standing: FindingStanding;
  /** The earliest deadline that stands in it. */
  deadline?: string;
  /** How many days it is over its deadline; 0 if it is not. */
  overdueDays: number;
  /** The attempts at it, in the order in which they came. */
  rectifications: RecordState[];
  /** The attempt that nobody has looked at yet. */
  unverified?: RecordState;
  /** Nobody has anything to do about it any more. */
  isWithdrawn: boolean;
}

/** How a finding stands, given all that may speak of it. */
export function findingState(finding: RecordState, said: Said, schema: Schema, today: string): FindingState {
  const ofIt = (records: RecordState[]) => inForce(records.filter((record) => textsOf(record, "finding")[0] === finding.id), schema).sort(inOrder);
  const attempts = ofIt(said.rectifications);
  const looks = ofIt(said.verifications).filter((look) => counts(look, attempts));
  const unverified = attempts.filter((attempt) => !isLookedAt(attempt, looks)).pop();
  const standing = standingOf(attempts, looks, () => inForce(said.notices, schema).some((notice) => isReceived(notice, finding)));
  const deadline = textsOf(finding, "deadline").sort()[0];
  const isWithdrawn = forceOf(finding, schema) === "withdrawn";
  const isOver = standing !== "closed" && !isWithdrawn && deadline !== undefined && deadline < today;
  return {
    finding,
    standing,
    ...(deadline === undefined ? {} : { deadline }),
    overdueDays: isOver ? daysBetween(deadline, today) : 0,
    rectifications: attempts,
    isWithdrawn,
    ...(unverified === undefined ? {} : { unverified }),
  };
}

/** The last look decides, unless nobody has looked at the last attempt; a finding that was closed is opened by a later look alone. */
function standingOf(attempts: RecordState[], looks: RecordState[], isAcknowledged: () => boolean): FindingStanding {
  const [attempt, look] = [attempts.at(-1), looks.at(-1)];
  if (attempt === undefined) {
    return isAcknowledged() ? "acknowledged" : "issued";
  }
  if (look !== undefined && passes(look)) {
    return "closed";
  }
  return isLookedAt(attempt, looks) ? "rejected" : "claimed";
}

/** Whether a look at a finding counts: somebody else took it than who made the attempts that it is about. */
function counts(look: RecordState, attempts: RecordState[]): boolean {
  const its = attempts.filter((attempt) => ofAttempt(look, attempt));
  const who = headsOf(look, "result")[0]?.by;
  return who !== undefined && its.length > 0 && its.every((attempt) => headsOf(attempt, "finding")[0]?.by !== who);
}

/** Whether a look is about that attempt: about all, where it names none. */
function ofAttempt(look: RecordState, attempt: RecordState): boolean {
  const named = refOf(look);
  return named === undefined || named === attempt.id;
}

/** Whether somebody looked at that attempt. */
function isLookedAt(attempt: RecordState, looks: RecordState[]): boolean {
  return looks.some((look) => ofAttempt(look, attempt) && (refOf(look) !== undefined || inOrder(attempt, look) < 0));
}

/** The attempt that a look names. */
function refOf(look: RecordState): Uuid | undefined {
  return textsOf(look, "rectification")[0];
}

/** While people differ about the result, the finding is not closed. */
function passes(look: RecordState): boolean {
  return textsOf(look, "result").every((result) => result === "通过");
}

/** Whether somebody signed for that notice of a finding. */
function isReceived(notice: RecordState, finding: RecordState): boolean {
  return textsOf(notice, "findings").includes(finding.id) && [...valuesOf(notice, "received_by"), ...valuesOf(notice, "received_at")].length > 0;
}

/** In the order in which they came; what is only on this device comes last. */
function inOrder(one: RecordState, other: RecordState): number {
  const [left, right] = [beganAt(one), beganAt(other)];
  return left === right ? (one.id < other.id ? -1 : 1) : left - right;
}

/** The number of the change that began a record, as far as what stands in it tells. */
function beganAt(record: RecordState): number {
  return Math.min(...[...record.fields.values()].flatMap(({ heads }) => heads.map((head) => head.seq ?? Number.MAX_SAFE_INTEGER)));
}

/** How each of these findings stands. What was said of them is sorted once and not for each of them anew. */
export function findingStates(findings: RecordState[], said: Said, schema: Schema, today: string): FindingState[] {
  const [done, looked, told] = [byFinding(said.rectifications, "finding"), byFinding(said.verifications, "finding"), byFinding(said.notices, "findings")];
  return findings.map((finding) => {
    const of = (sorted: Map<Uuid, RecordState[]>) => sorted.get(finding.id) ?? [];
    return findingState(finding, { rectifications: of(done), verifications: of(looked), notices: of(told) }, schema, today);
  });
}

function byFinding(records: RecordState[], field: FieldName): Map<Uuid, RecordState[]> {
  const sorted = new Map<Uuid, RecordState[]>();
  for (const record of records) {
    for (const finding of new Set(textsOf(record, field))) {
      sorted.set(finding, [...(sorted.get(finding) ?? []), record]);
    }
  }
  return sorted;
}

/** In which colour it is told, on the phone as at the desk. */
export function toneOf(standing: FindingStanding): "good" | "care" | "bad" {
  return standing === "closed" ? "good" : standing === "rejected" ? "bad" : "care";
}

const RECTIFIERS: readonly string[] = ["school_team", "principal", "contractor"];
const VERIFIERS: readonly string[] = ["inspector", "inspection_office", "city_office"];

/** What a finding asks of somebody: to be mended, to be looked at again, or nothing. */
export type Asks = "rectify" | "verify" | undefined;

/** What the finding asks of a person. Nobody verifies what they mended themselves. */
export function asks(state: FindingState, roles: HeldRole[], me: Uuid): Asks {
  const holds = (among: readonly string[]) => roles.some(({ role }) => among.includes(role));
  if (state.standing === "closed" || state.isWithdrawn) {
    return undefined;
  }
  if (state.standing === "claimed") {
    const isMine = state.unverified !== undefined && authorsOf(state.unverified).has(me);
    return holds(VERIFIERS) && !isMine ? "verify" : undefined;
  }
  return holds(RECTIFIERS) ? "rectify" : undefined;
}

/** The findings that wait for somebody, the most urgent first. */
export function waitingFindings(states: FindingState[], roles: HeldRole[], me: Uuid) {
  const waiting = states.flatMap((state) => {
    const asked = asks(state, roles, me);
    return asked === undefined ? [] : [{ ...state, asks: asked }];
  });
  const due = (state: FindingState) => state.deadline ?? "9999";
  return waiting.sort((a, b) => (due(a) < due(b) ? -1 : due(a) > due(b) ? 1 : 0));
}
