/** What somebody else wrote while a form was open: shown where nothing was touched, told where something was. */

import { type RecordState, headsOf, inConflict } from "../../protocol/record.ts";
import type { Schema } from "../../protocol/schema.ts";
import { equal } from "../../protocol/values.ts";
import type { FieldName, Head } from "../../protocol/wire.ts";
import { isTouched } from "./edits.ts";
import { type Form, clear, show } from "./model.ts";

/** What somebody else wrote since the form was opened, in a field that was changed here as well. */
export interface Meanwhile {
  name: FieldName;
  heads: Head[];
}

/**
 * Brings a form up to the record as it stands now: what was not touched here is shown as it is, and
 * what was touched keeps what stands in the form. Sets need no care: each entry is its own.
 */
export function refresh(schema: Schema, form: Form, record: RecordState): Form {
  const all = new Set([...Object.keys(form.shown), ...record.fields.keys()]);
  return [...all].reduce((form, name) => {
    const isLeft = isTouched(schema, form, name) || form.settles.includes(name);
    return isLeft ? form : show(schema, form, record, name);
  }, form);
}

/** What came meanwhile in fields that were touched here: each is a conflict once this is saved. */
export function meanwhile(schema: Schema, form: Form, record: RecordState): Meanwhile[] {
  return [...record.fields.keys()].flatMap((name) => {
    const rule = schema.rule(form.kind, name);
    const seen = new Set((form.shown[name] ?? []).map((head) => head.edit));
    const heads = headsOf(record, name).filter((head) => !seen.has(head.edit));
    const said = form.single[name];
    const differs = rule === "one" && heads.some((head) => said === undefined || !equal(head.value, said));
    const wasConflict = inConflict(rule, headsOf(record, name)) && !isTouched(schema, form, name);
    return differs && !wasConflict && isTouched(schema, form, name) ? [{ name, heads }] : [];
  });
}

/** Takes what others wrote instead of what stands in the form. */
export function takeTheirs(schema: Schema, form: Form, record: RecordState, name: FieldName): Form {
  return show(schema, clear(form, name), record, name);
}

/** Keeps what stands in the form, having seen what the others wrote: the change replaces it. */
export function keepMine(form: Form, seen: Meanwhile): Form {
  const shown = [...(form.shown[seen.name] ?? []), ...seen.heads];
  return { ...form, shown: { ...form.shown, [seen.name]: shown } };
}
