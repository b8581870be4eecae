/** What is shown follows what is stored, whoever writes it: this page, another tab, a sync. */

import { useLayoutEffect, useState } from "preact/hooks";
import type { Table } from "../db/tables.ts";
import { useHouse } from "./house.ts";

/** A draft is written with every keystroke, so a page that shows drafts says so. */
const ALL_BUT_DRAFTS: readonly Table[] = ["device", "rows", "album", "papers"];

/**
 * The answer to a question to the device: undefined until it came, and asked anew when one of `deps` or
 * one of those tables changes. What was there is shown until the next answer comes.
 */
export function useLive<T>(
  query: () => Promise<T>,
  deps: readonly unknown[],
  tables: readonly Table[] = ALL_BUT_DRAFTS,
): T | undefined {
  const { device } = useHouse();
  const [answer, setAnswer] = useState<{ value: T } | { error: unknown }>();
  // Asked before the first drawing is on the screen: what waits for a frame is not needed for it.
  useLayoutEffect(() => {
    const asking = new Asking(query, setAnswer);
    asking.ask();
    const unwatch = device.watch((news) => {
      if (news.tables.some((table) => tables.includes(table))) {
        asking.ask();
      }
    });
    return () => {
      unwatch();
      asking.end();
    };
  }, [device, ...deps]);
  if (answer !== undefined && "error" in answer) {
    throw answer.error;
  }
  return answer?.value;
}

/** Asks one question at a time: what changes meanwhile is asked once more, however often it changed. */
class Asking<T> {
  private isAsking = false;
  private isStale = false;
  private isOver = false;

  constructor(
    private readonly query: () => Promise<T>,
    private readonly tell: (answer: { value: T } | { error: unknown }) => void,
  ) {}

  ask(): void {
    if (this.isAsking) {
      this.isStale = true;
      return;
    }
    void this.run();
  }

  end(): void {
    this.isOver = true;
  }

  private async run(): Promise<void> {
    this.isAsking = true;
    do {
      this.isStale = false;
      const answer = await this.query().then(
        (value) => ({ value }),
        (error: unknown) => ({ error }),
      );
      if (!this.isOver) {
        this.tell(answer);
      }
    } while (this.isStale && !this.isOver);
    this.isAsking = false;
  }
}
