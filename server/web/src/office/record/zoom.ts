/** How a picture is looked at closely: how large, and which part of it. Pure. */

export interface Zoom {
  /** 1: all of it. */
  scale: number;
  /** How far its middle is moved, in pixels of the screen. */
  x: number;
  y: number;
}

export const WHOLE: Zoom = { scale: 1, x: 0, y: 0 };
const MOST = 8;
const STEP = 1.4;
/** How far a finger goes across until it is a stroke, in pixels. */
const SWIPE = 48;

/** The size of the box that the picture stands in. */
export interface Box {
  width: number;
  height: number;
}

export function larger(zoom: Zoom, box: Box): Zoom {
  return scaled(zoom, zoom.scale * STEP, box);
}

export function smaller(zoom: Zoom, box: Box): Zoom {
  return scaled(zoom, zoom.scale / STEP, box);
}

export function moved(zoom: Zoom, by: { x: number; y: number }, box: Box): Zoom {
  return within({ ...zoom, x: zoom.x + by.x, y: zoom.y + by.y }, box);
}

/** Two fingers that are `by` times as far from each other as they were. */
export function pinched(zoom: Zoom, by: number, box: Box): Zoom {
  return scaled(zoom, zoom.scale * by, box);
}

/** A stroke across a picture that is seen whole: to the next (1), to the one before (-1), or to none (0). */
export function swiped(zoom: Zoom, by: { x: number; y: number }): 1 | 0 | -1 {
  const isAcross = zoom.scale === 1 && Math.abs(by.x) >= SWIPE && Math.abs(by.x) > 2 * Math.abs(by.y);
  return !isAcross ? 0 : by.x < 0 ? 1 : -1;
}

/** What stood in the middle stays there. */
function scaled(zoom: Zoom, asked: number, box: Box): Zoom {
  const scale = Math.min(MOST, Math.max(1, asked));
  const by = scale / zoom.scale;
  return within({ scale, x: zoom.x * by, y: zoom.y * by }, box);
}

/** Nobody moves a picture out of sight. */
function within({ scale, x, y }: Zoom, { width, height }: Box): Zoom {
  const [most, high] = [((scale - 1) * width) / 2, ((scale - 1) * height) / 2];
  const clamp = (at: number, limit: number) => Math.min(limit, Math.max(-limit, at)) || 0;
  return { scale, x: clamp(x, most), y: clamp(y, high) };
}
