/** Gives an enrolment code to the server; what comes back is judged like every other answer. */

import type { Device } from "../../db/device.ts";
import type { Owner } from "../../sync/phone.ts";
import type { Runner } from "../../sync/runner.ts";

/** What the server says of the owner, kept as the paper `me` as `GET /api/v1/me` tells it. */
export interface Me {
  user: { id: string; username: string; display_name: string };
  roles: { role: string; scope: string; zh: string; en: string }[];
  device: { id: string; name: string };
  via: "device";
  server: { id: string; public_url: string; protocol: number; version: string };
}

export type Joining =
  | { kind: "joined"; me: Me; token: string }
  /** The server says no, and why in words for people. */
  | { kind: "refused"; code: string; detail: string }
  /** Something answered in the server's place. */
  | { kind: "stranger" }
  | { kind: "no_line" };

export type Fetch = (path: string, init: RequestInit) => Promise<Response>;

/** How long an answer may take, in milliseconds. */
const PATIENCE = 45_000;

/** The code in whatever was scanned, pasted or typed: a link, the long code, or the one of 8 characters. */
export function codeIn(text: string): string {
  // Chinese keyboards write wide letters.
  const plain = text.normalize("NFKC").trim();
  const link = /#\/enrol\/([^\s/?#]+)/.exec(plain);
  const code = link?.[1] ?? plain;
  const short = code.replace(/[\s-]/g, "").toUpperCase();
  return short.length === 8 ? short : code.replace(/\s/g, "");
}

/** Whether a code has the length of one: 8 to type, 22 to scan. */
export function isWhole(code: string): boolean {
  return code.length === 8 || code.length >= 20;
}

/** What a phone enrols with. */
export interface Asking {
  code: string;
  /** What the phone is called. */
  name: string;
  /** Whose work is on it already: a code of anybody else is refused, and not used up. */
  owner?: Owner;
}

export async function join(fetch: Fetch, { code, name, owner }: Asking, language: string): Promise<Joining> {
  const line = new AbortController();
  const patience = setTimeout(() => line.abort(), PATIENCE);
  try {
    const response = await fetch("/api/v1/enrol", {
      method: "POST",
      headers: { "Content-Type": "application/json", "Accept-Language": language },
      body: JSON.stringify({ code, device_name: name, ...(owner === undefined ? {} : { user: owner.user }) }),
      signal: line.signal,
      cache: "no-store",
      credentials: "omit",
    });
    return judged(response.status, await response.text(), name);
  } catch {
    return { kind: "no_line" };
  } finally {
    clearTimeout(patience);
  }
}

/** Makes this the owner's device, and keeps what the server said of them. */
export async function settleIn(device: Device, me: Me, token: string): Promise<void> {
  await device.enrol(ownerOf(me), token);
  await device.keepPaper("me", me);
}

/** Lets the owner in anew with all that is on the device. */
export async function settleAnew(device: Device, runner: Runner, me: Me, token: string): Promise<void> {
  await runner.betweenSyncs(() => device.enrolAnew(ownerOf(me), token));
  await device.keepPaper("me", me);
}

function ownerOf({ user, device }: Me): Owner {
  return { user: user.id, name: user.display_name, device: device.id };
}

function judged(status: number, body: string, deviceName: string): Joining {
  const said = parsed(body);
  if (status === 200 && isEnrolled(said)) {
    const { device, token, server } = said;
    const { roles, ...user } = said.user;
    return { kind: "joined", token, me: { user, roles, device: { id: device, name: deviceName }, via: "device", server } };
  }
  if (status >= 400 && isProblem(said)) {
    return { kind: "refused", code: said.code, detail: said.detail };
  }
  return { kind: "stranger" };
}

interface Enrolled {
  device: string;
  token: string;
  user: Me["user"] & { roles: Me["roles"] };
  server: Me["server"];
}

function parsed(body: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function isEnrolled(said: object): said is Enrolled {
  const { device, token, user } = said as Partial<Enrolled>;
  return typeof device === "string" && typeof token === "string" && typeof user?.id === "string";
}

function isProblem(said: object): said is { code: string; detail: string } {
  const { code, detail } = said as { code?: unknown; detail?: unknown };
  return typeof code === "string" && typeof detail === "string";
}
