/** A bulletin is what a leader last said of it, as far as it still says what they saw. */

import { describe, expect, test } from "vitest";
import type { FieldState, RecordState } from "../../protocol/record.ts";
import { Schema } from "../../protocol/schema.ts";
import type { Head, Value } from "../../protocol/wire.ts";
import { aboutIn, draftOf } from "./drafting.ts";
import type { Draft } from "./frozen.ts";
import { begun, published, refreshed, standOf } from "./stand.ts";

const field = (name: string, rule: "one" | "many" | "log", talk = false) => ({ name, zh: name, en: name, type: "any" as const, rule, required: "optional" as const, writers: "kind" as const, ...(talk ? { talk } : {}) });
const SCHEMA = new Schema({
  protocol: 1,
  kinds: [
    {
      name: "bulletin", zh: "通报", en: "bulletin", identity: "free", belongs: "to_county", audience: "everyone", append_only: false, writers: [],
      fields: [field("number", "one"), field("text", "log"), field("figures", "one"), field("published_on", "one"), field("remarks", "log", true), field("signoffs", "many", true)],
    },
  ],
  choice_lists: [], checklists: [], roles: [],
});

const edit = (place: number) => `00000000-0000-7000-8000-00000000000${place}.0`;
const head = (place: number, value: Value): Head => ({ edit: edit(place), value, by: "u", by_name: "u", device: "d", made_at: "2026-11-30T10:00:00+08:00", seq: place });
const bulletin = (fields: Record<string, Head[]>): RecordState => ({ id: "r", kind: "bulletin", fields: new Map(Object.entries(fields).map(([name, heads]): [string, FieldState] => [name, { heads, awaited: new Set() }])) });
const said = (verdict: string, covers: number[], role = "leader") => head(9, { role, verdict, covers: covers.map(edit), ...(verdict === "returned" ? { note: "改" } : {}) });

const written = { text: [head(1, "限期整改")], figures: [head(2, {})] };

describe("a bulletin", () => {
  test("is a draft until a leader says something of it", () => {
    expect(standOf(bulletin(written), SCHEMA).state).toBe("draft");
    expect(standOf(bulletin({ ...written, signoffs: [said("approved", [1, 2], "project_office")] }), SCHEMA).state).toBe("draft");
    expect(standOf(bulletin({ ...written, signoffs: [said("approved", [1, 2])] }), SCHEMA).state).toBe("approved");
    expect(standOf(bulletin({ ...written, signoffs: [said("returned", [1, 2])] }), SCHEMA).state).toBe("returned");
  });

  test("is a draft again once it says something else; its number and a remark are nothing else", () => {
    const approved = { signoffs: [said("approved", [1, 2])] };
    expect(standOf(bulletin({ ...written, ...approved, number: [head(3, "5")], remarks: [head(4, "好")] }), SCHEMA).state).toBe("approved");
    expect(standOf(bulletin({ ...written, ...approved, text: [head(5, "限期十日整改")] }), SCHEMA)).toMatchObject({ state: "draft", changed: ["text"] });
    expect(standOf(bulletin({ ...written, ...approved, published_on: [head(6, "2026-11-30")] }), SCHEMA)).toMatchObject({ state: "published", changed: [] });
  });
});

const draft: Draft = { cutoff: { "350823": 77 }, figures: { at: "2026-10-31", by: "school", indicators: [], total: [], rows: [], behind: [], findings: [], followed: { closed: 0, open: [] } } };

test("a bulletin that is begun says its county, its figures and where they were taken, and no empty words", () => {
  const change = begun(["350823"], draft, { number: " 〔2026〕5 ", version: "1", period: "2026年9—10月", text: "" }, "old");
  expect(Object.fromEntries(change.edits.map(({ field, value }) => [field, value]))).toEqual({
    county: "350823",
    number: "〔2026〕5",
    version: "1",
    period: "2026年9—10月",
    "cutoff/350823": 77,
    figures: draft.figures,
    corrects: "old",
  });
});

test("what goes on replaces what stood there, and says why once somebody has signed", () => {
  const record = bulletin({ ...written, "cutoff/350823": [head(3, 70)] });
  expect(refreshed(record, draft, "取新数").edits).toEqual([
    { field: "cutoff/350823", value: 77, replaces: [edit(3)] },
    { field: "figures", value: draft.figures, replaces: [edit(2)] },
  ]);
  const signed = bulletin({ ...written, signoffs: [said("approved", [1, 2])] });
  expect(published(signed, "2026-11-30", "批准后发布").edits).toEqual([
    { field: "published_on", value: "2026-11-30", replaces: [] },
    { field: "reason", value: "批准后发布", replaces: [] },
  ]);
});

test("nonsense in an address is the last two months of the first whole county", () => {
  const directory = { counties: [{ code: "1", name: "", position: 1, whole: false }, { code: "2", name: "", position: 1, whole: true }] };
  expect(aboutIn({ county: "1", from: "yesterday", by: "colour" }, directory, "2026-11-30")).toEqual({ counties: ["2"], from: "2026-09-01", at: "2026-10-31", by: "school" });
  expect(draftOf({ counties: ["2"], at: "2026-10-31", by: "township" })).toBe("/api/v1/bulletins/draft?county=2&at=2026-10-31&by=township");
});
