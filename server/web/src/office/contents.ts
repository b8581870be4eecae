/** What stands in the records of a list or on a desk, in as few words as tell one from the others. */

import { showQuantity } from "../field/form/quantity.ts";
import { labelOf } from "../field/record/show.ts";
import type { Field, Kind, Schema } from "../protocol/schema.ts";
import { isMap, isText } from "../protocol/values.ts";
import type { FieldName, Uuid, Value } from "../protocol/wire.ts";
import type { Language } from "../ui/words/catalogue.ts";
import { language } from "../ui/words/language.ts";
import type { Listed } from "./places.ts";

/** The fields by which the records of a kind are told apart; a project goes by its name. */
export const CONTENTS: Readonly<Record<Listed, readonly FieldName[]>> = {
  diary: ["image_progress", "progress_text"],
  finding: ["severity", "description"],
  project: [],
  equipment_item: ["name", "spec", "qty"],
  fund_event: ["type", "amount", "payee"],
  complaint: ["text"],
  bulletin: ["number", "period"],
};

/** What the server says of the records of an answer, by record: what stands in the fields that were asked for. */
export type Contents = Readonly<Record<Uuid, { fields: Readonly<Record<FieldName, readonly Value[]>>; conflicts?: readonly FieldName[] }>>;

/** The fields of a kind that are asked for beside its list. Nothing where the place says it all. */
export function fieldsOf(kind: Listed): string | undefined {
  return CONTENTS[kind].join(",") || undefined;
}

/** The fields of these kinds together. */
export function fieldsOfAll(kinds: readonly Listed[]): string {
  return kinds.flatMap((kind) => CONTENTS[kind].map((field) => `${kind}.${field}`)).join(",");
}

/** So many characters are shown of it. */
const MOST = 48;

/** What stands in a record in words; nothing where it says nothing of that. Where people differ, all that they say. */
export function contentIn(schema: Schema, kind: Kind, { fields, conflicts = [] }: Contents[Uuid], language: Language): string {
  const said = (CONTENTS[kind.name as Listed] ?? []).map((name) => {
    const field = kind.fields.find((declared) => declared.name === name);
    const values = (fields[name] ?? []).slice(0, conflicts.includes(name) ? undefined : 1);
    return field === undefined ? "" : values.map((value) => worded(schema, field, value, language)).join(" / ");
  });
  const characters = Array.from(said.filter((word) => word !== "").join(" · "));
  return characters.length > MOST ? `${characters.slice(0, MOST).join("")}…` : characters.join("");
}

function worded(schema: Schema, { type, unit }: Field, value: Value, language: Language): string {
  if (typeof value === "number") {
    return showQuantity(value, unit, language);
  }
  if (!isText(value)) {
    return isMap(value) ? "" : String(value);
  }
  const list = typeof type === "object" ? ("choice" in type ? type.choice : "open_choice" in type ? type.open_choice : undefined) : undefined;
  const choice = list === undefined ? undefined : schema.choices(list).find(({ code }) => code === value);
  return choice === undefined ? value.replace(/\s+/g, " ").trim() : labelOf(choice, language);
}

/** What stands in a record of an answer, in words; nothing where nothing was asked of it. */
export function saidOf(contents: Contents | undefined, schema: Schema | undefined, kind: string | undefined, record: Uuid | undefined): string {
  const declared = kind === undefined ? undefined : schema?.kind(kind);
  const its = record === undefined ? undefined : contents?.[record];
  return schema === undefined || declared === undefined || its === undefined ? "" : contentIn(schema, declared, its, language());
}
