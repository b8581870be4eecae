/** The choice of a county, for whoever has several: it stands in the address, and so goes on to the next page and can be passed on. */

import { useWords } from "../ui/words/language.ts";
import { list as words } from "../ui/words/list.ts";
import { Choice } from "./list/filters.tsx";
import type { Names } from "./names.ts";
import { useQuery } from "./roads.ts";
import "./list/list.css";

export function CountyChoice({ names }: { names: Names }) {
  const say = useWords();
  const [query, put] = useQuery();
  if (!names.isWide) {
    return null;
  }
  return (
    <form class="filters-bar no-print" aria-label={say(words.filters)} onSubmit={(event) => event.preventDefault()}>
      <Choice label={say(words.county)} value={query["county"] ?? ""} onChoose={(county) => put({ county })} options={names.directory.counties.map(({ code, name }) => [code, name])} />
    </form>
  );
}
