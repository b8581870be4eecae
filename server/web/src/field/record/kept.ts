/** What is typed outside of a form, such as why a record is sent back: kept on every keystroke until it is saved. */

import { useEffect, useRef, useState } from "preact/hooks";
import { type Device, type Draft, type From, Hand } from "../../db/device.ts";
import { stamp } from "../../protocol/stamp.ts";

export interface Kept<T> {
  value: T;
  /** Whether the device could not keep the last of it: then it is on this screen alone. */
  isUnkept: boolean;
  change(part: Partial<T>): void;
  /** What the change is saved with, so that it goes from here into the outbox. */
  from: From;
}

/** `id` is the draft's; what was kept under it stands there again, whatever closed the page or the sheet. */
export function useKept<T extends object>(device: Device, id: string, kind: string, initial: T): Kept<T> {
  const [value, setValue] = useState(initial);
  const [isUnkept, setUnkept] = useState(false);
  const hand = useRef(new Hand()).current;
  // What is typed while a keystroke is being kept must not wait for a new drawing.
  const now = useRef(initial);
  const show = (draft: Draft | undefined) => {
    hand.saw(draft);
    if (draft !== undefined) {
      now.current = { ...now.current, ...(draft.fields as Partial<T>) };
      setValue(now.current);
    }
  };
  useEffect(() => {
    let isLeft = false;
    const look = async () => {
      const draft = await device.drafts.of(id).catch(() => undefined);
      if (!isLeft && !hand.knows(draft)) {
        show(draft);
      }
    };
    void look();
    const unwatch = device.watch(({ tables, here }) => void (!here && tables.includes("drafts") && look()));
    return () => {
      isLeft = true;
      unwatch();
    };
  }, [device, id]);
  const keep = async () => {
    const draft = { id, kind, fields: { ...now.current } as Record<string, unknown>, touchedAt: stamp(new Date()) };
    if (!(await device.drafts.keep(draft, hand))) {
      // Another window wrote a moment ago: what is being typed here stands over it.
      hand.saw(await device.drafts.of(id));
      await device.drafts.keep(draft, hand);
    }
  };
  return {
    value,
    isUnkept,
    from: { draft: id, hand },
    change(part) {
      now.current = { ...now.current, ...part };
      setValue(now.current);
      keep().then(
        () => setUnkept(false),
        () => setUnkept(true),
      );
    },
  };
}
