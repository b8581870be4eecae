/** The two keys of a payment: which are given, by whom, and which one somebody may give. Pure. */

import { type RecordState } from "../../protocol/record.ts";
import type { Schema } from "../../protocol/schema.ts";
import { standing } from "../../protocol/signoff.ts";
import type { Uuid } from "../../protocol/wire.ts";
import { type Signed, signoffsOf } from "../today/state.ts";
import { textIn } from "./book.ts";

export type Key = "education" | "finance";

/** Whose key it is: education's is with the office that has the works or the equipment. */
export const KEY_OF: Readonly<Record<string, Key>> = { project_office: "education", equipment_station: "education", finance: "finance" };

export interface Keys {
  /** The signature that gives it; nothing while it is missing. */
  education?: Signed;
  finance?: Signed;
  /** Whoever signed for both: two keys are two people, so that gives one of them alone. */
  both?: Signed;
}

export function isPayment(record: RecordState): boolean {
  return record.kind === "fund_event" && textIn(record, "type") === "拨付";
}

/** The keys that stand under what a payment says now. */
export function keysIn(record: RecordState, schema: Schema): Keys {
  const consents = signoffsOf(record).filter(({ signoff }) => signoff.verdict !== "returned" && standing(signoff, record, schema) === "current");
  const of = (key: Key) => consents.filter(({ signoff }) => KEY_OF[signoff.role] === key);
  const [educators, treasurers] = [of("education"), of("finance")];
  // As the server counts: the treasurer is none of those who signed for education, unless these are several.
  const people = new Set(educators.map(({ head }) => head.by));
  const isAnother = ({ head }: Signed) => educators.length > 1 || !people.has(head.by);
  const finance = treasurers.find(isAnother);
  const both = finance === undefined ? treasurers.find(({ head }) => people.has(head.by)) : undefined;
  return { ...(educators[0] && { education: educators[0] }), ...(finance && { finance }), ...(both && { both }) };
}

/** Whether somebody has signed what the payment says now, in whichever role. */
export function hasGiven(record: RecordState, schema: Schema, me: Uuid): boolean {
  return signoffsOf(record).some(({ signoff, head }) => head.by === me && signoff.verdict !== "returned" && KEY_OF[signoff.role] !== undefined && standing(signoff, record, schema) === "current");
}

/** Of these roles, the one in which a missing key may be given; nothing to who has given one. */
export function roleToGive(record: RecordState, schema: Schema, roles: readonly string[], me: Uuid): string | undefined {
  const keys = keysIn(record, schema);
  const isMissing = (role: string) => {
    const key = KEY_OF[role];
    return key !== undefined && keys[key] === undefined;
  };
  return hasGiven(record, schema, me) ? undefined : roles.find(isMissing);
}
