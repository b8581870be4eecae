/** A world set by hand: its clock stands still, its line does what a story says. */

import type { HttpStack } from "tus-js-client";
import type { Outside, Sign, Turns } from "../sync/outside.ts";

type Answering = (path: string, init: RequestInit) => Response | Promise<Response>;

interface Timer {
  at: number;
  run: () => void;
}

export class World implements Outside {
  /** What was asked, in order, as `POST /api/v1/sync`. */
  readonly asked: string[] = [];
  answering: Answering = () => Promise.reject(new TypeError("no line"));
  /** Requests that wait for an answer. */
  underWay = 0;
  visible = true;
  saving = false;
  photoLine?: HttpStack;
  time = Date.parse("2026-03-02T09:45:10Z");
  private timers: Timer[] = [];
  private readonly watchers = new Set<(sign: Sign) => void>();

  constructor(public turns: Turns = { inTurn: (_, work) => work(), ifFree: (_, work) => work() }) {}

  async fetch(path: string, init: RequestInit): Promise<Response> {
    this.asked.push(`${init.method ?? "GET"} ${path}`);
    const broken = new Promise<never>((_, reject) => {
      init.signal?.addEventListener("abort", () => reject(new DOMException("given up", "AbortError")));
    });
    this.underWay += 1;
    const answering = Promise.resolve(this.answering(path, init));
    return Promise.race([answering, broken]).finally(() => (this.underWay -= 1));
  }

  now(): number {
    return this.time;
  }

  luck(): number {
    return 1;
  }

  after(ms: number, run: () => void): () => void {
    const timer = { at: this.time + ms, run };
    this.timers.push(timer);
    return () => {
      this.timers = this.timers.filter((other) => other !== timer);
    };
  }

  isVisible(): boolean {
    return this.visible;
  }

  savesData(): boolean {
    return this.saving;
  }

  language(): string {
    return "zh-CN";
  }

  watch(tell: (sign: Sign) => void): () => void {
    this.watchers.add(tell);
    return () => this.watchers.delete(tell);
  }

  sign(sign: Sign): void {
    this.visible = sign === "looked";
    this.watchers.forEach((tell) => tell(sign));
  }

  /** Lets time pass, and what was to happen happen. */
  pass(ms: number): void {
    const end = this.time + ms;
    for (;;) {
      const next = this.timers.sort((a, b) => a.at - b.at)[0];
      if (next === undefined || next.at > end) {
        break;
      }
      this.timers.shift();
      this.time = next.at;
      next.run();
    }
    this.time = end;
  }
}
