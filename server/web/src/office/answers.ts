/**
 * What the pages of the office read: each answer of the server by its path, shown at once as it was last
 * given, with its time, and asked for anew whenever it may be another. Without a line the last one stands.
 *
 * Answers belong to whoever is signed in: they lie on the device under its owner and go with them.
 */

import { useEffect, useState } from "preact/hooks";
import type { Device } from "../db/device.ts";
import { notAnswered } from "../sync/answer.ts";
import { type Question, ask } from "../sync/ask.ts";
import type { Outside } from "../sync/outside.ts";
import { useOffice } from "./house.ts";

/** Why the server did not answer as asked, in its own words. */
export interface Problem {
  status: number;
  code: string;
  detail: string;
}

/** `asking`: nothing came so far. `no_line`: it could not be asked now, or the server is busy, as it says itself; what there is, is older. */
export interface Answer<T> {
  state: "asking" | "fresh" | "no_line" | "refused";
  value?: T;
  /** When it was given, in milliseconds. */
  at?: number;
  problem?: Problem;
}

/** What a request that changes something, or is asked once, came to. */
export type Came<T> = { kind: "answer"; value: T } | { kind: "refused"; problem: Problem; /** All that came with it. */ said?: unknown } | { kind: "no_line" };

/** An answer as it lies on the device. */
interface Kept {
  value: unknown;
  at: number;
  etag?: string;
}

const NAMED = "answer ";
/** So many answers stay on the device. */
const MOST = 200;
/** When there are more, the oldest go until so many are left. */
const LEFT = 150;
/** How long news are gathered before anything is asked anew, and how much longer at most, in milliseconds. */
const GATHER_MS = 700;
const JITTER_MS = 600;

interface Entry {
  answer: Answer<unknown>;
  etag?: string | undefined;
  watchers: Set<() => void>;
  isAsking: boolean;
  isStale: boolean;
}

export class Answers {
  private readonly entries = new Map<string, Entry>();
  private readonly watchers = new Set<() => void>();
  private signedOut = false;
  private cancel: (() => void) | undefined;

  constructor(
    private readonly device: Device,
    private readonly outside: Outside,
  ) {
    outside.watch((sign) => sign === "looked" && this.news());
  }

  // What pages read -----------------------------------------------------------------------------------

  look(path: string): Answer<unknown> {
    return this.entries.get(path)?.answer ?? { state: "asking" };
  }

  /** Asks, and goes on asking while somebody watches. Gives back how to stop it. */
  watch(path: string, watcher: () => void): () => void {
    const entry = this.entries.get(path) ?? { answer: { state: "asking" }, watchers: new Set(), isAsking: false, isStale: false };
    this.entries.set(path, entry);
    entry.watchers.add(watcher);
    void this.open(path, entry);
    return () => {
      entry.watchers.delete(watcher);
      if (entry.watchers.size === 0 && this.entries.get(path) === entry) {
        this.entries.delete(path);
      }
    };
  }

  /** Something may have changed: all that is on the screen is asked anew, once for all that comes together. */
  news(): void {
    this.cancel ??= this.outside.after(GATHER_MS + JITTER_MS * this.outside.luck(), () => {
      this.cancel = undefined;
      for (const [path, entry] of this.entries) {
        void this.askAnew(path, entry);
      }
    });
  }

  /** Asks one of them anew, at once. */
  again(path: string): void {
    const entry = this.entries.get(path);
    if (entry !== undefined) {
      void this.askAnew(path, entry);
    }
  }

  // What is asked once --------------------------------------------------------------------------------

  /** Asks something that no page shows by itself, or has something done. */
  async once<T>(question: Omit<Question, "token">): Promise<Came<T>> {
    try {
      const response = await ask(this.outside, { ...question, token: "" });
      const value = response.status === 204 ? {} : parsed(response.body);
      if (response.status < 300 && typeof value === "object") {
        return { kind: "answer", value: value as T };
      }
      const came = notAnswered(response, this.outside.now());
      if (came.kind === "stranger") {
        return { kind: "no_line" };
      }
      this.heard(came.status);
      return { kind: "refused", problem: came, said: value };
    } catch {
      return { kind: "no_line" };
    }
  }

  // Who is signed in ----------------------------------------------------------------------------------

  /** Whether the server knows the session no more. */
  isSignedOut(): boolean {
    return this.signedOut;
  }

  /** Calls back when `isSignedOut()` is another. Gives back how to stop it. */
  watchSession(watcher: () => void): () => void {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  }

