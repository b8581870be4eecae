/** The pages of a list: the one before and the next, by links and by their keys. */

import { useWords } from "../ui/words/language.ts";
import { list as words } from "../ui/words/list.ts";
import { useKeys } from "./keys.ts";
import { travel } from "./roads.ts";

interface PagesProps {
  /** The page that is shown, from 0. */
  page: number;
  /** How many lines stand on a page, and how many there are. */
  size: number;
  count: number;
  /** The address of a page. */
  to: (page: number) => string;
}

export function Pages({ page, size, count, to }: PagesProps) {
  const say = useWords();
  const [before, next] = [page > 0 ? to(page - 1) : undefined, (page + 1) * size < count ? to(page + 1) : undefined];
  useKeys({ n: next === undefined ? undefined : () => travel(next), b: before === undefined ? undefined : () => travel(before) });
  if (before === undefined && next === undefined) {
    return null;
  }
  return (
    <nav class="pages no-print" aria-label={say(words.shown, { from: page * size + 1, to: Math.min(count, (page + 1) * size) })}>
      {before === undefined ? null : (
        <a href={before}>
          {say(words.earlier)} <kbd>b</kbd>
        </a>
      )}
      {next === undefined ? null : (
        <a href={next}>
          {say(words.later)} <kbd>n</kbd>
        </a>
      )}
    </nav>
  );
}
