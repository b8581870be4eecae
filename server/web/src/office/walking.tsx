/** Where one stands in the list that one works through, and the way on. */

import { useState } from "preact/hooks";
import { useWords } from "../ui/words/language.ts";
import { office as words } from "../ui/words/office.ts";
import { useOffice } from "./house.ts";
import { useKeys } from "./keys.ts";
import { travel } from "./roads.ts";

/** That something was just done, told on the page that opens next. */
let doneJustNow = false;

/** The way on from what stands at an address, once it is done: the next line of the list, else the list. */
export function useWalk(address: string): { goOn: () => void } {
  const { queue } = useOffice();
  return {
    goOn: () => {
      const next = queue.after(address);
      if (next !== undefined) {
        doneJustNow = true;
        travel(next);
      }
    },
  };
}

export function Walking({ address }: { address: string }) {
  const say = useWords();
  const { queue } = useOffice();
  const place = queue.placeOf(address);
  const [isDone] = useState(() => {
    const was = doneJustNow;
    doneJustNow = false;
    return was;
  });
  const to = (where: string | undefined) => (where === undefined ? undefined : () => travel(where));
  useKeys({ n: to(place?.next), j: to(place?.next), b: to(place?.before), k: to(place?.before), u: to(place?.walk.from) });
  if (place === undefined) {
    return null;
  }
  const { walk, at, before, next } = place;
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
      {next === undefined ? null : (
        <a href={next}>
          {say(words.next)} <kbd>j</kbd>
        </a>
      )}
      <span class="walking-done" role="status">
        {isDone ? say(words.done) : ""}
      </span>
    </nav>
  );
}
