/**
 * What somebody keeps of lists on this device: views, which are named filters with columns and an order, and
 * the columns that they chose last. They are their own, by their id, and hold no record. Where storage is
 * refused they last as long as the page.
 */

import type { Uuid } from "../../protocol/wire.ts";
import type { Listed } from "../places.ts";
import type { Query } from "../roads.ts";

/** A list as somebody wants to see it again. */
export interface View {
  kind: Listed;
  name: string;
  query: Query;
}

interface Kept {
  views: View[];
  /** The columns last chosen, by kind. */
  columns: Partial<Record<Listed, string>>;
}

const NAMED = "siteledger.lists.";
/** So many views are kept: who needs more has forgotten some. */
export const MOST = 30;

export class Views {
  private kept: Kept;
  private readonly watchers = new Set<() => void>();

  constructor(
    private readonly storage: Pick<Storage, "getItem" | "setItem"> | undefined,
    private readonly owner: Uuid,
  ) {
    this.kept = readKept(storage, NAMED + owner);
  }

  of(kind: Listed): View[] {
    return this.kept.views.filter((view) => view.kind === kind);
  }

  /** Keeps a view; another of that name goes. */
  keep(view: View): void {
    const others = this.kept.views.filter(({ kind, name }) => kind !== view.kind || name !== view.name);
    this.put({ ...this.kept, views: [...others, { ...view, query: lasting(view.query) }].slice(-MOST) });
  }

  drop({ kind, name }: View): void {
    this.put({ ...this.kept, views: this.kept.views.filter((view) => view.kind !== kind || view.name !== name) });
  }

  columns(kind: Listed): string | undefined {
    return this.kept.columns[kind];
  }

  /** Remembers the columns that were chosen; nothing forgets them. */
  choose(kind: Listed, columns: string | undefined): void {
    const { [kind]: _, ...others } = this.kept.columns;
    this.put({ ...this.kept, columns: columns === undefined ? others : { ...others, [kind]: columns } });
  }

  watch(watcher: () => void): () => void {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  }

  private put(kept: Kept): void {
    this.kept = kept;
    try {
      this.storage?.setItem(NAMED + this.owner, JSON.stringify(kept));
    } catch {
      // It holds as long as the page.
    }
    this.watchers.forEach((watcher) => watcher());
  }
}

/** What of a query makes a view: where one stood in it does not. */
export function lasting({ page: _, ...query }: Query): Query {
  return query;
}

/** Whether a list stands as a view has it. */
export function isShown(view: View, query: Query): boolean {
  const written = (of: Query) => JSON.stringify(Object.entries(lasting(of)).filter(([, value]) => value !== "").sort(([a], [b]) => (a < b ? -1 : 1)));
  return written(view.query) === written(query);
}

function readKept(storage: Pick<Storage, "getItem"> | undefined, name: string): Kept {
  try {
    const kept = JSON.parse(storage?.getItem(name) ?? "null") as Partial<Kept> | null;
    const views = Array.isArray(kept?.views) ? kept.views.filter(({ kind, name, query }) => typeof kind === "string" && typeof name === "string" && typeof query === "object") : [];
    return { views, columns: typeof kept?.columns === "object" && kept.columns !== null ? kept.columns : {} };
  } catch {
    return { views: [], columns: {} };
  }
}
