/** Tells whoever watches, on this page and on the others, which tables were written. */

import type { Table } from "./tables.ts";

export interface News {
  tables: readonly Table[];
  /** Whether it was written by this page. */
  here: boolean;
}

export type Watcher = (news: News) => void;

export class Bell {
  private readonly watchers = new Set<Watcher>();
  private others: BroadcastChannel | undefined;

  constructor(name: string) {
    if (typeof BroadcastChannel !== "undefined") {
      this.others = new BroadcastChannel(`${name}/written`);
      this.others.onmessage = (message: MessageEvent<readonly Table[]>) => this.tell(message.data, false);
    }
  }

  /** To be called once the transaction is through. */
  ring(...tables: Table[]): void {
    this.others?.postMessage(tables);
    this.tell(tables, true);
  }

  /** Gives back how to stop watching. */
  watch(watcher: Watcher): () => void {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  }

  close(): void {
    this.others?.close();
    // What is still being written when the page goes is told by nobody.
    this.others = undefined;
    this.watchers.clear();
  }

  private tell(tables: readonly Table[], here: boolean): void {
    for (const watcher of [...this.watchers]) {
      watcher({ tables, here });
    }
  }
}
