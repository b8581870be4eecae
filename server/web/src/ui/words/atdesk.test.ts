/** The same sentence on a phone and at a desk. */

import { expect, test } from "vitest";
import { sayIn, speakAtDesk } from "./catalogue.ts";
import { form } from "./form.ts";
import { frame } from "./frame.ts";
import { record } from "./record.ts";
import { withdrawal } from "./withdrawal.ts";

test("what speaks of the phone speaks of the computer at a desk, and all else stays as it is", () => {
  const zh = sayIn("zh");
  expect(zh(form.kept)).toContain("手机");
  speakAtDesk();
  expect(zh(form.kept)).toBe("已自动存在这台电脑上，随时可以接着写");
  expect(sayIn("en")(record.signFailed)).not.toContain("phone");
  expect(zh(form.save)).toBe("保存");
  const all = [form, frame, record, withdrawal].flatMap((room) => Object.values(room)).flatMap((word) => ("atDesk" in word ? [word.atDesk] : []));
  expect(all.length).toBeGreaterThan(10);
  expect(all.filter(({ zh, en }) => zh.includes("手机") || /phone/i.test(en))).toEqual([]);
});
