/**
 * One page at a time: by the browser's locks, or by a lease in IndexedDB where it has none.
 *
 * Nothing breaks if two pages sync at once, since each answer is one transaction and everything may be
 * sent twice: it would only cost data. So a page that holds its turn and never ends is passed over.
 */

import type { Database } from "../db/database.ts";
import type { Outside, Turns } from "./outside.ts";

/** How long a page waits for the others, in milliseconds. */
export const LONGEST_WAIT = 90_000;
/** How long a lease lasts that is not renewed, in milliseconds. */
const LEASE_MS = 15_000;
/** How often a page looks whether it is its turn, in milliseconds. */
const LOOK_MS = 500;

/** Turns by Web Locks. */
export class LockTurns implements Turns {
  constructor(
    private readonly locks: LockManager,
    private readonly after: Outside["after"],
  ) {}

  async inTurn<T>(name: string, work: () => Promise<T>): Promise<T> {
    const waiting = new AbortController();
    const cancel = this.after(LONGEST_WAIT, () => waiting.abort());
    let began = false;
    const begin = () => {
      began = true;
      cancel();
      return work();
    };
    try {
      return await this.locks.request(`siteledger/${name}`, { signal: waiting.signal }, begin);
    } catch (error) {
      if (began) {
        throw error;
      }
      return this.locks.request(`siteledger/${name}`, { steal: true }, work);
    } finally {
      cancel();
    }
  }

  async ifFree<T>(name: string, work: () => Promise<T>): Promise<T | undefined> {
    const begin = async (lock: Lock | null) => (lock === null ? undefined : work());
    return this.locks.request(`siteledger/${name}`, { ifAvailable: true }, begin);
  }
}

/** Turns by a lease that is renewed while the work goes on. */
export class LeaseTurns implements Turns {
  constructor(
    private readonly db: Database,
    private readonly holder: string,
    private readonly now: Outside["now"],
    private readonly after: Outside["after"],
  ) {}

  async inTurn<T>(name: string, work: () => Promise<T>): Promise<T> {
    const until = this.now() + LONGEST_WAIT;
    while (this.now() < until && !(await this.take(name))) {
      await new Promise<void>((resolve) => this.after(LOOK_MS, resolve));
    }
    return this.holding(name, work);
  }

  async ifFree<T>(name: string, work: () => Promise<T>): Promise<T | undefined> {
    return (await this.take(name)) ? this.holding(name, work) : undefined;
  }

  /** Whether it is this page's turn now. A lease that ends later than any can is of a wrong clock. */
  private async take(name: string): Promise<boolean> {
    const tx = await this.db.transaction(["leases"], "readwrite");
    const [lease, now] = [await tx.store.get(name), this.now()];
    const isFree = lease === undefined || lease.until <= now || lease.until > now + LEASE_MS;
    if (isFree) {
      await tx.store.put({ holder: this.holder, until: now + LEASE_MS }, name);
    }
    await tx.done;
    return isFree;
  }

  private async holding<T>(name: string, work: () => Promise<T>): Promise<T> {
    let cancel = () => {};
    const renew = (): void => {
      const lease = { holder: this.holder, until: this.now() + LEASE_MS };
      // A lease that could not be renewed is passed over sooner, and costs at most some data.
      this.db.put("leases", lease, name).catch(() => undefined);
      cancel = this.after(LEASE_MS / 3, renew);
    };
    renew();
    try {
      return await work();
    } finally {
      cancel();
      await this.db.delete("leases", name).catch(() => undefined);
    }
  }
}
