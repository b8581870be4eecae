/** The record kinds as the server declares them (`GET /api/v1/schema`), and what follows from that. */

import { isAnyUuid, naturalId } from "./ids.ts";
import { type RecordState, baseOf, headsOf, keyOf } from "./record.ts";
import { type Refusal, refusal } from "./refusal.ts";
import { readSignoff } from "./signoff.ts";
import { isMap, isText } from "./values.ts";
import type { Change, Edit, FieldName, Rule, Value } from "./wire.ts";
import { readWithdrawal } from "./withdrawal.ts";

export interface Names {
  zh: string;
  en: string;
}

export interface Part extends Names {
  name: string;
  type: FieldType;
  required: boolean;
  /** Whether it is a day by which something is to be done. */
  ahead?: boolean;
}

export type FieldType =
  | "bool"
  | "number"
  | "text"
  | "date"
  | "month"
  | "time"
  | "moment"
  | "user"
  | "photo"
  | "position"
  | "signoff"
  | "withdrawal"
  | "any"
  | { int: { min: number; max: number } }
  | { digits: { min: number; max: number } }
  | { choice: string }
  | { open_choice: string }
  | { ref: string }
  | { object: Part[] };

export interface Field extends Names {
  name: string;
  type: FieldType;
  rule: Rule;
  key?: Names & { choices?: string };
  required: "optional" | "always" | { if: { field: string; value: string } };
  unit?: string;
  writers: "kind" | "readers" | "signers" | { only: string[] };
  /** Whether it is talk about the record and no part of it. */
  talk?: boolean;
  /** Whether it is a day by which something is to be done. */
  ahead?: boolean;
}

export interface Kind extends Names {
  name: string;
  identity: "free" | { natural: string[] };
  belongs: string;
  audience: string;
  append_only: boolean;
  writers: string[];
  fields: Field[];
}

export interface ChoiceList {
  name: string;
  choices: (Names & { code: string })[];
}

/** What `GET /api/v1/schema` sends. */
export interface WireSchema {
  protocol: number;
  kinds: Kind[];
  choice_lists: ChoiceList[];
  checklists: unknown[];
  roles: (Names & { name: string })[];
}

/** The kinds, by name. */
export class Schema {
  private readonly kinds: ReadonlyMap<string, Kind>;
  private readonly lists: ReadonlyMap<string, ChoiceList>;

  constructor(wire: WireSchema) {
    this.kinds = new Map(wire.kinds.map((kind) => [kind.name, kind]));
    this.lists = new Map(wire.choice_lists.map((list) => [list.name, list]));
  }

  kind(name: string): Kind | undefined {
    return this.kinds.get(name);
  }

  choices(list: string): ChoiceList["choices"] {
    return this.lists.get(list)?.choices ?? [];
  }

  /** The reading rule of a field; an undeclared one reads as a set. */
  rule(kind: string, field: FieldName): Rule {
    return this.field(kind, field)?.rule ?? "many";
  }

  /** Whether a field is talk about the record and no part of it. */
  isTalk(kind: string, field: FieldName): boolean {
    return this.field(kind, field)?.talk ?? false;
  }

  private field(kind: string, field: FieldName): Field | undefined {
    return this.kind(kind)?.fields.find((declared) => declared.name === baseOf(field));
  }

  /**
   * What is wrong with a change for everybody: the fields exist and hold values of their type, and
   * whatever it says of a natural key fits the record's id. A kind that is not declared is not judged.
   */
  check(change: Change): Refusal | undefined {
    const kind = this.kind(change.kind);
    if (kind === undefined) {
      return undefined;
    }
    for (const edit of change.edits) {
      const wrong = this.checkEdit(kind, edit);
      if (wrong !== undefined) {
        return wrong;
      }
    }
    if (valueOf(change, "withdrawn") === true && valueOf(change, "reason") === undefined) {
      return refusal("invalid", "withdrawn");
    }
    const expected = naturalId(kind, (part) => valueOf(change, part));
    if (expected !== undefined && expected !== change.record && kind.identity !== "free") {
      return refusal("invalid", kind.identity.natural[0]);
    }
    return undefined;
  }

