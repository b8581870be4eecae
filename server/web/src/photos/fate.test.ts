/** The office will not have a photo: what its owner may do, and what follows. */

import { describe, expect, test } from "vitest";
import type { Change, Edit } from "../protocol/wire.ts";
import { type Phone, type Photo, newPhone } from "../sync/phone.ts";
import { asksItsOwner, isStuck, left, sentAgain, showing, withReplaced } from "./fate.ts";

const [A, B] = ["aa".repeat(32), "bb".repeat(32)] as const;
const ID = "0198c9a4-0000-7000-8000-000000000001";

function change(id: string, ...edits: Edit[]): Change {
  return { id, record: "r", kind: "diary", made_at: "2026-03-02T17:41:08+08:00", edits };
}

function shows(sha256: string, ...replaces: string[]): Edit {
  return { field: "photos", value: { sha256, category: "形象进度" }, replaces };
}

const first = change(ID, { field: "remarks", value: "x", replaces: [] }, shows(A));
const refused: Photo = {
  length: 9,
  filename: "a.png",
  filetype: "image/png",
  upload: "/api/v1/uploads/1",
  acknowledged: 9,
  atOffice: false,
  settled: false,
  refused: "照片的边长超过 12000 像素",
  of: showing(first, A),
};

function phone(photo = refused): Phone {
  return { ...newPhone({ user: "u", name: "演示 李老师", device: "d" }), photos: { [A]: photo } };
}

describe("a photo that is stuck", () => {
  test("asks its owner until they leave it at that, and says for good why it was refused", () => {
    expect([refused, { ...refused, atOffice: true }].map(asksItsOwner)).toEqual([true, false]);
    const isLeft = left(refused);
    expect([isStuck(isLeft), asksItsOwner(isLeft), isLeft.refused]).toEqual([true, false, refused.refused]);
    const { refused: _, ...fine } = refused;
    expect(left(fine), "only what is stuck is left").toEqual(fine);
  });

  test("is sent again from the beginning, as if nothing had been said", () => {
    const again = sentAgain(left({ ...refused, fault: "damaged" }));
    expect(isStuck(again)).toBe(false);
    expect(again).toMatchObject({ acknowledged: 0, of: refused.of });
    expect(again.upload).toBeUndefined();
  });

  test("asks no more once a change put another in its place, and only then", () => {
    expect(refused.of).toEqual({ record: "r", kind: "diary", edits: [`${ID}.1`] });
    const state = (next: Change) => withReplaced(phone(), next).photos[A]?.isLeft;
    expect(state(change("c2", shows(B, `${ID}.1`)))).toBe(true);
    expect(state(change("c2", { field: "photos", replaces: [`${ID}.1`] })), "taken out").toBe(true);
    expect(state(change("c2", shows(B))), "one beside it").toBeUndefined();
    expect(state(change("c2", shows(A, `${ID}.1`))), "with another caption").toBeUndefined();
    const { of: _, ...before } = refused;
    expect(withReplaced(phone(before), change("c2", shows(B, `${ID}.1`))).photos[A]?.isLeft).toBeUndefined();
  });
});
