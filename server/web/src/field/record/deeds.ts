/** What somebody may do with a record that they read: change it, sign it, send it back. Pure. */

import { isListed } from "../../db/listing.ts";
import type { RecordState } from "../../protocol/record.ts";
import type { Kind } from "../../protocol/schema.ts";
import type { Verdict } from "../../protocol/signoff.ts";
import { forceOf } from "../../protocol/withdrawal.ts";
import { mayWrite, mayWriteField, signingRole } from "../form/rights.ts";
import { type Signed, returnOf } from "../today/state.ts";
import type { Book } from "./book.ts";

/** The roles of those who wrote it, whose signature says that and no more. */
const AUTHORS: readonly string[] = ["school_team", "contractor", "supervising_engineer"];
/** The roles that send a record back to who wrote it. */
const REVIEWERS: readonly string[] = ["principal", "project_office", "inspection_office"];

export interface Deeds {
  mayEdit: boolean;
  /** In which role it may be signed, and what the signature says. */
  sign?: { role: string; verdict: Exclude<Verdict, "returned"> };
  maySendBack: boolean;
}

export function deedsOf(book: Book, kind: Kind, record: RecordState): Deeds {
  const place = { school: book.schoolOf(record), project: book.projectOf(record) };
  const { roles } = book.me;
  const role = signingRole(kind, roles, place);
  const stands = record.fields.size > 0 && forceOf(record, book.schema) !== "withdrawn";
  const remarks = kind.fields.find((field) => field.name === "remarks");
  // Schools, plans and divisions are registers: nobody confirms them or sends them back.
  const isReviewed = isListed(kind.name) && remarks !== undefined && mayWriteField(kind, remarks, roles, place);
  const isSigned = role !== undefined && isReviewed && stands;
  return {
    mayEdit: mayWrite(kind, roles, place) && !kind.append_only && stands,
    ...(isSigned ? { sign: { role, verdict: verdictOf(role, kind) } } : {}),
    maySendBack: isSigned && REVIEWERS.includes(role),
  };
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
