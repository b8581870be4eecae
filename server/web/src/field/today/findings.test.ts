/** How findings stand: the same cases as on the server, in `programme/states/finding.rs`. */

import { describe, expect, test } from "vitest";
import { type RecordState, headsOf } from "../../protocol/record.ts";
import type { Value } from "../../protocol/wire.ts";
import { PROJECT, fold, id, li, schema, wang, written } from "../form/testing.ts";
import { type FindingStanding, type Said, asks, findingState, findingStates, waitingFindings } from "./findings.ts";

const TODAY = "2026-03-10";
const TEAM = [{ role: "school_team", scope: `project:${PROJECT}` }];
const INSPECTOR = [{ role: "inspector", scope: `zone:${id(0xcc)}` }];
let seq = 1;

function record(kind: string, fields: Record<string, Value>, who = li): RecordState {
  seq += 1;
  return written(kind, seq, fields, { who, seq });
}

function edited(record: RecordState, field: string, value: Value): RecordState {
  seq += 1;
  const replaces = headsOf(record, field).map((head) => head.edit);
  const edits = [{ field, value, replaces }];
  const change = { id: id(0x9000 + seq), record: record.id, kind: record.kind, made_at: `${TODAY}T11:00:00+08:00`, edits };
  return fold(record, change, li, seq);
}

