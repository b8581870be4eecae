/**
 * The map of schools, with the list beside it that has all that the map has: whoever uses the keyboard, or
 * hears the page, is led by the list; the map follows.
 */

import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Uuid } from "../../protocol/wire.ts";
import { Button } from "../../ui/widgets/button.tsx";
import { Notice } from "../../ui/widgets/notice.tsx";
import { map as words } from "../../ui/words/map.ts";
import { useWords } from "../../ui/words/language.ts";
import { useAnswer } from "../answers.ts";
import { MOVES, useKeys } from "../keys.ts";
import { AsOf, Known } from "../known.tsx";
import { Choice } from "../list/filters.tsx";
import { type Names, useNames } from "../names.ts";
import { type Query, addressOf, paths, travel, useQuery } from "../roads.ts";
import type { SchoolLine, Schools } from "../site/answers.ts";
import type { Chart, Name, Tiles } from "./chart.ts";
import { MAP_STATES, type MapState, SHAPES, countsOf, inOrder, letterOf, stateOf, whyOf } from "./state.ts";
import "../list/list.css";
import "./map.css";

/** What `GET /api/v1/map` answers. */
interface MapSettings {
  tiles: Tiles[];
}

export function MapPage() {
  const say = useWords();
  const [query, put] = useQuery();
  const names = useNames();
  const county = query["county"] ?? "";
  const answer = useAnswer<Schools>(addressOf("/api/v1/schools", { county }));
  useKeys({ ...MOVES, p: () => print() });
  const { counties, townships } = names.directory;
  const near = townships.filter((one) => county === "" || one.county === county || one.code === query["township"]);
  const isFiltered = [county, query["township"], query["state"]].some((part) => part !== undefined && part !== "");
  return (
    <>
      <div class="page-head">
        <h1>{say(words.title)}</h1>
        <AsOf answer={answer} />
      </div>
      <form class="filters-bar no-print" onSubmit={(event) => event.preventDefault()}>
        {counties.length > 1 ? <Choice label={say(words.county)} value={county} options={counties.map(({ code, name }) => [code, name])} onChoose={(value) => put({ county: value, township: undefined, at: undefined })} /> : null}
        <Choice label={say(words.township)} value={query["township"] ?? ""} options={near.map(({ code, name }) => [code, name])} onChoose={(value) => put({ township: value, at: undefined })} />
        <Button onClick={() => print()}>
          {say(words.print)} <kbd>p</kbd>
        </Button>
        {isFiltered ? <a href={paths.to(["map"])}>{say(words.clear)}</a> : null}
      </form>
      <Known answer={answer}>{(schools) => <Drawn schools={schools.schools} names={names} query={query} />}</Known>
    </>
  );
}

interface DrawnProps {
  schools: readonly SchoolLine[];
  names: Names;
  query: Query;
}

function Drawn({ schools, names, query }: DrawnProps) {
  const say = useWords();
  const { township = "", state = "", at } = query;
  const here = useMemo(() => schools.filter((school) => township === "" || school.township === township), [schools, township]);
  const counts = countsOf(here);
  const shown = useMemo(() => inOrder(here.filter((school) => state === "" || stateOf(school) === state)), [here, state]);
  const [chosen, choose] = useState<Uuid | undefined>(at);
  const placed = shown.filter(({ place }) => place !== undefined);
  const lacking = shown.length - placed.length;
  const isConverted = placed.some(({ place }) => place?.taken_in === "gcj02");
  return (
    <>
      <nav class="tiles" aria-label={say(words.states)}>
        <a class="tile" href={addressOf(paths.to(["map"]), { ...query, state: undefined, at: undefined })} {...(state === "" ? { "aria-current": "true" as const } : {})}>
          <span class="tile-count">{here.length}</span>
          <span>{say(words.all)}</span>
        </a>
        {MAP_STATES.map((one) => (
          <a key={one} class="tile" href={addressOf(paths.to(["map"]), { ...query, state: one, at: undefined })} {...(state === one ? { "aria-current": "true" as const } : {})}>
            <Sign state={one} />
            <span class="tile-count">{counts[one]}</span>
            <span>{say(words[one])}</span>
          </a>
        ))}
      </nav>
      <div class="map-and-list">
        <MapBox shown={placed} townships={townshipsOf(names, placed)} names={names} chosen={chosen} near={at} />
        <section class="map-list" aria-label={say(words.listOf, { count: shown.length })}>
          {shown.length === 0 ? <p class="soft">{say(words.none)}</p> : <List shown={shown} names={names} onChoose={choose} />}
        </section>
      </div>
      <p class="soft">
        {[lacking === 0 ? undefined : say(words.nowhere, { count: lacking }), isConverted ? say(words.converted) : undefined].filter((word) => word !== undefined).join(" · ")}
      </p>
    </>
  );
}

