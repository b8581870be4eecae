/** Somebody is at work on this page: writing in a form, or at a sheet. It is not opened anew under their hands. */

import { useEffect } from "preact/hooks";
import { useHouse } from "./house.ts";

export class Hands {
  private count = 0;
  private readonly watchers = new Set<() => void>();

  areBusy(): boolean {
    return this.count > 0;
  }

  /** Gives back how to take the hand off. */
  put(): () => void {
    this.change(1);
    return () => this.change(-1);
  }

  watch(watcher: () => void): () => void {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  }

  private change(by: number): void {
    this.count += by;
    this.watchers.forEach((watcher) => watcher());
  }
}

/** For as long as what uses it is on the screen. */
export function useHand(): void {
  const { hands } = useHouse();
  useEffect(() => hands.put(), [hands]);
}
