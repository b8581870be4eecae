/** What a form's change replaces, and what the record shows afterwards. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type RecordState, emptyRecord, headsOf, inConflict, read } from "../../protocol/record.ts";
import type { Change, Value } from "../../protocol/wire.ts";
import { changeOfForm, edits } from "./edits.ts";
import { keepMine, meanwhile, refresh, takeTheirs } from "./meanwhile.ts";
import { type Form, clear, openForm, openSettlement, set, setEntries, type } from "./model.ts";
import { fold, id, li, schema, wang, written } from "./testing.ts";

const NOW = "2026-03-02T17:45:10+08:00";
const DIARY = 0xff;

function diary(fields: Record<string, Value>) {
  return written("diary", DIARY, fields);
}

function saved(record: RecordState, form: Form, who = li): RecordState {
  const change = changeOfForm(schema, form, id(0xa000), NOW);
  return change === undefined ? record : fold(record, change, who);
}

function says(number: number, field: string, value: Value, replaces: string[] = []): Change {
  return { id: id(number), record: id(DIARY), kind: "diary", made_at: NOW, edits: [{ field, value, replaces }] };
}

test("what was not changed is not written again", () => {
  const record = diary({ work_status: "working", "crew/钢筋工": 6, parts: { part: "柱" }, safety_ok: true });
  expect(edits(schema, openForm(schema, record))).toEqual([]);
});

test("a change of one field replaces the head that was shown and touches nothing else", () => {
  const record = diary({ work_status: "working", "crew/钢筋工": 6 });
  const form = set(schema, openForm(schema, record), "crew/钢筋工", 8);
  const shown = headsOf(record, "crew/钢筋工").map((head) => head.edit);
  expect(edits(schema, form)).toEqual([{ field: "crew/钢筋工", value: 8, replaces: shown }]);
});

test("what came while the form was open stays beside it: a conflict, no silent overwrite", () => {
  const record = diary({ image_progress: "基础" });
  const form = set(schema, openForm(schema, record), "image_progress", "主体一层");
  const shown = headsOf(record, "image_progress").map((head) => head.edit);
  fold(record, says(0x500, "image_progress", "主体二层", shown), wang, 7);
  saved(record, form);
  expect(read("one", headsOf(record, "image_progress"))).toMatchObject({ shows: "conflict" });
});

test("a form that shows the incumbent of a conflict cannot settle it by accident", () => {
  const record = fold(diary({ image_progress: "基础" }), says(0x500, "image_progress", "主体一层"), wang, 7);
  const form = set(schema, openForm(schema, record), "image_progress", "砌体");
  saved(record, form);
  expect(headsOf(record, "image_progress").map((head) => head.value)).toEqual(["主体一层", "砌体"]);
});

test("equal heads are one value: changing it replaces them all", () => {
  const record = fold(diary({ image_progress: "基础" }), says(0x500, "image_progress", "基础"), wang, 7);
  saved(record, set(schema, openForm(schema, record), "image_progress", "砌体"));
  expect(headsOf(record, "image_progress").map((head) => head.value)).toEqual(["砌体"]);
});

test("a conflict is settled by naming every head that was on the screen, the incumbent's value too", () => {
  const record = fold(diary({ image_progress: "基础" }), says(0x500, "image_progress", "主体一层"), wang, 7);
  const form = openSettlement(record, "image_progress");
  expect(edits(schema, form)).toEqual([]);
  saved(record, set(schema, form, "image_progress", "基础"));
  expect(read("one", headsOf(record, "image_progress"))).toMatchObject({ shows: "single", head: { value: "基础" } });
});

test("what arrives while somebody settles a conflict is not settled with it", () => {
  const record = fold(diary({ image_progress: "基础" }), says(0x500, "image_progress", "主体一层"), wang, 7);
  const form = openSettlement(record, "image_progress");
  fold(record, says(0x501, "image_progress", "砌体"), wang, 8);
  saved(record, set(schema, form, "image_progress", "基础"));
  expect(headsOf(record, "image_progress").map((head) => head.value)).toEqual(["砌体", "基础"]);
});

test("an emptied field takes away what was shown, and an empty text says nothing", () => {
  const record = diary({ idle_reason: "下雨" });
  const form = clear(openForm(schema, record), "idle_reason");
  const shown = headsOf(record, "idle_reason").map((head) => head.edit);
  expect(edits(schema, form)).toEqual([{ field: "idle_reason", replaces: shown }]);
  expect(edits(schema, set(schema, openForm(schema, record), "idle_reason", "  "))).toEqual(edits(schema, form));
});

test("one photo more leaves the others alone; one taken away takes away that one only", () => {
  const picture = (digit: string) => ({ sha256: digit.repeat(64) });
  const record = fold(diary({ photos: picture("a") }), says(0x500, "photos", picture("b")), wang, 7);
  const form = openForm(schema, record);
  const entries = [...(form.sets["photos"] ?? []).slice(1), { value: picture("c") }];
  saved(record, setEntries(form, "photos", entries));
  expect(headsOf(record, "photos").map((head) => head.value)).toEqual([picture("b"), picture("c")]);
});

test("presets stand in a new form and never over what the record says", () => {
  const presets = { date: "2026-03-02", image_progress: "基础" };
  expect(edits(schema, openForm(schema, emptyRecord(id(DIARY), "diary"), presets))).toHaveLength(2);
  const form = openForm(schema, diary({ image_progress: "砌体" }), presets);
  expect(edits(schema, form)).toEqual([{ field: "date", value: "2026-03-02", replaces: [] }]);
});

describe("a draft that is taken up again later", () => {
  const before = () => diary({ image_progress: "基础", weather_am: "晴" });
  const theirs = (record: RecordState) => {
    const shown = (field: string) => headsOf(record, field).map((head) => head.edit);
    fold(record, says(0x500, "image_progress", "主体二层", shown("image_progress")), wang, 7);
    return fold(record, says(0x501, "weather_am", "小雨", shown("weather_am")), wang, 8);
  };

  test("shows what others wrote where nothing was touched, and keeps what was", () => {
    const record = before();
    const draft = set(schema, openForm(schema, record), "image_progress", "主体一层");
    theirs(record);
    const form = refresh(schema, draft, record);
    expect(form.single).toMatchObject({ image_progress: "主体一层", weather_am: "小雨" });
    expect(meanwhile(schema, form, record)).toMatchObject([
      { name: "image_progress", heads: [{ value: "主体二层", by: wang.user }] },
    ]);
  });

  test("takes theirs if told so", () => {
    const record = before();
    const draft = set(schema, openForm(schema, record), "image_progress", "主体一层");
    theirs(record);
    const form = takeTheirs(schema, draft, record, "image_progress");
    expect(edits(schema, refresh(schema, form, record))).toEqual([]);
  });

  test("replaces theirs if the writer saw it and keeps their own, even where that is the old value", () => {
    for (const own of ["主体一层", "基础"]) {
      const record = before();
      const draft = set(schema, openForm(schema, record), "image_progress", "主体一层");
      theirs(record);
      const [seen] = meanwhile(schema, draft, record);
      if (seen === undefined) {
        throw new Error("nothing came meanwhile");
      }
      saved(record, set(schema, keepMine(draft, seen), "image_progress", own));
      expect(headsOf(record, "image_progress").map((head) => head.value)).toEqual([own]);
    }
  });
});

test("half a number is kept as it was typed and is no value", () => {
  const form = type(openForm(schema, diary({ temp_max: 120 })), "temp_max", "-");
  expect(form.typed).toEqual({ temp_max: "-" });
  expect(form.single).not.toHaveProperty("temp_max");
});

// Histories that nobody wrote by hand ---------------------------------------------------------------

const ONE = ["image_progress", "crew/钢筋工"];
const LATEST = ["weather_am"];
const SETS = ["progress_text", "visitors"];
const FIELDS = [...ONE, ...LATEST, ...SETS];
const text = fc.constantFrom("一", "二", "三");
const line = fc.record({ field: fc.constantFrom(...FIELDS), value: text });
/** Changes that came to the office, each replacing whatever stood or nothing. */
const history = fc.array(fc.record({ lines: fc.array(line, { minLength: 1, maxLength: 4 }), saw: fc.boolean() }), {
  maxLength: 6,
});
type History = { lines: { field: string; value: string }[]; saw: boolean }[];

