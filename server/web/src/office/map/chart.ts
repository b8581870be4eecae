/** The map itself, drawn by Leaflet on a canvas: it comes when the page that shows it is opened. */

import {
  type LatLngBounds,
  type LayerGroup,
  type Map as LeafletMap,
  type Point,
  canvas,
  control,
  latLngBounds,
  layerGroup,
  map as leafletMap,
  polyline,
  tileLayer,
} from "leaflet/dist/leaflet-src.esm.js";
import "leaflet/dist/leaflet.css";
import { degreesText, linesBetween, stepFor } from "./graticule.ts";
import { type Inks, PlaceName, SchoolMark } from "./marks.ts";
import type { MapState } from "./state.ts";

/** A school on the map, in WGS-84. */
export interface Spot {
  id: string;
  name: string;
  lat: number;
  lon: number;
  state: MapState;
  letter: string;
}

/** A name on the map. */
export interface Name {
  name: string;
  lat: number;
  lon: number;
}

/** Tiles to be drawn below it, as the server says them. */
export interface Tiles {
  url: string;
  subdomains: string;
}

interface ChartOptions {
  words: { zoomIn: string; zoomOut: string };
  onOpen: (id: string) => void;
}

/** A name takes so many square pixels; where there is less for each, names would lie over each other. */
const ROOM_FOR_A_NAME = 9000;
const FARTHEST_IN = 17;
/** So many pixels names of townships are apart, beside and below each other. */
const APART_X = 70;
const APART_Y = 20;

export class Chart {
  private readonly renderer = canvas({ padding: 0.3 });
  private readonly map: LeafletMap;
  private readonly spots: LayerGroup;
  private readonly names: LayerGroup;
  private townships: readonly Name[] = [];
  private readonly lines: LayerGroup;
  private readonly edge: HTMLElement;
  private marks = new Map<string, SchoolMark>();
  private chosen: string | undefined;
  private inks: Inks;
  private bounds: LatLngBounds | undefined;

  constructor(
    private readonly box: HTMLElement,
    private readonly options: ChartOptions,
  ) {
    this.inks = inksOf(box);
    this.map = leafletMap(box, { renderer: this.renderer, attributionControl: false, zoomControl: false, zoomSnap: 0.5, maxZoom: FARTHEST_IN, minZoom: 5 });
    control.zoom({ zoomInTitle: options.words.zoomIn, zoomOutTitle: options.words.zoomOut }).addTo(this.map);
    control.scale({ imperial: false }).addTo(this.map);
    this.lines = layerGroup().addTo(this.map);
    this.names = layerGroup().addTo(this.map);
    this.spots = layerGroup().addTo(this.map);
    this.edge = document.createElement("div");
    this.edge.className = "map-edge";
    this.edge.setAttribute("aria-hidden", "true");
    box.append(this.edge);
    this.map.on("moveend", () => this.redraw());
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", this.dusk);
  }

  /** Draws these schools and names, and goes to where all of them are seen if they are others than before. */
  draw(spots: readonly Spot[], names: readonly Name[]): void {
    const isSame = spots.length === this.marks.size && spots.every(({ id }) => this.marks.has(id));
    this.spots.clearLayers();
    this.marks = new Map();
    for (const { lat, lon, ...school } of spots) {
      const mark = new SchoolMark([lat, lon], school, () => this.inks);
      mark.isChosen = school.id === this.chosen;
      mark.on("click", () => this.options.onOpen(school.id));
      mark.bindTooltip(school.name, { direction: "top", offset: [0, -12] });
      this.marks.set(school.id, mark);
      this.spots.addLayer(mark);
    }
    this.townships = names;
    if (!isSame && spots.length > 0) {
      this.bounds = latLngBounds(spots.map(({ lat, lon }) => [lat, lon]));
      this.whole();
    }
    this.redraw();
  }

  /** Shows all of it. */
  whole(): void {
    if (this.bounds !== undefined) {
      this.map.fitBounds(this.bounds, { padding: [36, 36], maxZoom: 14, animate: false });
    }
  }

  /** Marks one of the schools; `near` goes close to it. */
  choose(id: string | undefined, near: boolean): void {
    const before = this.chosen === undefined ? undefined : this.marks.get(this.chosen);
    this.chosen = id;
    if (before !== undefined) {
      before.isChosen = false;
      before.redraw();
    }
    const mark = id === undefined ? undefined : this.marks.get(id);
    if (mark !== undefined) {
      mark.isChosen = true;
      mark.bringToFront();
      mark.redraw();
      if (near) {
        this.map.setView(mark.getLatLng(), Math.max(this.map.getZoom(), 13), { animate: false });
      } else if (!this.map.getBounds().pad(-0.05).contains(mark.getLatLng())) {
        this.map.panTo(mark.getLatLng(), { animate: false });
      }
    }
  }