  /** Whether a record of that kind takes the value in that field, as far as is declared. */
  takes(kind: string, field: FieldName, value: Value): boolean {
    const declared = this.kind(kind);
    return declared === undefined || this.checkEdit(declared, { field, value, replaces: [] }) === undefined;
  }

  private checkEdit(kind: Kind, edit: Edit): Refusal | undefined {
    const field = kind.fields.find((declared) => declared.name === baseOf(edit.field));
    if (field === undefined) {
      return refusal("unknown_field", edit.field);
    }
    const keyFits = (field.key === undefined) === (keyOf(edit.field) === undefined);
    const fits = keyFits && (edit.value === undefined || this.isOfType(field.type, edit.value));
    return fits ? undefined : refusal("invalid", edit.field);
  }

  private isOfType(type: FieldType, value: Value): boolean {
    if (typeof type === "object") {
      return this.isOfCompoundType(type, value);
    }
    switch (type) {
      case "bool":
        return typeof value === "boolean";
      case "number":
        return typeof value === "number";
      case "text":
        return isText(value);
      case "date":
        return isText(value) && isDate(value);
      case "month":
        return isText(value) && isDate(`${value}-01`);
      case "time":
        return isText(value) && /^([01]\d|2[0-3]):[0-5]\d$/.test(value);
      case "moment":
        return isText(value) && /^\d{4}-\d{2}-\d{2}[Tt ]/.test(value) && !Number.isNaN(Date.parse(value));
      case "user":
        return isText(value) && isAnyUuid(value);
      case "photo":
        return (
          isMap(value) &&
          isText(value["sha256"]) &&
          /^[0-9a-f]{64}$/.test(value["sha256"]) &&
          (value["position"] === undefined || isPosition(value["position"]))
        );
      case "position":
        return isPosition(value);
      case "signoff":
        return readSignoff(value) !== undefined;
      case "withdrawal":
        return readWithdrawal(value) !== undefined;
      case "any":
        return true;
      default:
        // A newer server may declare types that this app does not know: it judges them itself.
        return true;
    }
  }

  private isOfCompoundType(type: Exclude<FieldType, string>, value: Value): boolean {
    if ("int" in type) {
      const { min, max } = type.int;
      return Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max;
    }
    if ("digits" in type) {
      const { min, max } = type.digits;
      return isText(value) && value.length >= min && value.length <= max && /^\d*$/.test(value);
    }
    if ("choice" in type) {
      return this.choices(type.choice).some((choice) => choice.code === value);
    }
    if ("open_choice" in type) {
      return isText(value);
    }
    if ("ref" in type) {
      return isText(value) && isAnyUuid(value);
    }
    if (!("object" in type)) {
      return true;
    }
    // What is not declared is kept: a newer phone may say more than this one knows.
    return (
      isMap(value) &&
      type.object.every((part) => {
        const given = value[part.name];
        return given === undefined ? !part.required : this.isOfType(part.type, given);
      })
    );
  }

  /** The fields without which the record does not count as submitted and that nobody filled in. */
  missing(record: RecordState): Field[] {
    const kind = this.kind(record.kind);
    const isRequired = ({ required }: Field) =>
      typeof required === "object"
        ? headsOf(record, required.if.field).some((head) => head.value === required.if.value)
        : required === "always";
    const isFilledIn = (field: Field) =>
      [...record.fields].some(([name, state]) => baseOf(name) === field.name && state.heads.length > 0);
    return kind?.fields.filter((field) => isRequired(field) && !isFilledIn(field)) ?? [];
  }
}

/** The value that a change sets for a plain field, the last one if several. */
function valueOf(change: Change, field: string): Value | undefined {
  return change.edits.filter((edit) => edit.field === field).pop()?.value;
}

/** `YYYY-MM-DD` to the letter, and a day that there is. */
function isDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) {
    return false;
  }
  const day = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
}

function isPosition(value: Value): boolean {
  if (!isMap(value)) {
    return false;
  }
  const within = (number: Value | undefined, most: number) =>
    typeof number === "number" && Math.abs(number) <= most;
  const accuracy = value["accuracy_m"];
  return (
    within(value["lat"], 90) &&
    within(value["lon"], 180) &&
    (accuracy === undefined || (typeof accuracy === "number" && accuracy >= 0))
  );
}
