/**
 * What is drawn on the canvas of the map: schools by their states, and names.
 *
 * Leaflet draws circles there and nothing else. A mark of ours draws itself in the place of its circle, by
 * the same way that its circles take; where it is and whether the pointer meets it stays the library's.
 */

import { CircleMarker, type LatLngExpression, type Point } from "leaflet/dist/leaflet-src.esm.js";
import { type MapState, SHAPES } from "./state.ts";

/** The colours of the page, which are others in the dark. */
export interface Inks {
  ground: string;
  ink: string;
  soft: string;
  edge: string;
  good: string;
  told: string;
  care: string;
  bad: string;
  plain: string;
}

/** What the library has inside of a mark and does not tell: see `CircleMarker` and `Canvas` there. */
interface Inside {
  _renderer: { _ctx: CanvasRenderingContext2D; _drawing: boolean };
  _point: Point;
  _pxBounds: { extend: (point: [number, number]) => unknown };
  _empty: () => boolean;
}

/** Draws itself on the canvas. */
abstract class Drawn extends CircleMarker {
  abstract paint(ctx: CanvasRenderingContext2D, at: Point): void;

  /** Called by the library in the place of drawing a circle. */
  _updatePath(): void {
    const inside = this as unknown as Inside;
    if (inside._renderer._drawing && !inside._empty()) {
      const { _ctx: ctx } = inside._renderer;
      ctx.save();
      ctx.globalAlpha = 1;
      this.paint(ctx, inside._point);
      ctx.restore();
    }
  }
}

/** How far text reaches to each side of a mark, so that it is cleaned away with it. */
const TEXT_REACH = 90;

/** A school. */
export class SchoolMark extends Drawn {
  isNamed = false;
  isChosen = false;

  constructor(
    at: LatLngExpression,
    readonly school: { id: string; name: string; state: MapState; letter: string },
    private readonly inks: () => Inks,
  ) {
    super(at, { radius: 13, bubblingMouseEvents: false });
  }

  /** Called by the library: what it cleans before it draws anew. */
  _updateBounds(): void {
    const { prototype } = CircleMarker as unknown as { prototype: { _updateBounds: () => void } };
    prototype._updateBounds.call(this);
    const { _pxBounds: bounds, _point: at } = this as unknown as Inside;
    bounds.extend([at.x - TEXT_REACH, at.y - 24]);
    bounds.extend([at.x + TEXT_REACH, at.y + 34]);
  }

  paint(ctx: CanvasRenderingContext2D, at: Point): void {
    const { state, letter, name } = this.school;
    const { path, tone, size } = SHAPES[state];
    const inks = this.inks();
    ctx.translate(at.x, at.y);
    if (this.isChosen) {
      ctx.beginPath();
      ctx.arc(0, 0, 19, 0, 2 * Math.PI);
      ctx.lineWidth = 4;
      ctx.strokeStyle = inks.ink;
      ctx.stroke();
    }
    ctx.save();
    ctx.scale(size, size);
    const shape = new Path2D(path);
    ctx.fillStyle = inks.ground;
    ctx.fill(shape);
    ctx.lineWidth = 2.5;
    ctx.strokeStyle = inks[tone];
    ctx.stroke(shape);
    ctx.restore();
    ctx.textAlign = "center";
    if (letter !== "") {
      ctx.font = "600 11px sans-serif";
      ctx.textBaseline = "middle";
      ctx.fillStyle = inks[tone];
      ctx.fillText(letter, 0, state === "overdue" ? 2.5 : 0.5);
    }
    if (this.isNamed || this.isChosen) {
      written(ctx, name, 0, 15, inks, this.isChosen ? 600 : 400);
    }
  }
}

/** The name of a township, in the middle of its schools. */
export class PlaceName extends Drawn {
  constructor(
    at: LatLngExpression,
    private readonly name: string,
    private readonly inks: () => Inks,
  ) {
    super(at, { radius: 40, interactive: false });
  }

  paint(ctx: CanvasRenderingContext2D, at: Point): void {
    const inks = this.inks();
    ctx.translate(at.x, at.y);
    ctx.textAlign = "center";
    ctx.font = "600 14px sans-serif";
    ctx.textBaseline = "middle";
    ctx.fillStyle = inks.soft;
    ctx.globalAlpha = 0.75;
    ctx.fillText(this.name, 0, 0);
  }
}

/** Text with a seam around it, legible over whatever lies below. */
function written(ctx: CanvasRenderingContext2D, text: string, x: number, y: number, inks: Inks, weight: number): void {
  ctx.font = `${weight} 12px sans-serif`;
  ctx.textBaseline = "top";
  ctx.lineWidth = 3;
  ctx.lineJoin = "round";
  ctx.strokeStyle = inks.ground;
  ctx.strokeText(text, x, y, TEXT_REACH * 2);
  ctx.fillStyle = inks.ink;
  ctx.fillText(text, x, y, TEXT_REACH * 2);
}
