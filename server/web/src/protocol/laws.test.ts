/** The laws of merging, on histories that nobody wrote by hand. */

import fc from "fast-check";
import { expect, test } from "vitest";
import { type RecordState, apply, changeOf, editId, emptyRecord, headsOf, read } from "./record.ts";
import type { Change, EditId, Uuid } from "./wire.ts";

const FIELDS = ["image_progress", "crew/钢筋工", "photos"];
const RECORD = "0198c9a4-0000-7000-8000-0000000000ff";

interface Line {
  field: string;
  value: number | undefined;
  /** Which lines of earlier changes it replaces, as numbers to be taken modulo their count. */
  saw: number[];
}

const line: fc.Arbitrary<Line> = fc.record({
  field: fc.constantFrom(...FIELDS),
  value: fc.option(fc.integer({ min: 0, max: 3 }), { nil: undefined }),
  saw: fc.array(fc.nat(), { maxLength: 3 }),
});

/** Changes as people on phones make them: each names some edits of those that were made before it. */
const history = fc.array(fc.array(line, { minLength: 1, maxLength: 4 }), { maxLength: 9 }).map((made) => {
  const edits: { id: EditId; field: string }[] = [];
  return made.map((lines, number): Change => {
    const id = `0198c9a4-0000-7000-8000-${String(number).padStart(12, "0")}`;
    const before = [...edits];
    const change = {
      id,
      record: RECORD,
      kind: "diary",
      made_at: "2026-03-02T17:41:08+08:00",
      edits: lines.map(({ field, value, saw }) => {
        const there = before.filter((edit) => edit.field === field);
        const replaces = saw.flatMap((place) => there[place % there.length]?.id ?? []);
        return { field, replaces, ...(value === undefined ? {} : { value }) };
      }),
    };
    change.edits.forEach(({ field }, index) => edits.push({ id: editId(id, index), field }));
    return change;
  });
});

const origin = { by: RECORD, by_name: "演示 李老师", device: RECORD };

function fold(changes: readonly Change[], seqs: Map<Uuid, number> = new Map()): RecordState {
  const record = emptyRecord(RECORD, "diary");
  const known = new Set<Uuid>();
  for (const change of changes) {
    const seq = seqs.get(change.id);
    apply(record, change, { ...origin, ...(seq === undefined ? {} : { seq }) }, (id) => known.has(id));
    known.add(change.id);
  }
  return record;
}

function told(record: RecordState) {
  return FIELDS.map((field) => headsOf(record, field));
}

test("order does not matter, nor how often something comes", () => {
  const shuffled = history.chain((changes) => {
    const again = fc.shuffledSubarray([...changes, ...changes], { minLength: changes.length });
    return again.map((order) => [changes, [...order, ...changes]] as const);
  });
  fc.assert(
    fc.property(shuffled, ([changes, order]) => {
      const seqs = new Map(changes.map((change, place) => [change.id, place + 1]));
      expect(told(fold(order, seqs))).toEqual(told(fold(changes, seqs)));
    }),
  );
});

test("nothing vanishes: a value stands, or an edit of its field named it", () => {
  fc.assert(
    fc.property(history, (changes) => {
      const record = fold(changes);
      const replaced = new Set(
        changes.flatMap((change) =>
          change.edits.flatMap((edit) => edit.replaces.map((id) => `${edit.field} ${id}`)),
        ),
      );
      for (const change of changes) {
        change.edits.forEach((edit, index) => {
          const id = editId(change.id, index);
          const stands = headsOf(record, edit.field).some((head) => head.edit === id);
          expect(stands).toBe(edit.value !== undefined && !replaced.has(`${edit.field} ${id}`));
        });
      }
    }),
  );
});

test("missing knowledge only ever adds a head", () => {
  const part = history.chain((changes) => fc.tuple(fc.constant(changes), fc.subarray(changes)));
  fc.assert(
    fc.property(part, ([changes, some]) => {
      const came = new Set(some.map((change) => change.id));
      const [whole, partial] = [fold(changes), fold(some)];
      for (const field of FIELDS) {
        const there = new Set(headsOf(partial, field).map((head) => head.edit));
        for (const head of headsOf(whole, field)) {
          expect(there.has(head.edit)).toBe(came.has(changeOf(head.edit)));
        }
      }
    }),
  );
});

test("a gap is closed once all that was named has come", () => {
  fc.assert(
    fc.property(history, (changes) => {
      for (const state of fold(changes).fields.values()) {
        expect([...state.awaited]).toEqual([]);
      }
    }),
  );
});

test("clocks and devices say nothing", () => {
  const clocks = fc.date({ noInvalidDate: true, min: new Date(0), max: new Date("2099-12-31") });
  const odd = history.chain((changes) => {
    const times = fc.array(clocks, { minLength: changes.length, maxLength: changes.length });
    return fc.tuple(fc.constant(changes), times);
  });
  fc.assert(
    fc.property(odd, ([changes, times]) => {
      const late = changes.map((change, place) => ({
        ...change,
        made_at: times[place]?.toISOString() ?? change.made_at,
      }));
      const readings = (record: RecordState) =>
        FIELDS.map((field) => read("one", headsOf(record, field).map((head) => ({ ...head, made_at: "" }))));
      expect(readings(fold(late))).toEqual(readings(fold(changes)));
    }),
  );
});