  /** Draws tiles below; `onTrouble` is told once if they do not come. */
  underlay(tiles: readonly Tiles[], onTrouble: () => void): void {
    let isTold = false;
    for (const { url, subdomains } of tiles) {
      // The host asks by whose pages its key is used; nothing else of the address is told.
      const layer = tileLayer(url, { subdomains, maxZoom: FARTHEST_IN, referrerPolicy: "origin" });
      layer.on("tileerror", () => {
        if (!isTold) {
          isTold = true;
          onTrouble();
        }
      });
      layer.addTo(this.map);
    }
    // Tiles have names of their own.
    this.names.remove();
  }

  /** The box has another size. */
  resized(): void {
    this.map.invalidateSize({ animate: false });
  }

  close(): void {
    matchMedia("(prefers-color-scheme: dark)").removeEventListener("change", this.dusk);
    // A move that the library tells of later, after the box had another size, is nobody's any more.
    this.bounds = undefined;
    this.map.remove();
    // The library may forget that it asked to draw once more: nothing is left then to be drawn on.
    Object.assign(this.renderer, { _clear: () => undefined, _draw: () => undefined });
    this.edge.remove();
  }

  private readonly dusk = () => {
    this.inks = inksOf(this.box);
    this.redraw();
  };

  /** Names those that are seen, if they are few enough, and draws the lines anew. */
  private redraw(): void {
    if (this.bounds === undefined) {
      return;
    }
    const seen = this.map.getBounds();
    const near = [...this.marks.values()].filter((mark) => seen.contains(mark.getLatLng()));
    const { x, y } = this.map.getSize();
    for (const mark of this.marks.values()) {
      mark.isNamed = near.length <= (x * y) / ROOM_FOR_A_NAME;
      mark.redraw();
    }
    this.nameTownships();
    this.drawLines(seen);
  }

  /** A name that would lie over another one is left out until the map is closer. */
  private nameTownships(): void {
    this.names.clearLayers();
    const taken: Point[] = [];
    for (const { name, lat, lon } of this.townships) {
      const at = this.map.latLngToContainerPoint([lat, lon]);
      if (taken.every((other) => Math.abs(other.x - at.x) > APART_X || Math.abs(other.y - at.y) > APART_Y)) {
        taken.push(at);
        const drawn = new PlaceName([lat, lon], name, () => this.inks).addTo(this.names);
        drawn.bringToBack();
      }
    }
  }

  private drawLines(seen: LatLngBounds): void {
    this.lines.clearLayers();
    const [west, east, south, north] = [seen.getWest(), seen.getEast(), seen.getSouth(), seen.getNorth()];
    const step = stepFor(Math.min(east - west, (north - south) * 1.5));
    const look = { color: this.inks.edge, weight: 1, interactive: false };
    const labels: HTMLElement[] = [];
    const label = (degrees: number, side: "top" | "left", pixels: number) => {
      const text = document.createElement("span");
      text.textContent = degreesText(degrees);
      text.className = side;
      text.style[side === "top" ? "left" : "top"] = `${pixels}px`;
      labels.push(text);
    };
    for (const lon of linesBetween(west, east, step)) {
      this.lines.addLayer(polyline([[south, lon], [north, lon]], look));
      label(lon, "top", this.map.latLngToContainerPoint([north, lon]).x);
    }
    for (const lat of linesBetween(south, north, step)) {
      this.lines.addLayer(polyline([[lat, west], [lat, east]], look));
      label(lat, "left", this.map.latLngToContainerPoint([lat, west]).y);
    }
    this.lines.eachLayer((line) => "bringToBack" in line && typeof line.bringToBack === "function" && line.bringToBack());
    this.edge.replaceChildren(...labels);
  }
}

function inksOf(box: HTMLElement): Inks {
  const style = getComputedStyle(box);
  const of = (name: string) => style.getPropertyValue(`--${name}`).trim();
  return { ground: of("card"), ink: of("ink"), soft: of("soft"), edge: of("edge"), good: of("good"), told: of("told"), care: of("care"), bad: of("bad"), plain: of("edge-strong") };
}
