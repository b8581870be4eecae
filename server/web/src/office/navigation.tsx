/** The navigation: the places that somebody has, in groups that fold. At 1366 it is a column, on a phone the menu. */

import { useEffect, useRef, useState } from "preact/hooks";
import type { Me } from "../field/record/book.ts";
import { labelOf } from "../field/record/show.ts";
import type { Route } from "../ui/route.ts";
import { language, useWords } from "../ui/words/language.ts";
import { office as words } from "../ui/words/office.ts";
import { type Folds, isOpen, keepFolds, keptFolds, lasting } from "./folds.ts";
import { type Place, type PlaceGroup, grouped, placeAt, placesOf } from "./places.ts";
import { paths } from "./roads.ts";
import { useSchema } from "./schema.ts";

interface NavigationProps {
  me: Me;
  route: Route;
  /** Whether the menu is open, on a screen that has no room for a column. */
  isOpen: boolean;
}

export function Navigation({ me, route, isOpen: isMenuOpen }: NavigationProps) {
  const say = useWords();
  const places = placesOf(me.roles);
  const here = placeAt(places, route);
  const [isUnfolded, fold] = useFolds(here?.in, places.length);
  const nameOf = useNameOf();
  const current = useRef<HTMLAnchorElement>(null);
  // The column scrolls by itself: where one is stays in sight of it.
  useEffect(() => current.current?.scrollIntoView?.({ block: "nearest" }), [here?.route.join("/")]);
  return (
    <nav id="places" class={isMenuOpen ? "office-places open" : "office-places"} aria-label={say(words.places)}>
      {grouped(places).map(({ group, name, places }) => (
        <section key={group} class="place-group">
          <h2>
            <button type="button" aria-expanded={isUnfolded(group)} aria-controls={`places-${group}`} onClick={() => fold(group)}>
              {say(name)}
            </button>
          </h2>
          <ul id={`places-${group}`} hidden={!isUnfolded(group)}>
            {places.map((place) => (
              <li key={place.route.join("/")}>
                <a href={paths.to(place.route)} {...(place === here ? { ref: current, "aria-current": "page" as const } : {})}>
                  {nameOf(place)}
                </a>
              </li>
            ))}
          </ul>
        </section>
      ))}
      <p class="roles soft">
        <span class="spoken">{say(words.roles)}</span>
        {[...new Set(me.roles.map((role) => labelOf(role, language())))].join(" · ")}
      </p>
    </nav>
  );
}

/** Whether a group is unfolded, and how to fold it or unfold it. The one that somebody comes into is. */
function useFolds(here: PlaceGroup | undefined, placesInAll: number): [(group: PlaceGroup) => boolean, (group: PlaceGroup) => void] {
  const [folds, setFolds] = useState<Folds>(() => keptFolds(lasting()));
  const [isHereShut, shutHere] = useState(false);
  useEffect(() => shutHere(false), [here]);
  const isUnfolded = (group: PlaceGroup) => (group === here ? !isHereShut : isOpen(folds, group, placesInAll));
  const fold = (group: PlaceGroup) => {
    const next: Folds = { ...folds, [group]: isUnfolded(group) ? "shut" : "open" };
    if (group === here) {
      shutHere(!isHereShut);
    }
    setFolds(next);
    keepFolds(lasting(), next);
  };
  return [isUnfolded, fold];
}

/** What a place is called; a list goes by the kind of its records. */
function useNameOf(): (place: Place) => string {
  const say = useWords();
  const schema = useSchema();
  return ({ name }) => {
    if (typeof name !== "string") {
      return say(name);
    }
    const kind = schema?.kind(name);
    return kind === undefined ? name : labelOf(kind, language());
  };
}
