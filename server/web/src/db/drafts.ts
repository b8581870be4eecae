/**
 * Drafts: what somebody writes and has not saved. The same one may be open in several windows.
 *
 * Each writing leaves a mark on the draft, and each open form has a hand that remembers the mark that it
 * saw last. A hand writes over what it saw and over what it wrote itself, and over nothing else: what
 * another window wrote meanwhile stands until whoever writes here has been shown it.
 */

import { newId } from "../protocol/ids.ts";
import type { Uuid } from "../protocol/wire.ts";
import { letGoOf } from "./album.ts";
import type { Bell } from "./bell.ts";
import type { Database } from "./database.ts";
import type { Draft } from "./tables.ts";

/** Another window wrote in the draft, or put it away, since this one looked. */
export class WrittenElsewhere extends Error {}

/** A draft without the mark that its writing leaves on it. */
export type Written = Omit<Draft, "mark">;

/** What one open form knows of its draft. */
export class Hand {
  private readonly name: Uuid = newId();
  private seen: string | undefined;
  private written = 0;

  /** That is how the draft stands, and it is on the screen; nothing: there is none. */
  saw(draft: Draft | undefined): void {
    this.seen = draft && markOf(draft);
  }

  /** Whether nobody else wrote since. */
  knows(draft: Draft | undefined): boolean {
    const mark = draft && markOf(draft);
    return mark === this.seen || (mark?.startsWith(`${this.name}/`) ?? false);
  }

  /** Marks what this hand writes. */
  mark(draft: Written): Draft {
    this.written += 1;
    return { ...draft, mark: `${this.name}/${this.written}` };
  }
}

/** A draft of the first version has no mark. */
function markOf(draft: Draft): string {
  return draft.mark ?? "";
}

export class Drafts {
  constructor(
    private readonly db: Database,
    private readonly bell: Bell,
  ) {}

  async of(id: string): Promise<Draft | undefined> {
    return this.db.get("drafts", id);
  }

  async all(): Promise<Draft[]> {
    return this.db.getAll("drafts");
  }

  /**
   * Keeps what stands in a form; called on every keystroke, so it is not waited for on the disk. Tells
   * whether it did: not where another window wrote since.
   */
  async keep(written: Written, hand: Hand): Promise<boolean> {
    const draft = hand.mark(written);
    const tx = await this.db.transaction(["drafts"], "readwrite");
    const isMine = hand.knows(await tx.store.get(draft.id));
    if (isMine) {
      const written = tx.store.put(draft);
      // Said at once and not when the page has heard of the writing: it may be killed in between.
      tx.commit?.();
      await written;
    }
    await tx.done;
    if (isMine) {
      hand.saw(draft);
      this.bell.ring("drafts");
    }
    return isMine;
  }

  /** Throws a draft away, and the pictures that only it showed. Tells whether it did. */
  async drop(id: string, hand: Hand): Promise<boolean> {
    const tables = ["drafts", "photos", "roll", "album"] as const;
    const tx = await this.db.transaction(tables, "readwrite");
    const there = await tx.objectStore("drafts").get(id);
    const isMine = hand.knows(there);
    if (isMine) {
      await tx.objectStore("drafts").delete(id);
      await letGoOf(id, tx, "all");
    }
    await tx.done;
    if (isMine) {
      hand.saw(undefined);
      this.bell.ring("drafts", "roll", "album");
    }
    return isMine;
  }
}