describe("a finding", () => {
  const attempt = (finding: RecordState, who = li) => record("rectification", { finding: finding.id, measures: "加固" }, who);
  const verdict = (finding: RecordState, of: RecordState, result: string, who = wang) =>
    record("verification", { finding: finding.id, rectification: of.id, result }, who);

  const receipt = (finding: RecordState, more: Record<string, Value> = { received_by: "演示签收人" }) =>
    record("notice", { notice_kind: "整改通知单", findings: finding.id, ...more }, wang);

  const said = (rectifications: RecordState[] = [], verifications: RecordState[] = [], notices: RecordState[] = []): Said => ({ rectifications, verifications, notices });

  function story(steps: (finding: RecordState) => Partial<Said>) {
    const finding = record("finding", { deadline: "2026-03-08", severity: "较大" }, wang);
    return findingState(finding, { ...said(), ...steps(finding) }, schema, TODAY);
  }

  const cases: [string, FindingStanding, number, Parameters<typeof story>[0]][] = [
    ["was just issued", "issued", 2, () => ({})],
    ["has a notice that somebody signed for", "acknowledged", 2, (finding) => ({ notices: [receipt(finding)] })],
    ["has a notice that nobody signed for", "issued", 2, (finding) => ({ notices: [receipt(finding, {})] })],
    ["has a notice that was withdrawn", "issued", 2, (finding) => ({ notices: [edited(receipt(finding), "withdrawn", "发错了")] })],
    ["is claimed to be mended", "claimed", 2, (finding) => ({ rectifications: [attempt(finding)], notices: [receipt(finding)] })],
    [
      "was looked at and passed",
      "closed",
      0,
      (finding) => {
        const done = attempt(finding);
        return { rectifications: [done], verifications: [verdict(finding, done, "通过")] };
      },
    ],
    [
      "was looked at and did not pass",
      "rejected",
      2,
      (finding) => {
        const done = attempt(finding);
        return { rectifications: [done], verifications: [verdict(finding, done, "不通过")] };
      },
    ],
    [
      "did not pass, was claimed anew, and that was not looked at",
      "claimed",
      2,
      (finding) => {
        const first = attempt(finding);
        return { rectifications: [first, attempt(finding)], verifications: [verdict(finding, first, "不通过")] };
      },
    ],
    [
      "has two verdicts that differ: it is not closed",
      "rejected",
      2,
      (finding) => {
        const done = attempt(finding);
        const both = verdict(finding, done, "通过");
        const edits = [{ field: "result", value: "不通过", replaces: [] }];
        fold(both, { id: id(0x8888), record: both.id, kind: "verification", made_at: TODAY, edits }, li);
        return { rectifications: [done], verifications: [both] };
      },
    ],
    [
      "was looked at by who mended it: that does not count",
      "claimed",
      2,
      (finding) => {
        const done = attempt(finding);
        return { rectifications: [done], verifications: [verdict(finding, done, "通过", li)] };
      },
    ],
    [
      "was looked at in an attempt that is not there: that does not count",
      "claimed",
      2,
      (finding) => ({ rectifications: [attempt(finding)], verifications: [verdict(finding, attempt(finding), "通过")] }),
    ],
    [
      "was closed, and found not to be right after all",
      "rejected",
      2,
      (finding) => {
        const done = attempt(finding);
        return { rectifications: [done], verifications: [verdict(finding, done, "通过"), verdict(finding, done, "不通过")] };
      },
    ],
    [
      "was looked at twice, and passed the second time",
      "closed",
      0,
      (finding) => {
        const first = attempt(finding);
        const fails = verdict(finding, first, "不通过");
        const second = attempt(finding);
        return { rectifications: [second, first], verifications: [verdict(finding, second, "通过"), fails] };
      },
    ],
    [
      "was claimed by a record that was withdrawn",
      "issued",
      2,
      (finding) => ({ rectifications: [edited(attempt(finding), "withdrawn", "写错了")] }),
    ],
    ["others speak of another finding", "issued", 2, () => ({ rectifications: [attempt(record("finding", {}))] })],
  ];

  test.each(cases)("%s: %s", (_, standing, overdueDays, steps) => {
    expect(story(steps)).toMatchObject({ standing, overdueDays });
  });

  test("stands the same among others as by itself", () => {
    const [first, second] = [record("finding", {}, wang), record("finding", {}, wang)];
    const done = [attempt(first), attempt(second), attempt(record("finding", {}))];
    const looked = [verdict(second, done[1]!, "通过")];
    const third = record("finding", {}, wang);
    const all = said(done, looked, [receipt(third), receipt(first)]);
    const states = findingStates([first, second, third], all, schema, TODAY);
    expect(states).toEqual([first, second, third].map((finding) => findingState(finding, all, schema, TODAY)));
    expect(states.map(({ standing }) => standing)).toEqual(["claimed", "closed", "acknowledged"]);
  });

  test("waits for the school to mend it, and for the inspector to look at it", () => {
    const open = story(() => ({}));
    const claimed = story((finding) => ({ rectifications: [attempt(finding)] }));
    expect([asks(open, TEAM, li.user), asks(open, INSPECTOR, wang.user)]).toEqual(["rectify", undefined]);
    expect([asks(claimed, TEAM, li.user), asks(claimed, INSPECTOR, wang.user)]).toEqual([undefined, "verify"]);
  });

  test("that is withdrawn waits for nobody", () => {
    const gone = edited(record("finding", { deadline: "2026-03-08" }, wang), "withdrawn", "写错学校");
    const open = findingState(gone, said(), schema, TODAY);
    const claimed = findingState(gone, said([attempt(gone)]), schema, TODAY);
    expect(open.overdueDays).toBe(0);
    expect([asks(open, TEAM, li.user), asks(claimed, INSPECTOR, wang.user)]).toEqual([undefined, undefined]);
    expect(waitingFindings([open, claimed], [...TEAM, ...INSPECTOR], wang.user)).toEqual([]);
  });

  test("is not looked at by who mended it, whatever else they are", () => {
    const claimed = story((finding) => ({ rectifications: [attempt(finding)] }));
    expect(asks(claimed, [...TEAM, ...INSPECTOR], li.user)).toBeUndefined();
  });

  test("comes in the order of the deadlines", () => {
    const due = (deadline?: string) =>
      findingState(record("finding", deadline === undefined ? {} : { deadline }), said(), schema, TODAY);
    const waiting = waitingFindings([due(), due("2026-04-01"), due("2026-03-01")], TEAM, li.user);
    expect(waiting.map((state) => state.deadline)).toEqual(["2026-03-01", "2026-04-01", undefined]);
  });
});
