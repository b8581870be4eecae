/** Who comes in at a desk: never over the work of somebody else, and never into their name. */

import "fake-indexeddb/auto";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Device, Hand } from "../../db/device.ts";
import { id } from "../../field/form/testing.ts";
import type { Came } from "../answers.ts";
import { type Credentials, type Door, type SignedIn, enter } from "./entering.ts";

const PEOPLE: Record<string, { user: string; name: string }> = {
  gaibo: { user: id(1), name: "改薄办（演示）" },
  caizheng: { user: id(2), name: "财政（演示）" },
};

/** A server that knows two people, and gives each sign-in a browser of that number. */
class Server implements Door {
  begun: string[] = [];
  ended = 0;
  browser = 0xd01;
  isAway = false;

  async begin({ username, password }: Credentials): Promise<Came<SignedIn>> {
    this.begun.push(username);
    if (this.isAway) {
      return { kind: "no_line" };
    }
    const who = PEOPLE[username.trim().toLowerCase()];
    if (who === undefined || password !== "right") {
      return { kind: "refused", problem: { status: 401, code: "sign_in_failed", detail: "用户名或密码不对" } };
    }
    const user = { id: who.user, username: username.trim().toLowerCase(), display_name: who.name };
    return { kind: "answer", value: { user, roles: [], device: { id: id(this.browser) } } };
  }

  async end(): Promise<void> {
    this.ended += 1;
  }

  async schema(): Promise<Came<object>> {
    return { kind: "answer", value: { kinds: [] } };
  }

  async betweenSyncs(work: () => Promise<void>): Promise<void> {
    await work();
  }
}

let device: Device;
let server: Server;
let number = 0;

beforeEach(async () => {
  number += 1;
  device = await Device.open(`desk-${number}`);
  server = new Server();
});
afterEach(() => device.close());

const right = (username: string) => ({ username, password: "right" });

async function save(): Promise<void> {
  await device.save({ id: id(0x900 + number), record: id(0x77), kind: "diary", made_at: "2026-03-02T17:00:00+08:00", edits: [{ field: "remarks", value: "好", replaces: [] }] });
}

describe("at a desk", () => {
  test("somebody comes in, and the desk is theirs, by the session's cookie and without a replica", async () => {
    expect(await enter(device, server, right("gaibo"))).toMatchObject({ kind: "in" });
    expect(await device.phone()).toMatchObject({ owner: { user: id(1), device: id(0xd01) }, partial: true });
    expect(await device.token()).toBe("");
    expect(await device.paper("schema")).toEqual({ kinds: [] });
  });

  test("a wrong password and no line are told, and nobody is in", async () => {
    expect(await enter(device, server, { username: "gaibo", password: "x" })).toMatchObject({ kind: "refused", problem: { code: "sign_in_failed" } });
    server.isAway = true;
    expect(await enter(device, server, right("gaibo"))).toEqual({ kind: "no_line" });
    expect(await device.phone()).toBeUndefined();
  });

  test("whoever comes back in the same browser finds all as it was", async () => {
    await enter(device, server, right("gaibo"));
    await save();
    await enter(device, server, right(" Gaibo "));
    expect((await device.phone())?.outbox.waiting).toHaveLength(1);
  });

  test("whoever comes back as another browser sends all that is kept again", async () => {
    await enter(device, server, right("gaibo"));
    await save();
    server.browser = 0xd02;
    await enter(device, server, right("gaibo"));
    expect(await device.phone()).toMatchObject({ owner: { device: id(0xd02) }, partial: true, cursor: null });
    expect((await device.phone())?.outbox.waiting).toHaveLength(1);
  });

  test("nobody else comes in while something has not arrived: the server is not even asked", async () => {
    await enter(device, server, right("gaibo"));
    await save();
    server.begun = [];
    expect(await enter(device, server, right("caizheng"))).toEqual({ kind: "anothers", name: "改薄办（演示）", count: 1 });
    expect(await enter(device, server, right("caizheng"), true)).toMatchObject({ kind: "anothers" });
    expect(server.begun).toEqual([]);
    expect((await device.phone())?.owner.user).toBe(id(1));
  });

  test("drafts of somebody else go when that is said, and not before", async () => {
    await enter(device, server, right("gaibo"));
    await device.drafts.keep({ id: id(0x88), kind: "diary", fields: { a: 1 }, touchedAt: "" }, new Hand());
    expect(await enter(device, server, right("caizheng"))).toEqual({ kind: "drafts", name: "改薄办（演示）", count: 1 });
    expect(await enter(device, server, right("caizheng"), true)).toMatchObject({ kind: "in" });
    expect(await device.drafts.all()).toEqual([]);
    expect(await device.phone()).toMatchObject({ owner: { user: id(2) }, partial: true });
  });

  test("a name that belongs to somebody else by now is not let into the work of who had it", async () => {
    await enter(device, server, right("gaibo"));
    await save();
    PEOPLE["gaibo"] = { user: id(9), name: "新来的（演示）" };
    try {
      expect(await enter(device, server, right("gaibo"))).toMatchObject({ kind: "anothers" });
    } finally {
      PEOPLE["gaibo"] = { user: id(1), name: "改薄办（演示）" };
    }
    expect(server.ended).toBe(1);
    expect((await device.phone())?.owner.user).toBe(id(1));
  });
});
