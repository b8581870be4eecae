/**
 * What came back: an answer of the server, its refusal, or something that is neither.
 *
 * A captive portal answers everything with a page of its own and 200. Nothing counts as an answer that
 * is not JSON of the right shape.
 */

import type { Change, HaveResponse, IndexResponse, SyncResponse } from "../protocol/wire.ts";
import type { Carried } from "./bundle.ts";

/** As much of an HTTP response as matters. */
export interface HttpResponse {
  status: number;
  retryAfter: string | null;
  etag?: string | null;
  body: string;
}

export type Came<T> =
  | { kind: "answer"; answer: T }
  /** The server says no, why, and when to come again where it says so. */
  | { kind: "refused"; status: number; code: string; detail: string; retryAfterMs?: number }
  /** Something between here and the server answered in its place. */
  | { kind: "stranger" };

/** RFC 9457, with the server's stable code. */
interface Problem {
  type: string;
  status: number;
  detail: string;
  code: string;
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function has<K extends string>(value: unknown, names: readonly K[]): value is Record<K, unknown> {
  return typeof value === "object" && value !== null && names.every((name) => name in value);
}

function isProblem(value: unknown): value is Problem {
  return (
    has(value, ["type", "detail", "code"]) && String(value.type).startsWith("urn:siteledger:problem:")
  );
}

/** `Retry-After` in seconds or as a date. */
function retryAfter(header: string | null, now: number): number | undefined {
  if (header === null) {
    return undefined;
  }
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - now;
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}

function judged<T>(
  response: HttpResponse,
  now: number,
  isAnswer: (value: unknown) => value is T,
): Came<T> {
  if (response.status !== 200) {
    return notAnswered(response, now);
  }
  const value = parsed(response.body);
  return isAnswer(value) ? { kind: "answer", answer: value } : { kind: "stranger" };
}

/** What a response says that is no answer: a refusal in the server's words, or nothing of the server's. */
export function notAnswered(response: HttpResponse, now: number): Exclude<Came<never>, { kind: "answer" }> {
  const value = parsed(response.body);
  if (!isProblem(value)) {
    return { kind: "stranger" };
  }
  const wait = retryAfter(response.retryAfter, now);
  return {
    kind: "refused",
    status: response.status,
    code: value.code,
    detail: value.detail,
    ...(wait === undefined ? {} : { retryAfterMs: wait }),
  };
}

function isSync(value: unknown): value is SyncResponse {
  return (
    has(value, ["protocol", "outcomes", "records", "gone", "photos_missing", "cursor", "more", "resync"]) &&
    typeof value.protocol === "number" &&
    // Without it everything that is kept would count as settled.
    has(value, ["settled"]) &&
    typeof value.settled === "number" &&
    [value.outcomes, value.records, value.gone, value.photos_missing].every(Array.isArray)
  );
}

function isIndex(value: unknown): value is IndexResponse {
  return has(value, ["records", "digest"]) && Array.isArray(value.records);
}

function isHave(value: unknown): value is HaveResponse {
  return has(value, ["changes", "photos"]) && [value.changes, value.photos].every(Array.isArray);
}

export function syncAnswer(response: HttpResponse, now: number): Came<SyncResponse> {
  return judged(response, now, isSync);
}

export function indexAnswer(response: HttpResponse, now: number): Came<IndexResponse> {
  return judged(response, now, isIndex);
}

export function haveAnswer(response: HttpResponse, now: number): Came<HaveResponse> {
  return judged(response, now, isHave);
}

function isCarried(value: unknown): value is Carried {
  return has(value, ["protocol", "outcomes", "photos", "complete"]) && [value.outcomes, value.photos].every(Array.isArray);
}

export function bundleAnswer(response: HttpResponse, now: number): Came<Carried> {
  return judged(response, now, isCarried);
}

/** A page of what was ever said of a record, as far as it is read. */
export interface History {
  history: { seq: number; change?: Change | null; by_name: string }[];
  next?: number;
}

function isHistory(value: unknown): value is History {
  return has(value, ["record", "history"]) && Array.isArray(value.history);
}

export function historyAnswer(response: HttpResponse, now: number): Came<History> {
  return judged(response, now, isHistory);
}

/** What every page reads in what the server says of itself, or of who asks: without it none could be drawn. */
const READ = { schema: ["kinds", "choice_lists", "checklists", "roles"], me: ["user", "roles"] } as const;

/** What the server says of itself, or of who asks. */
export function paperAnswer(name: "schema" | "me", response: HttpResponse, now: number): Came<object> {
  const isPaper = (value: unknown): value is object => {
    const parts: readonly string[] = READ[name];
    return has(value, parts) && parts.every((part) => part === "user" || Array.isArray(value[part]));
  };
  return judged(response, now, isPaper);
}
