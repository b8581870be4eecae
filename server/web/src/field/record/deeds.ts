/** What somebody may do with a record that they read: change it, sign it, send it back. Pure. */

import { isListed } from "../../db/listing.ts";
import { type RecordState, headsOf } from "../../protocol/record.ts";
import type { Kind } from "../../protocol/schema.ts";
import { type Verdict, standing } from "../../protocol/signoff.ts";
import { forceOf } from "../../protocol/withdrawal.ts";
import { type Place, mayWrite, mayWriteField, signingRole, signingRoles } from "../form/rights.ts";
import { type Signed, returnOf, signoffsOf } from "../today/state.ts";
import type { Book } from "./book.ts";
import { KEY_OF, isPayment, roleToGive } from "./payment.ts";

/** The roles of those who wrote it, whose signature says that and no more. */
const AUTHORS: readonly string[] = ["school_team", "contractor", "supervising_engineer"];
/** The roles that send a record back to who wrote it. */
const REVIEWERS: readonly string[] = ["principal", "project_office", "inspection_office", "leader"];

export interface Deeds {
  mayEdit: boolean;
  /** In which role it may be signed, and what the signature says. */
  sign?: { role: string; verdict: Exclude<Verdict, "returned"> };
  maySendBack: boolean;
}

export function deedsOf(book: Book, kind: Kind, record: RecordState): Deeds {
  const place = { school: book.schoolOf(record), project: book.projectOf(record) };
  const { roles } = book.me;
  const role = isPayment(record) ? payingRole(book, kind, record, place) : signingRole(kind, roles, place);
  const stands = record.fields.size > 0 && forceOf(record, book.schema) !== "withdrawn";
  const remarks = kind.fields.find((field) => field.name === "remarks");
  // Schools, plans and divisions are registers: nobody confirms them or sends them back.
  const isReviewed = isListed(kind.name) && remarks !== undefined && mayWriteField(kind, remarks, roles, place);
  const isPublished = kind.name === "bulletin" && headsOf(record, "published_on").length > 0;
  // A leader approves a bulletin; those who wrote it publish it.
  const isTheirs = kind.name !== "bulletin" || (role === "leader" && !isPublished);
  const isSigned = role !== undefined && isReviewed && isTheirs && stands;
  const isApproved = kind.name === "bulletin" && hasApproved(record, book);
  return {
    mayEdit: mayWrite(kind, roles, place) && !kind.append_only && !isPublished && stands,
    ...(isSigned && !isApproved ? { sign: { role, verdict: verdictOf(role, kind) } } : {}),
    maySendBack: isSigned && REVIEWERS.includes(role),
  };
}

/** Whether a leader approved what it says now: that is said once. */
function hasApproved(record: RecordState, { schema }: Book): boolean {
  const last = signoffsOf(record).filter(({ signoff }) => signoff.role === "leader").pop();
  return last?.signoff.verdict === "approved" && standing(last.signoff, record, schema) === "current";
}

/** Whoever has a key of a payment gives the one that is missing, and no second one. */
function payingRole({ me, schema }: Book, kind: Kind, record: RecordState, place: Place): string | undefined {
  const roles = signingRoles(kind, me.roles, place);
  return roles.some((role) => KEY_OF[role] !== undefined) ? roleToGive(record, schema, roles, me.user.id) : signingRole(kind, me.roles, place);
}

function verdictOf(role: string, kind: Kind): Exclude<Verdict, "returned"> {
  if (role === "principal") {
    return "confirmed";
  }
  return AUTHORS.includes(role) || kind.writers.includes(role) ? "signed" : "approved";
}

/** The return that somebody else is to answer than who sent it. */
export function returnTo({ me, schema }: Book, record: RecordState): Signed | undefined {
  const last = returnOf(record, schema);
  return last?.head.by === me.user.id ? undefined : last;
}
