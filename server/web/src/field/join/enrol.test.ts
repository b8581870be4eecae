/** From a code on paper to a phone that is somebody's. */

import "fake-indexeddb/auto";
import { describe, expect, test } from "vitest";
import { Device } from "../../db/device.ts";
import { type Fetch, codeIn, isWhole, join, settleIn } from "./enrol.ts";

const LONG = "sV1x3dQ0Jk-2u_Wm9pYbTg";

const enrolled = {
  device: "0198c9a4-0000-7000-8000-00000000000d",
  token: "secret",
  user: {
    id: "0198c9a4-0000-7000-8000-00000000000b",
    username: "li",
    display_name: "李老师（演示）",
    roles: [{ role: "school_team", scope: "project:0198", zh: "监管组", en: "School team" }],
  },
  server: { id: "s", public_url: "https://ledger.example", protocol: 1, version: "0.1.0" },
};

function answering(status: number, body: string): Fetch {
  return async () => new Response(body, { status });
}

describe("a code", () => {
  test("is read from the link of the QR code, however it was passed on", () => {
    expect(codeIn(`https://ledger.example/#/enrol/${LONG}`)).toBe(LONG);
    expect(codeIn(` 请点 https://ledger.example/#/enrol/${LONG} 登记`)).toBe(LONG);
    expect(codeIn(LONG)).toBe(LONG);
  });

  test("is read as people type it", () => {
    for (const typed of ["ab2c-d3ef", "AB2C D3EF", " ab2cd3ef ", "ＡＢ２Ｃ－Ｄ３ＥＦ"]) {
      expect(codeIn(typed)).toBe("AB2CD3EF");
    }
  });

  test("is not sent while it is half", () => {
    expect([codeIn("AB2C"), codeIn("AB2C-D3EF"), LONG, ""].map(isWhole)).toEqual([false, true, true, false]);
  });
});

describe("joining", () => {
  const ask = (fetch: Fetch) => join(fetch, { code: "AB2CD3EF", name: "安卓手机" }, "zh-CN");

  test("makes it the owner's phone, with what the server said of them at hand without a line", async () => {
    const joined = await ask(answering(200, JSON.stringify(enrolled)));
    if (joined.kind !== "joined") {
      throw new Error(joined.kind);
    }
    const device = await Device.open("join");
    await settleIn(device, joined.me, joined.token);
    const phone = await device.phone();
    expect(phone?.owner).toEqual({ user: enrolled.user.id, name: "李老师（演示）", device: enrolled.device });
    expect(await device.token()).toBe("secret");
    expect(await device.paper("me")).toMatchObject({
      user: { username: "li" },
      roles: [{ zh: "监管组" }],
      device: { id: enrolled.device, name: "安卓手机" },
    });
    device.close();
  });

  test("says whose work is on the phone, so that a code of another is not used up", async () => {
    const owner = { user: enrolled.user.id, name: "李老师（演示）", device: "d" };
    const asked: unknown[] = [];
    const fetch: Fetch = async (_, init) => {
      asked.push(JSON.parse(String(init.body)));
      return new Response(JSON.stringify({ code: "code_of_another", detail: "是给另一个人的" }), { status: 409 });
    };
    const joining = await join(fetch, { code: "AB2CD3EF", name: "安卓手机", owner }, "zh-CN");
    expect(joining).toMatchObject({ kind: "refused", code: "code_of_another" });
    expect(asked).toEqual([{ code: "AB2CD3EF", device_name: "安卓手机", user: owner.user }]);
  });

  test("tells the server's reason where it says no", async () => {
    const problem = { type: "urn:siteledger:problem:code_used", code: "code_used", detail: "这个登记码已经用过" };
    expect(await ask(answering(410, JSON.stringify(problem)))).toMatchObject({ kind: "refused", code: "code_used" });
  });

  test("takes a captive portal's page for no answer", async () => {
    expect(await ask(answering(200, "<html>请登录 WiFi</html>"))).toEqual({ kind: "stranger" });
    expect(await ask(answering(200, "{}"))).toEqual({ kind: "stranger" });
    expect(await ask(answering(403, "<html>"))).toEqual({ kind: "stranger" });
  });

  test("says that there is no line where there is none", async () => {
    expect(await ask(() => Promise.reject(new TypeError("failed")))).toEqual({ kind: "no_line" });
  });
});
