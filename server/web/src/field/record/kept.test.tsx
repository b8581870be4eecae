// @vitest-environment happy-dom
/** What is typed outside of forms is there again, whatever closed the sheet. */

import "fake-indexeddb/auto";
import { render } from "preact";
import { afterEach, expect, test } from "vitest";
import { Device } from "../../db/device.ts";
import { id, li } from "../form/testing.ts";
import { isWrittenIn } from "../form/begin.ts";
import { type Kept, useKept } from "./kept.ts";

const NOTE = `sign/${id(1)}/returned`;
const devices: Device[] = [];

afterEach(() => {
  devices.splice(0).forEach((device) => device.close());
});

async function sheet() {
  const device = await Device.open("kept");
  devices.push(device);
  await device.enrol(li, "token");
  const place = document.createElement("div");
  let kept: Kept<{ note: string; name: string }> | undefined;
  const Sheet = () => {
    kept = useKept(device, NOTE, "diary", { note: "", name: li.name });
    return null;
  };
  render(<Sheet />, place);
  return { device, now: () => kept!, close: () => render(null, place) };
}

test("a note is kept with each letter, followed in other windows, and goes with the change that says it", async () => {
  const [first, second] = [await sheet(), await sheet()];
  first.now().change({ note: "请写明" });
  first.now().change({ note: "请写明轴线" });
  await expect.poll(() => second.now().value).toEqual({ note: "请写明轴线", name: li.name });
  first.close();
  second.close();
  const again = await sheet();
  await expect.poll(() => again.now().value.note).toBe("请写明轴线");
  expect((await again.device.drafts.all()).filter(isWrittenIn), "it is no form to go on with").toEqual([]);
  const change = { id: id(9), record: id(1), kind: "diary", made_at: "2026-03-02T17:45:10+08:00", edits: [{ field: "remarks", value: "退", replaces: [] }] };
  await again.device.save(change, again.now().from);
  expect(await again.device.drafts.all()).toEqual([]);
});
