/** One draft in several windows, killed ones among them: nothing that somebody typed is lost. */

import "fake-indexeddb/auto";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Device, PicturesLost, WrittenElsewhere } from "../../db/device.ts";
import { take } from "../../photos/take.ts";
import { newPhone } from "../../sync/phone.ts";
import { bookOf } from "../record/book.ts";
import { begin, isWrittenIn } from "./begin.ts";
import type { Form } from "./model.ts";
import { Session } from "./session.ts";
import { PROJECT, li, wireSchema } from "./testing.ts";

const NOW = "2026-03-02T17:45:10+08:00";
const me = { user: { id: li.user, username: "li", display_name: li.name }, roles: [] };
const pages: Device[] = [];
let database = 0;

beforeEach(() => {
  database += 1;
});

afterEach(() => {
  pages.splice(0).forEach((device) => device.close());
});

/** A window of the app: all windows of a test share one database. */
async function open(): Promise<Device> {
  const device = await Device.open(`session-${database}`);
  pages.push(device);
  await device.enrol(li, "token");
  return device;
}

async function bookIn(device: Device) {
  return bookOf((await device.phone()) ?? newPhone(li), wireSchema, me, new Map([["diary", []], ["finding", []]]));
}

/** A window in which that draft is open. */
async function windowOn(draft: string, kind = "diary") {
  const device = await open();
  const session = await Session.open(device, await bookIn(device), kind, draft);
  return { device, session, form: () => session.standing().form };
}

async function begun(kind = "diary", presets = { project: PROJECT, date: "2026-03-02" }): Promise<string> {
  const device = await open();
  return (await begin(device, await bookIn(device), kind, presets, NOW)) ?? "";
}

const write = (name: string, value: string) => (window: { session: Session }) =>
  window.session.put((form) => ({ ...form, single: { ...form.single, [name]: value } }));

test("what one window writes is followed by the other, and both by what comes next", async () => {
  const draft = await begun();
  const [left, right] = [await windowOn(draft), await windowOn(draft)];
  await write("idle_reason", "下雨")(left);
  await expect.poll(() => right.form().single["idle_reason"]).toBe("下雨");
  await write("weather_am", "小雨")(right);
  await expect.poll(() => left.form().single["weather_am"]).toBe("小雨");
  expect(left.form().single["idle_reason"]).toBe("下雨");
});

test("where both wrote and neither had seen the other, both stand: in their own fields, or beside", async () => {
  const draft = await begun();
  const [left, right] = [await windowOn(draft), await windowOn(draft)];
  // Both at once: the messages of the windows to each other come too late.
  await Promise.all([
    write("idle_reason", "下雨")(left),
    write("weather_am", "小雨")(left),
    write("idle_reason", "停电")(right),
    write("weather_pm", "阴")(right),
  ]);
  const stored = async () => (await left.device.drafts.of(draft))?.fields as unknown as Form;
  await expect.poll(async () => (await stored()).beside?.length).toBe(1);
  const { single, beside } = await stored();
  expect(single).toMatchObject({ weather_am: "小雨", weather_pm: "阴" });
  expect([single["idle_reason"], beside?.[0]?.value].sort()).toEqual(["下雨", "停电"].sort());
  expect(beside?.[0]?.why).toBe("elsewhere");
  await expect.poll(() => [left.form().beside, right.form().beside]).toEqual([beside, beside]);
});

test("a window that did not see what another wrote saves nothing over it", async () => {
  const draft = await begun();
  const [left, right] = [await windowOn(draft), await windowOn(draft)];
  await write("idle_reason", "下雨")(left);
  await expect.poll(() => right.form().single["idle_reason"]).toBe("下雨");
  const typed = write("weather_pm", "阴")(right);
  await expect(left.session.save()).rejects.toThrow(WrittenElsewhere);
  await typed;
  expect((await left.device.phone())?.outbox.waiting).toEqual([]);
  await expect.poll(() => left.form().single).toMatchObject({ idle_reason: "下雨", weather_pm: "阴" });
  await left.session.save();
  expect((await left.device.phone())?.outbox.waiting).toHaveLength(1);
});

test("a draft that another window threw away is told, and what stands here is not lost", async () => {
  const draft = await begun();
  const [left, right] = [await windowOn(draft), await windowOn(draft)];
  await write("idle_reason", "下雨")(left);
  await expect.poll(() => right.form().single["idle_reason"]).toBe("下雨");
  expect(await right.session.throwAway()).toBe(true);
  await expect.poll(() => left.session.standing().isGone).toBe(true);
  await write("weather_am", "小雨")(left);
  expect(await left.device.drafts.of(draft), "it does not come back by itself").toBeUndefined();
  await left.session.goOn();
  expect(left.session.standing().isGone).toBe(false);
  expect((await left.device.drafts.of(draft))?.fields["single"]).toMatchObject({ idle_reason: "下雨", weather_am: "小雨" });
});

