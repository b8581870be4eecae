/** One's own account, as `/api/v1/me/account` tells of it. */

import type { Uuid } from "../../protocol/wire.ts";

export interface Session {
  id: Uuid;
  name: string;
  created_at: string;
  used_at: string;
  this: boolean;
}

export interface Account {
  password: boolean;
  totp: boolean;
  sessions: Session[];
}

export const ACCOUNT = "/api/v1/me/account";

/** As many characters as the server asks for. */
const LEAST = 12;

/** What is wrong with a new password before the server is asked. */
export function lackOf(fresh: string, again: string): "tooShort" | "differ" | undefined {
  return [...fresh].length < LEAST ? "tooShort" : fresh === again ? undefined : "differ";
}

/** The key in the address that an authenticator scans, in groups that can be typed. */
export function keyIn(url: string): string {
  const secret = new URL(url).searchParams.get("secret") ?? "";
  return secret.replace(/(.{4})(?=.)/g, "$1 ");
}