/** The shape of a state, beside the word for it. */
function Sign({ state }: { state: MapState }) {
  const say = useWords();
  const { path, tone, size } = SHAPES[state];
  return (
    <svg class={`map-sign ${tone}`} viewBox="-14 -14 28 28" aria-hidden="true">
      <path d={path} transform={`scale(${size})`} />
      <text y={state === "overdue" ? 7 : 4.5} text-anchor="middle">
        {letterOf(say, state)}
      </text>
    </svg>
  );
}

interface ListProps {
  shown: readonly SchoolLine[];
  names: Names;
  onChoose: (id: Uuid) => void;
}

function List({ shown, names, onChoose }: ListProps) {
  const say = useWords();
  return (
    <div class="table-box">
      <table class="lines map-lines">
        <thead>
          <tr>
            <th scope="col">{say(words.school)}</th>
            <th scope="col">{say(words.state)}</th>
          </tr>
        </thead>
        <tbody>
          {shown.map((school) => (
            <tr key={school.id} onMouseEnter={() => onChoose(school.id)}>
              <td>
                <Sign state={stateOf(school)} />{" "}
                <a href={paths.to(["school", school.id])} data-line onFocus={() => onChoose(school.id)}>
                  {names.place({ school: school.id }).school ?? school.name}
                </a>
              </td>
              <td>
                {whyOf(say, school)}
                {school.place === undefined ? <span class="soft"> · {say(words.noPlace)}</span> : null}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface MapBoxProps {
  shown: readonly SchoolLine[];
  townships: readonly Name[];
  names: Names;
  chosen: Uuid | undefined;
  /** The school that the address names. */
  near: string | undefined;
}

function MapBox({ shown, townships, names, chosen, near }: MapBoxProps) {
  const say = useWords();
  const box = useRef<HTMLDivElement>(null);
  const [chart, setChart] = useState<Chart>();
  const [isTileless, setTileless] = useState(false);
  const settings = useAnswer<MapSettings>("/api/v1/map").value;
  const hasTiles = (settings?.tiles.length ?? 0) > 0;
  useEffect(() => {
    let drawn: Chart | undefined;
    let isOver = false;
    void import("./chart.ts").then(({ Chart }) => {
      if (!isOver && box.current !== null) {
        drawn = new Chart(box.current, { words: { zoomIn: say(words.zoomIn), zoomOut: say(words.zoomOut) }, onOpen: (id) => travel(paths.to(["school", id])) });
        setChart(drawn);
      }
    });
    return () => {
      isOver = true;
      drawn?.close();
    };
  }, []);
  useEffect(() => {
    const spots = shown.flatMap((school) => {
      const { id, place, name } = school;
      const state = stateOf(school);
      return place === undefined ? [] : [{ id, name: names.place({ school: id }).school ?? name, lat: place.lat, lon: place.lon, state, letter: letterOf(say, state) }];
    });
    chart?.draw(spots, townships);
    if (near !== undefined) {
      chart?.choose(near, true);
    }
  }, [chart, shown, names, near]);
  useEffect(() => chart?.choose(chosen, false), [chart, chosen]);
  useEffect(() => {
    if (chart !== undefined && settings !== undefined && hasTiles) {
      chart.underlay(settings.tiles, () => setTileless(true));
    }
  }, [chart, hasTiles]);
  return (
    <section class="map-side" aria-label={say(words.mapOf, { count: shown.length })}>
      <div ref={box} class="map-box" data-spots={chart === undefined ? undefined : shown.length} />
      <p class="map-under soft">
        <span>{say(hasTiles && !isTileless ? words.tilesBy : words.plainMap)}</span>
        <button type="button" class="button quiet no-print" onClick={() => chart?.whole()}>
          {say(words.whole)}
        </button>
      </p>
      {isTileless ? <Notice tone="told" title={say(words.noTiles)} /> : null}
    </section>
  );
}

/** The names of townships, each in the middle of its schools. */
function townshipsOf(names: Names, schools: readonly SchoolLine[]): Name[] {
  return names.directory.townships.flatMap(({ code, name }) => {
    const its = schools.flatMap(({ township, place }) => (township === code && place !== undefined ? [place] : []));
    const mean = (of: "lat" | "lon") => its.reduce((sum, place) => sum + place[of], 0) / its.length;
    return its.length === 0 ? [] : [{ name, lat: mean("lat"), lon: mean("lon") }];
  });
}