test("what another window saved is not saved a second time", async () => {
  const draft = await begun();
  const [left, right] = [await windowOn(draft), await windowOn(draft)];
  await left.session.put((form) => ({ ...form, sets: { ...form.sets, remarks: [{ value: "张工到场" }] } }));
  await expect.poll(() => right.form().sets["remarks"]).toHaveLength(1);
  await left.session.save();
  await expect.poll(() => right.session.standing().isGone).toBe(true);
  right.session.renew(await bookIn(right.device));
  await expect(right.session.save()).rejects.toThrow(WrittenElsewhere);
  await right.session.goOn();
  await write("weather_am", "小雨")(right);
  await right.session.save();
  const changes = (await right.device.phone())?.outbox.waiting ?? [];
  expect(changes.flatMap(({ edits }) => edits).filter((line) => line.field === "remarks")).toHaveLength(1);
  expect(changes[1]?.edits.map((line) => line.field)).toEqual(["weather_am"]);
});

test("a form in which nobody wrote leaves a draft alone that another window writes in", async () => {
  const draft = await begun();
  const [left, right] = [await windowOn(draft), await windowOn(draft)];
  await write("idle_reason", "下雨")(right);
  left.session.leave();
  await expect.poll(async () => (await right.device.drafts.of(draft))?.fields["single"]).toMatchObject({ idle_reason: "下雨" });
  expect(right.session.standing().isGone).toBe(false);
});

test("a page that is killed during the first photo leaves a draft that Today lists, with the photo in it", async () => {
  const draft = await begun("finding", { project: PROJECT, date: "2026-03-02" });
  const killed = await windowOn(draft, "finding");
  expect((await killed.device.drafts.all()).map(isWrittenIn)).toEqual([false]);
  // The browser is killed while the picture is being shrunk, which ends never.
  const shrinking = new Promise<void>((resolve) => {
    const never = () => {
      resolve();
      return new Promise<undefined>(() => undefined);
    };
    const picture = new Blob([new Uint8Array([0xff, 0xd8, 0xff, 0xe0]), "x".repeat(500_000)], { type: "image/jpeg" });
    void killed.session.await(async () => void (await take(killed.device, picture, { draft, source: "camera", keepOriginal: false }, never)));
  });
  await shrinking;
  killed.device.close();
  const after = await open();
  expect((await after.drafts.all()).filter(isWrittenIn).map(({ id, kind }) => [id, kind])).toEqual([[draft, "finding"]]);
  const taken = await Session.open(after, await bookIn(after), "finding", draft);
  expect(taken.standing().form.sets["photos"]).toHaveLength(1);
});

test("pictures that are nowhere any more are told, and taken out by a person alone", async () => {
  const draft = await begun();
  const { device, session } = await windowOn(draft);
  const sha256 = "a".repeat(64);
  await session.put((form) => ({ ...form, sets: { ...form.sets, photos: [{ value: { sha256 } }] } }));
  const failed = await session.save().catch((error: unknown) => error);
  expect(failed).toBeInstanceOf(PicturesLost);
  expect(await device.drafts.of(draft)).toBeDefined();
  await session.takeOut((failed as PicturesLost).hashes);
  expect(await session.save()).toBe(draft);
  expect((await device.phone())?.outbox.waiting).toHaveLength(1);
});

test("what the device could not keep is tried again without another keystroke", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const draft = await begun();
  const left = await windowOn(draft);
  const keep = vi.spyOn(left.device.drafts, "keep").mockRejectedValueOnce(new DOMException("full", "QuotaExceededError"));
  await write("idle_reason", "下雨")(left);
  expect(left.session.standing().isUnkept).toBe(true);
  await vi.advanceTimersByTimeAsync(5_000);
  vi.useRealTimers();
  await expect.poll(async () => (await left.device.drafts.of(draft))?.fields["single"]).toMatchObject({ idle_reason: "下雨" });
  expect(left.session.standing().isUnkept).toBe(false);
  keep.mockRestore();
});

test("a key that was typed and not added counts as added when the form is saved", async () => {
  const draft = await begun();
  const { device, session } = await windowOn(draft);
  session.type("crew/", "电焊工/班组");
  expect(session.complete().single).toMatchObject({ "crew/电焊工／班组": 1 });
  await session.save();
  const [change] = (await device.phone())?.outbox.waiting ?? [];
  expect(change?.edits).toContainEqual({ field: "crew/电焊工／班组", value: 1, replaces: [] });
});
