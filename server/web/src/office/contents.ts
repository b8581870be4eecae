/** What stands in the records of a list or on a desk, in as few words as tell one from the others. */

import { useMemo } from "preact/hooks";
import { showQuantity } from "../field/form/quantity.ts";
import { labelOf } from "../field/record/show.ts";
import type { Field, Kind, Schema } from "../protocol/schema.ts";
import { isMap, isText } from "../protocol/values.ts";
import type { FieldName, Uuid, Value } from "../protocol/wire.ts";
import type { Language } from "../ui/words/catalogue.ts";
import { language } from "../ui/words/language.ts";
import { useAnswer } from "./answers.ts";
import type { Listed } from "./places.ts";
import type { Query } from "./roads.ts";

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

/** The question for what stands in them: the newest of the same places. Nothing where their place says it all. */
export function contentsOf(kind: Listed, query: Query): string | undefined {
  const fields = CONTENTS[kind];
  if (fields.length === 0) {
    return undefined;
  }
  const places = ["county", "school", "project", "from", "to"].flatMap((name): [string, string][] => (query[name] ? [[name, query[name]]] : []));
  return `/api/v1/records?${new URLSearchParams([["kind", kind], ...places, ["withdrawn", "any"], ["fields", fields.join(",")], ["limit", "200"]]).toString()}`;
}

/** So many characters are shown of it. */
const MOST = 48;

/** What stands in a record in words; nothing where it says nothing of that. */
export function contentIn(schema: Schema, kind: Kind, fields: Readonly<Record<FieldName, readonly Value[]>>, language: Language): string {
  const said = (CONTENTS[kind.name as Listed] ?? []).flatMap((name) => {
    const field = kind.fields.find((declared) => declared.name === name);
    const value = fields[name]?.[0];
    return field === undefined || value === undefined ? [] : [worded(schema, field, value, language)];
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

/** What stands in the records of a kind, by record, as far as it is known. Nothing is asked of no kind. */
export function useContents(kind: Listed | undefined, query: Query, schema: Schema | undefined): ReadonlyMap<Uuid, string> {
  const { value } = useAnswer<{ records: ContentLine[] }>(kind && contentsOf(kind, query));
  return useMemo(() => {
    const declared = kind === undefined ? undefined : schema?.kind(kind);
    const lines = schema === undefined || declared === undefined ? [] : (value?.records ?? []);
    return new Map(lines.map(({ id, fields }) => [id, schema === undefined || declared === undefined ? "" : contentIn(schema, declared, fields, language())]));
  }, [kind, schema, value, language()]);
}

/** A record as far as its contents are shown. */
interface ContentLine {
  id: Uuid;
  fields: Record<FieldName, Value[]>;
}
