/** Where one stands in the list that one works through, and the way on. */

import { useEffect, useState } from "preact/hooks";
import { routeOf } from "../ui/route.ts";
import { useWords } from "../ui/words/language.ts";
import { office as words } from "../ui/words/office.ts";
import { useOffice } from "./house.ts";
import { useKeys } from "./keys.ts";
import type { Queue } from "./queue.ts";
import { pathOf } from "./record/answer.ts";
import { travel } from "./roads.ts";

/** That something was just done, told on the page that opens next. */
let doneJustNow = false;

/** The way on from what stands at an address, once it is done: the next line of the list, else the list. Who has left meanwhile is not fetched back. */
export function useWalk(address: string): { goOn: () => void } {
  const { queue } = useOffice();
  return { goOn: () => void (location.pathname === address && goOnFrom(queue, address)) };
}

/** Goes on from a line that is done. `false`: it is the line of no list, and one stays. */
export function goOnFrom(queue: Queue, address: string, how: "on" | "instead" = "on"): boolean {
  const next = queue.after(address);
  if (next === undefined) {
    return false;
  }
  doneJustNow = queue.placeOf(next) !== undefined;
  travel(next, how);
  return true;
}

/** The record that an address is of, to read or to settle. */
export function recordAt(address: string | undefined): string | undefined {
  const [page, id] = routeOf((address ?? "").replace(/^\/office/, ""));
  return page === "record" || page === "settle" ? id : undefined;
}

export function Walking({ address }: { address: string }) {
  const say = useWords();
  const { answers, queue } = useOffice();
  const place = queue.placeOf(address);
  const [isDone] = useState(() => {
    const was = doneJustNow;
    doneJustNow = false;
    return was;
  });
  useEffect(() => queue.see(address), [queue, address]);
  // What comes next is read while this one is looked at.
  const next = recordAt(place?.next);
  useEffect(() => (next === undefined ? undefined : answers.watch(pathOf(next), () => undefined)), [answers, next]);
  const to = (where: string | undefined) => (where === undefined ? undefined : () => travel(where));
  useKeys({ n: to(place?.next), j: to(place?.next), b: to(place?.before), k: to(place?.before), u: to(place?.walk.from) });
  if (place === undefined) {
    return null;
  }
  const { walk, at, before } = place;
  return (
    <nav class="walking no-print" aria-label={walk.title}>
      <a href={walk.from}>
        {say(words.toList)} <kbd>u</kbd>
      </a>
      <span class="soft">{say(words.inList, { title: walk.title, at: at + 1, of: walk.lines.length })}</span>
      {before === undefined ? null : (
        <a href={before}>
          {say(words.before)} <kbd>k</kbd>
        </a>
      )}
      {place.next === undefined ? null : (
        <a href={place.next}>
          {say(words.next)} <kbd>j</kbd>
        </a>
      )}
      <span class="walking-done" role="status">
        {isDone ? say(words.done) : ""}
      </span>
    </nav>
  );
}