function live(record: RecordState, changes: History, from: number): RecordState {
  changes.forEach(({ lines, saw }, place) => {
    const standing = (field: string) => (saw ? headsOf(record, field).map((head) => head.edit) : []);
    const made = lines.map(({ field, value }) => ({ field, value, replaces: standing(field) }));
    const number = from + place;
    const change = { id: id(number), record: id(DIARY), kind: "diary", made_at: NOW, edits: made };
    fold(record, change, wang, number);
  });
  return record;
}

/** What a person does to a form: sets, empties, adds, changes and removes. */
const act = fc.record({ field: fc.constantFrom(...FIELDS), value: fc.option(text, { nil: undefined }), at: fc.nat(3) });

function done(form: Form, acts: { field: string; value: string | undefined; at: number }[]): Form {
  return acts.reduce((form, { field, value, at }) => {
    if (!SETS.includes(field)) {
      return value === undefined ? clear(form, field) : set(schema, form, field, value);
    }
    const entries = form.sets[field] ?? [];
    const others = entries.filter((_, place) => place !== at);
    const old = entries[at];
    return setEntries(form, field, value === undefined ? others : [...others, { ...old, value }]);
  }, form);
}

const story = fc.record({ before: history, acts: fc.array(act, { maxLength: 8 }), meanwhile: history });

