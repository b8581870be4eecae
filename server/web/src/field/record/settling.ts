/** Who may settle a conflict on a phone: the team that wrote it. Everybody else waits for the office. */

import { type RecordState, headsOf, inConflict } from "../../protocol/record.ts";
import type { Field, Kind } from "../../protocol/schema.ts";
import type { FieldName, Head } from "../../protocol/wire.ts";
import { declared } from "../form/model.ts";
import { mayWriteField } from "../form/rights.ts";
import type { Book } from "./book.ts";

/** A field of which two versions stand. */
export interface Conflict {
  name: FieldName;
  field: Field;
  /** All of them, the incumbent first. */
  heads: Head[];
  /** How many more there are that this device was not sent. */
  unsent: number;
  /** Whether the person may settle it: they wrote one of these, may write the field, and see all of it. */
  maySettle: boolean;
}

export function conflictsIn(book: Book, kind: Kind, record: RecordState): Conflict[] {
  const place = { school: book.schoolOf(record), project: book.projectOf(record) };
  return [...record.fields.keys()].flatMap((name) => {
    const field = declared(kind, name);
    const heads = headsOf(record, name);
    if (field === undefined || !inConflict(field.rule, heads)) {
      return [];
    }
    const unsent = book.unsentSiblings(record.id, name);
    const wroteOne = heads.some((head) => head.by === book.me.user.id);
    const maySettle = wroteOne && unsent === 0 && mayWriteField(kind, field, book.me.roles, place);
    return [{ name, field, heads, unsent, maySettle }];
  });
}
