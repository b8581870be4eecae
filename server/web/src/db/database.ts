/**
 * The connection to the device's IndexedDB. Browsers close one when they like: because a newer version of
 * the app wants to change the tables, because they were short of something. It is opened again then, and
 * nobody who reads or writes need know of it; if it cannot be, that is told.
 */

import { type IDBPDatabase, type IDBPTransaction, type StoreKey, type StoreNames, type StoreValue, openDB } from "idb";
import { GENERATION, type Tables, VERSION, makeTables } from "./tables.ts";

/** `outdated`: a newer version of the app has changed the tables. `closed`: they cannot be opened again. */
export type Standing = "open" | "outdated" | "closed";

type Name = StoreNames<Tables>;
type Connection = IDBPDatabase<Tables>;

export class Database {
  private standing: Standing = "open";
  private connection: Promise<Connection>;
  private isOver = false;
  private readonly watchers = new Set<() => void>();

  private constructor(private readonly name: string) {
    this.connection = this.connect();
  }

  static async open(name: string): Promise<Database> {
    const database = new Database(name);
    await database.connection;
    return database;
  }

  close(): void {
    this.isOver = true;
    void this.connection.then(
      (connection) => connection.close(),
      () => undefined,
    );
  }

  state(): Standing {
    return this.standing;
  }

  /** Calls back when `state()` is another. Gives back how to stop it. */
  watch(watcher: () => void): () => void {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  }

  // What is read and written ------------------------------------------------------------------------

  transaction<const Names extends readonly Name[], Mode extends "readonly" | "readwrite">(
    names: Names,
    mode: Mode,
    options?: IDBTransactionOptions,
  ): Promise<IDBPTransaction<Tables, Names, Mode>> {
    return this.use((db) => db.transaction(names, mode, options));
  }

  get<N extends Name>(name: N, key: StoreKey<Tables, N>): Promise<StoreValue<Tables, N> | undefined> {
    return this.use((db) => db.get(name, key));
  }

  getAll<N extends Name>(name: N): Promise<StoreValue<Tables, N>[]> {
    return this.use((db) => db.getAll(name));
  }

  getKey<N extends Name>(name: N, key: StoreKey<Tables, N>): Promise<StoreKey<Tables, N> | undefined> {
    return this.use((db) => db.getKey(name, key));
  }

  rowsOfKind(kind: string): Promise<StoreValue<Tables, "rows">[]> {
    return this.use((db) => db.getAllFromIndex("rows", "kind", kind));
  }

  async put<N extends Name>(name: N, value: StoreValue<Tables, N>, key?: StoreKey<Tables, N>): Promise<void> {
    await this.use((db) => db.put(name, value, key));
  }

  async delete<N extends Name>(name: N, key: StoreKey<Tables, N>): Promise<void> {
    await this.use((db) => db.delete(name, key));
  }

  /** Asks once more of a new connection where the old one was closed before anything was done. */
  private async use<T>(ask: (db: Connection) => T | Promise<T>): Promise<T> {
    const asked = this.connection;
    try {
      return await ask(await asked);
    } catch (error) {
      if (!isClosed(error) || this.isOver) {
        throw error;
      }
      if (this.connection === asked) {
        this.reconnect();
      }
      return ask(await this.connection);
    }
  }

  // The connection ----------------------------------------------------------------------------------

  private async connect(): Promise<Connection> {
    return unfrozen(`${this.name}/opening`, async () => {
      try {
        return await openDB<Tables>(this.name, VERSION, {
          upgrade: (db, before, _, tx) => makeTables(db, before, tx),
          ...this.whenClosed,
        });
      } catch (error) {
        if (isTooNew(error)) {
          return this.connectToNewer(error);
        }
        throw error;
      }
    });
  }

  /** A newer version of the app was here: its tables are worked on as they are, where they only add to ours. */
  private async connectToNewer(error: unknown): Promise<Connection> {
    const connection = await openDB<Tables>(this.name, undefined, this.whenClosed);
    if (Math.floor(connection.version / GENERATION) === Math.floor(VERSION / GENERATION)) {
      return connection;
    }
    connection.close();
    throw error;
  }

  private readonly whenClosed = {
    // A page of a newer version waits for this one to let go. What it made of them is found out at once.
    blocking: (_old: number, _new: number | null, event: IDBVersionChangeEvent) => {
      (event.target as IDBDatabase).close();
      this.reconnect();
    },
    terminated: () => this.reconnect(),
  };

  private reconnect(): void {
    if (this.isOver) {
      return;
    }
    this.connection = this.connect();
    this.connection.then(
      () => this.become("open"),
      (error: unknown) => this.become(isTooNew(error) ? "outdated" : "closed"),
    );
  }

  private become(standing: Standing): void {
    if (this.standing !== standing) {
      this.standing = standing;
      this.watchers.forEach((watcher) => watcher());
    }
  }
}

/** Whether it says that the tables are of a version of the app that this one cannot read. */
export function isTooNew(error: unknown): boolean {
  return error instanceof DOMException && error.name === "VersionError";
}

/** Whether it says that there is no connection any more, or that there was none to begin with. */
function isClosed(error: unknown): boolean {
  return error instanceof DOMException && ["InvalidStateError", "VersionError", "UnknownError"].includes(error.name);
}

/**
 * Browsers keep a page that is left, frozen, and with it what it has asked for: a database that it was
 * just making stays locked, and the next page waits for ever. They let go of one that holds a lock for
 * which another page asks.
 */
function unfrozen<T>(name: string, work: () => Promise<T>): Promise<T> {
  const locks = globalThis.navigator?.locks as LockManager | null | undefined;
  return locks ? locks.request(name, work) : work();
}