test("the record shows what stood in the form, if nothing came meanwhile", () => {
  fc.assert(
    fc.property(story, ({ before, acts }) => {
      const record = live(emptyRecord(id(DIARY), "diary"), before, 1);
      const wasConflict = new Set(ONE.filter((name) => inConflict("one", headsOf(record, name))));
      const form = done(openForm(schema, record), acts);
      saved(record, form);
      for (const name of [...ONE, ...LATEST].filter((name) => !wasConflict.has(name))) {
        const heads = headsOf(record, name);
        const shown = LATEST.includes(name) && form.single[name] === undefined ? [] : [form.single[name]];
        if (ONE.includes(name) || shown.length > 0) {
          const last = heads[heads.length - 1]?.value;
          expect(last).toBe(form.single[name]);
        }
      }
      for (const name of SETS) {
        const shown = headsOf(record, name).map((head) => head.value).sort();
        expect(shown).toEqual((form.sets[name] ?? []).map((entry) => entry.value).sort());
      }
    }),
  );
});

test("no head is ever replaced that the form did not show, whatever came meanwhile", () => {
  fc.assert(
    fc.property(story, ({ before, acts, meanwhile: later }) => {
      const record = live(emptyRecord(id(DIARY), "diary"), before, 1);
      const opened = openForm(schema, record);
      const form = done(opened, acts);
      const there = new Set(FIELDS.flatMap((name) => headsOf(record, name).map((head) => head.edit)));
      live(record, later, 100);
      const came = FIELDS.flatMap((name) => headsOf(record, name)).filter((head) => !there.has(head.edit));
      for (const line of edits(schema, form)) {
        const shown = (opened.shown[line.field] ?? []).map((head) => head.edit);
        expect(shown).toEqual(expect.arrayContaining(line.replaces));
      }
      saved(record, form);
      const standing = new Set(FIELDS.flatMap((name) => headsOf(record, name).map((head) => head.edit)));
      expect(came.filter((head) => !standing.has(head.edit))).toEqual([]);
    }),
  );
});

test("a form that was refreshed still replaces nothing that is not on its screen", () => {
  fc.assert(
    fc.property(story, ({ before, acts, meanwhile: later }) => {
      const record = live(emptyRecord(id(DIARY), "diary"), before, 1);
      const draft = done(openForm(schema, record), acts);
      live(record, later, 100);
      const form = refresh(schema, draft, record);
      for (const line of edits(schema, form)) {
        const shown = (form.shown[line.field] ?? []).map((head) => head.edit);
        expect(shown).toEqual(expect.arrayContaining(line.replaces));
        expect(draft.shown[line.field] ?? []).toEqual(form.shown[line.field] ?? []);
      }
      expect(edits(schema, form)).toEqual(edits(schema, draft));
    }),
  );
});
