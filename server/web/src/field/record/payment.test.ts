/** Two keys are two people, as the server counts them. */

import { describe, expect, test } from "vitest";
import type { RecordState } from "../../protocol/record.ts";
import { Schema } from "../../protocol/schema.ts";
import { hasGiven, keysIn, roleToGive } from "./payment.ts";

const SCHEMA = new Schema({
  protocol: 1,
  kinds: [
    {
      name: "fund_event", zh: "", en: "", identity: "free", belongs: "to_school_or_county", audience: "everyone", append_only: true, writers: [],
      fields: [
        { name: "type", zh: "", en: "", type: "text", rule: "one", required: "always", writers: "kind" },
        { name: "signoffs", zh: "", en: "", type: "signoff", rule: "many", required: "optional", writers: "signers", talk: true },
      ],
    },
  ],
  choice_lists: [], checklists: [], roles: [],
});
const EDIT = "00000000-0000-7000-8000-000000000001.0";

/** A payment that these have signed, each told as `[who, role]`. */
function signed(...by: (readonly [who: string, role: string])[]): RecordState {
  const head = (edit: string, who: string, value: unknown) => ({ edit, value, by: who, by_name: who, device: "d", made_at: "2026-03-02T10:00:00+08:00", seq: 1 });
  const signoffs = by.map(([who, role], place) => head(`00000000-0000-7000-8000-00000000001${place}.0`, who, { role, verdict: "approved", covers: [EDIT] }));
  const fields = new Map(Object.entries({ type: { heads: [head(EDIT, "writer", "拨付")], awaited: new Set() }, signoffs: { heads: signoffs, awaited: new Set() } }));
  return { id: "r", kind: "fund_event", fields } as unknown as RecordState;
}

describe("the keys of a payment", () => {
  test("are two people’s", () => {
    const whole = keysIn(signed(["li", "project_office"], ["wang", "finance"]), SCHEMA);
    expect([whole.education?.head.by, whole.finance?.head.by, whole.both]).toEqual(["li", "wang", undefined]);
    const one = keysIn(signed(["li", "project_office"], ["li", "finance"]), SCHEMA);
    expect([one.education?.head.by, one.finance, one.both?.head.by]).toEqual(["li", undefined, "li"]);
  });

  test("are offered to who has given none, in the role that has the missing one", () => {
    const half = signed(["li", "project_office"]);
    expect(roleToGive(half, SCHEMA, ["project_office", "finance"], "li")).toBeUndefined();
    expect(hasGiven(half, SCHEMA, "li")).toBe(true);
    expect(roleToGive(half, SCHEMA, ["project_office", "finance"], "wang")).toBe("finance");
    expect(roleToGive(half, SCHEMA, ["project_office"], "wang")).toBeUndefined();
    expect(roleToGive(signed(), SCHEMA, ["equipment_station"], "wang")).toBe("equipment_station");
  });
});
