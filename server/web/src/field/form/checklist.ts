/** Checklists: those that come with the server, and those that a county wrote as records. */

import { type RecordState, baseOf, headsOf, incumbent, keyOf } from "../../protocol/record.ts";
import { isMap, isText } from "../../protocol/values.ts";
import type { Uuid, Value } from "../../protocol/wire.ts";

export interface CheckItem {
  code: string;
  zh: string;
  en: string;
  section: { zh: string; en: string };
  /** The rule that it rests on; empty if none is named. */
  basis: string;
  photoNeeded: boolean;
  severity?: string;
  deadlineDays?: number;
}

export interface Checklist {
  /** The record that declares it; none for one that came with the server. */
  record?: Uuid;
  zh: string;
  en: string;
  version: string;
  theme?: string;
  items: CheckItem[];
}

/** A section of a checklist, in the order in which it stands there. */
export interface Section {
  zh: string;
  en: string;
  items: CheckItem[];
}

/** The checklists in the schema; what cannot be read is left out. */
export function shippedChecklists(sent: unknown[]): Checklist[] {
  return (sent as Value[]).flatMap((list) => {
    if (!isMap(list) || !Array.isArray(list["items"])) {
      return [];
    }
    const { zh, en, version, items } = list;
    const all = items.flatMap((item) => (isMap(item) ? shippedItem(item) : []));
    return [{ zh: text(zh), en: text(en), version: text(version), theme: "全面改薄", items: all }];
  });
}

function shippedItem(item: { [name: string]: Value }): CheckItem[] {
  const { code, zh, en, section_zh, section_en, basis, photo_needed, severity, deadline_days } = item;
  if (!isText(code)) {
    return [];
  }
  const section = { zh: text(section_zh), en: text(section_en) };
  return [
    {
      ...{ code, zh: text(zh), en: text(en), section, basis: text(basis), photoNeeded: photo_needed === true },
      ...(isText(severity) ? { severity } : {}),
      ...(typeof deadline_days === "number" ? { deadlineDays: deadline_days } : {}),
    },
  ];
}

/** A county's own checklist. It speaks the language it was written in. */
export function countyChecklist(record: RecordState): Checklist {
  const name = text(incumbent(record, "name"));
  const theme = incumbent(record, "theme");
  const names = [...record.fields.keys()].filter((field) => baseOf(field) === "items");
  const items = names.flatMap((field) => {
    const value = headsOf(record, field)[0]?.value;
    return isMap(value) ? [countyItem(keyOf(field) ?? "", value)] : [];
  });
  return {
    record: record.id,
    zh: name,
    en: name,
    version: text(incumbent(record, "version")),
    ...(isText(theme) ? { theme } : {}),
    items: items.sort((a, b) => (a.code < b.code ? -1 : 1)),
  };
}

function countyItem(code: string, value: { [name: string]: Value }): CheckItem {
  const { text: words, section, basis, photo_needed, severity, deadline_days } = value;
  return {
    ...{ code, zh: text(words), en: text(words), section: { zh: text(section), en: text(section) } },
    ...{ basis: text(basis), photoNeeded: photo_needed === true },
    ...(isText(severity) ? { severity } : {}),
    ...(typeof deadline_days === "number" ? { deadlineDays: deadline_days } : {}),
  };
}

/** What an inspection's field `checklist` says when it follows this one. */
export function followed({ record, version }: Checklist): Value {
  return record === undefined ? { version } : { record, version };
}

/** The checklist that an inspection follows; of shipped ones the version decides. */
export function checklistOf(follows: Value | undefined, all: Checklist[]): Checklist | undefined {
  if (!isMap(follows)) {
    return undefined;
  }
  const { record, version } = follows;
  return all.find((list) => list.record === record && list.version === version);
}

/** The items by section. */
export function sectionsOf(list: Checklist): Section[] {
  const sections = new Map<string, Section>();
  for (const item of list.items) {
    const section = sections.get(item.section.zh) ?? { ...item.section, items: [] };
    section.items.push(item);
    sections.set(item.section.zh, section);
  }
  return [...sections.values()];
}

function text(value: Value | undefined): string {
  return isText(value) ? value : "";
}