  /** Somebody just signed in: what was refused is asked again. */
  signedIn(): void {
    this.becomeSigned(false);
    this.news();
  }

  private heard(status: number): void {
    if (status === 401) {
      this.becomeSigned(true);
    }
  }

  private becomeSigned(out: boolean): void {
    if (this.signedOut !== out) {
      this.signedOut = out;
      this.watchers.forEach((watcher) => watcher());
    }
  }

  // Asking --------------------------------------------------------------------------------------------

  /** Shows what lies on the device, and asks. */
  private async open(path: string, entry: Entry): Promise<void> {
    if (entry.answer.value === undefined) {
      const kept = (await this.device.db.get("papers", NAMED + path).catch(() => undefined)) as Kept | undefined;
      if (kept !== undefined && entry.answer.value === undefined) {
        entry.etag = kept.etag;
        this.tell(entry, { ...entry.answer, value: kept.value, at: kept.at });
      }
    }
    await this.askAnew(path, entry);
  }

  private async askAnew(path: string, entry: Entry): Promise<void> {
    if (entry.isAsking) {
      entry.isStale = true;
      return;
    }
    entry.isAsking = true;
    do {
      entry.isStale = false;
      await this.askOnce(path, entry);
    } while (entry.isStale && entry.watchers.size > 0);
    entry.isAsking = false;
  }

  private async askOnce(path: string, entry: Entry): Promise<void> {
    const before = entry.answer;
    try {
      const { etag } = entry;
      const response = await ask(this.outside, { method: "GET", path, token: "", ...(etag === undefined ? {} : { etag }) });
      const at = this.outside.now();
      if (response.status === 304 && before.value !== undefined) {
        return this.tell(entry, { state: "fresh", value: before.value, at });
      }
      const value = response.status === 200 ? parsed(response.body) : undefined;
      if (typeof value === "object") {
        entry.etag = response.etag ?? undefined;
        this.tell(entry, { state: "fresh", value, at });
        return await this.keep(path, { value, at, ...(entry.etag === undefined ? {} : { etag: entry.etag }) });
      }
      const came = notAnswered(response, at);
      if (came.kind === "stranger" || came.status === 429 || came.status >= 500) {
        const busy = came.kind === "stranger" ? {} : { problem: { status: came.status, code: came.code, detail: came.detail } };
        return this.tell(entry, { ...without(before), ...busy, state: "no_line" });
      }
      this.heard(came.status);
      const problem = { status: came.status, code: came.code, detail: came.detail };
      // Who is signed out looks at what was there until they are back; what is not theirs any more goes.
      const stays = came.status === 401 ? without(before) : {};
      this.tell(entry, { ...stays, state: "refused", problem });
    } catch {
      this.tell(entry, { ...without(before), state: "no_line" });
    }
  }

  private tell(entry: Entry, answer: Answer<unknown>): void {
    entry.answer = answer;
    [...entry.watchers].forEach((watcher) => watcher());
  }

  /** Keeps an answer on the device. That it could not be kept is no trouble. */
  private async keep(path: string, kept: Kept): Promise<void> {
    try {
      const tx = await this.device.db.transaction(["papers"], "readwrite");
      await tx.store.put(kept, NAMED + path);
      const ours = IDBKeyRange.bound(NAMED, `${NAMED}\uffff`);
      const keys = await tx.store.getAllKeys(ours);
      if (keys.length > MOST) {
        const all = (await tx.store.getAll(ours)) as Kept[];
        const oldest = keys.map((key, place) => ({ key, at: all[place]?.at ?? 0 })).sort((a, b) => a.at - b.at);
        await Promise.all(oldest.slice(0, keys.length - LEFT).map(({ key }) => tx.store.delete(key)));
      }
      await tx.done;
    } catch {
      // A full disk: the next answer is asked for all the same.
    }
  }
}

function without({ value, at }: Answer<unknown>): Pick<Answer<unknown>, "value" | "at"> {
  return { ...(value === undefined ? {} : { value }), ...(at === undefined ? {} : { at }) };
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body) ?? undefined;
  } catch {
    return undefined;
  }
}

/** The answer to a question, as it is now and as it changes. Nothing is asked where there is no path. */
export function useAnswer<T>(path: string | undefined): Answer<T> {
  const { answers } = useOffice();
  const [, redraw] = useState(0);
  useEffect(() => (path === undefined ? undefined : answers.watch(path, () => redraw((times) => times + 1))), [answers, path]);
  return (path === undefined ? { state: "asking" } : answers.look(path)) as Answer<T>;
}
