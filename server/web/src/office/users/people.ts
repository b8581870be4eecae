/** People as `/api/v1/users` tells of them, and what is asked about them. */

import type { Uuid } from "../../protocol/wire.ts";
import { pageIn } from "../list/query.ts";
import { type Query, addressOf, paths } from "../roads.ts";

export interface Held {
  role: string;
  scope: string;
  zh: string;
  en: string;
  since: string;
  until?: string;
}

export interface Person {
  id: Uuid;
  username: string;
  display_name: string;
  roles: Held[];
  created_at: string;
  disabled_at?: string;
  password: boolean;
  totp: boolean;
  phones: number;
  last_seen_at?: string;
  /** Whether all that they hold lies in one's own scope. */
  whole: boolean;
}

export interface People {
  count: number;
  users: Person[];
}

export type PersonWhole = Person & { ended: Held[] };

/** What `POST /api/v1/users/{id}/enrolment` answers. */
export interface Card {
  url: string;
  qr: string;
  expires_at: string;
  short_code: string;
  short_expires_at: string;
}

/** So many people stand on a page. */
export const PAGE = 50;

/** Which people there are to choose from, as it stands in the address. */
export const WHICH = ["open", "closed", "with_phone", "no_phone"] as const;
const ASKED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  open: { closed: "false" },
  closed: { closed: "true" },
  with_phone: { phone: "true", closed: "false" },
  no_phone: { phone: "false", closed: "false" },
};

/** The question that an address of the list asks. */
export function questionOf(query: Query): string {
  const skip = pageIn(query) * PAGE;
  return addressOf("/api/v1/users", {
    q: query["q"],
    role: query["role"],
    ...ASKED[query["which"] ?? ""],
    skip: skip === 0 ? undefined : String(skip),
    limit: String(PAGE),
  });
}

export const personAt = (id: Uuid) => paths.to(["users", id]);
export const cardsOf = (ids: readonly Uuid[]) => addressOf(paths.to(["users", "cards"]), { ids: ids.join(",") });

/** The people that an address of cards names. */
export function idsIn(query: Query): Uuid[] {
  return [...new Set((query["ids"] ?? "").split(",").filter((id) => /^[0-9a-f-]{36}$/.test(id)))];
}

/** A code of eight characters as it is read out and typed. */
export function spaced(code: string): string {
  return code.replace(/^(.{4})(.{4})$/, "$1 $2");
}
