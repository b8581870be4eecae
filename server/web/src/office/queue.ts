/**
 * The list that somebody works through: where it is, and its lines by their addresses. What is opened from
 * it knows what comes next, and when one is done the next opens by itself.
 */

/** A list, as it was when something was opened from it. */
export interface Walk {
  /** The address of the list. */
  from: string;
  /** What the list is called. */
  title: string;
  /** The addresses of its lines, in order. */
  lines: string[];
}

/** Where one stands in it. */
export interface Place {
  walk: Walk;
  /** From 0. */
  at: number;
  before?: string;
  next?: string;
}

const KEPT = "siteledger.walk";

export class Queue {
  private walk: Walk | undefined;
  /** The line that is being done. */
  private line: string | undefined;

  constructor(private readonly storage: Pick<Storage, "getItem" | "setItem"> | undefined) {
    this.walk = readWalk(storage);
  }

  /** Somebody opens a line of that list. */
  begin(walk: Walk): void {
    this.walk = walk;
    this.line = undefined;
    try {
      this.storage?.setItem(KEPT, JSON.stringify(walk));
    } catch {
      // It holds as long as the page.
    }
  }

  /** Where an address stands in the list; nothing where it was not opened from one. */
  placeOf(address: string): Place | undefined {
    const at = this.walk?.lines.indexOf(address) ?? -1;
    if (this.walk === undefined || at < 0) {
      return undefined;
    }
    const [before, next] = [this.walk.lines[at - 1], this.walk.lines[at + 1]];
    return { walk: this.walk, at, ...(before === undefined ? {} : { before }), ...(next === undefined ? {} : { next }) };
  }

  /** What stands at that address is being looked at: a line of the list, or something else. */
  see(address: string): void {
    this.line = this.placeOf(address) === undefined ? undefined : address;
  }

  /** The line that was looked at last, where nothing else was since. */
  seen(): string | undefined {
    return this.line;
  }

  /** Where it goes on once what stands at an address is done: the next line, else back to the list. */
  after(address: string): string | undefined {
    const place = this.placeOf(address);
    return place?.next ?? place?.walk.from;
  }
}

function readWalk(storage: Pick<Storage, "getItem"> | undefined): Walk | undefined {
  try {
    const walk = JSON.parse(storage?.getItem(KEPT) ?? "null") as Partial<Walk> | null;
    return walk !== null && typeof walk.from === "string" && Array.isArray(walk.lines) ? (walk as Walk) : undefined;
  } catch {
    return undefined;
  }
}
