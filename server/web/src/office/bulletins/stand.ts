/** What a bulletin has come to, read from its record, and the changes by which it goes on. Pure. */

import { newId } from "../../protocol/ids.ts";
import { type RecordState, baseOf, headsOf } from "../../protocol/record.ts";
import type { Schema } from "../../protocol/schema.ts";
import { stamp } from "../../protocol/stamp.ts";
import type { Change, Edit, FieldName, Uuid, Value } from "../../protocol/wire.ts";
import { type Signed, signoffsOf } from "../../field/today/state.ts";
import type { Draft } from "./frozen.ts";

/** What is added when it is published does not change what was approved. */
const GIVEN_ON_PUBLICATION: readonly string[] = ["published_on", "number"];

export interface BulletinStand {
  state: "draft" | "approved" | "returned" | "published";
  /** The last word of a leader, whatever was changed since. */
  review?: Signed;
  /** The fields that were changed after that. */
  changed: FieldName[];
}

export function standOf(record: RecordState, schema: Schema): BulletinStand {
  const review = signoffsOf(record)
    .filter(({ signoff }) => signoff.role === "leader" && signoff.verdict !== "signed")
    .pop();
  const seen = new Set(review?.signoff.covers);
  const isContent = (name: FieldName) => !schema.isTalk(record.kind, name) && !GIVEN_ON_PUBLICATION.includes(baseOf(name));
  const changed = review === undefined ? [] : [...record.fields.keys()].filter((name) => isContent(name) && headsOf(record, name).some(({ edit }) => !seen.has(edit)));
  const reviewed = review === undefined || changed.length > 0 ? "draft" : review.signoff.verdict === "returned" ? "returned" : "approved";
  const isPublished = headsOf(record, "published_on").length > 0;
  return { state: isPublished ? "published" : reviewed, changed, ...(review === undefined ? {} : { review }) };
}

/** What is said of a bulletin besides its figures. */
export interface Said {
  number: string;
  version: string;
  period: string;
  text: string;
}

/** A bulletin begun: its figures as they were shown. `corrects`: in whose place it stands. */
export function begun(counties: readonly string[], { cutoff, figures }: Draft, said: Said, corrects?: Uuid): Change {
  const texts = Object.entries(said).filter(([, text]) => text.trim() !== "");
  const edits: [FieldName, Value][] = [
    // A bulletin of several counties stands in the first one's ledger.
    ["county", counties[0] ?? ""],
    ...texts.map(([name, text]): [FieldName, Value] => [name, text.trim()]),
    ...Object.entries(cutoff).map(([county, position]): [FieldName, Value] => [`cutoff/${county}`, position]),
    ["figures", figures as unknown as Value],
    ...(corrects === undefined ? [] : [["corrects", corrects] as [FieldName, Value]]),
  ];
  return { id: newId(), record: newId(), kind: "bulletin", made_at: stamp(new Date()), edits: edits.map(([field, value]): Edit => ({ field, value, replaces: [] })) };
}

/** Takes the figures of now in the place of those that stand in a bulletin. */
export function refreshed(record: RecordState, { cutoff, figures }: Draft, reason: string): Change {
  const positions = Object.entries(cutoff).map(([county, position]) => replacing(record, `cutoff/${county}`, position));
  return changing(record, [...positions, replacing(record, "figures", figures as unknown as Value)], reason);
}

/** Publishes a bulletin on that day. */
export function published(record: RecordState, day: string, reason: string): Change {
  return changing(record, [replacing(record, "published_on", day)], reason);
}

function replacing(record: RecordState, field: FieldName, value: Value): Edit {
  return { field, value, replaces: headsOf(record, field).map(({ edit }) => edit) };
}

/** Once somebody has signed, a change says why. */
function changing(record: RecordState, edits: Edit[], reason: string): Change {
  const why: Edit[] = signoffsOf(record).length > 0 ? [{ field: "reason", value: reason, replaces: [] }] : [];
  return { id: newId(), record: record.id, kind: record.kind, made_at: stamp(new Date()), edits: [...edits, ...why] };
}
