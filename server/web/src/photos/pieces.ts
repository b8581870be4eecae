/**
 * How much of a photo goes in one piece.
 *
 * A piece that is cut costs what of it did not arrive, and each piece costs a round trip: so a piece
 * should take some seconds on whatever line there is.
 */

export const SMALLEST_PIECE = 32 * 1024;
export const LARGEST_PIECE = 1024 * 1024;
/** A piece that took less may grow, in milliseconds. */
const QUICK_MS = 4_000;
/** A piece that took more was too large, in milliseconds. */
const SLOW_MS = 15_000;

/** The next piece after one that came through. */
export function afterPiece(piece: number, tookMs: number): number {
  if (tookMs < QUICK_MS) {
    return Math.min(piece * 2, LARGEST_PIECE);
  }
  return tookMs > SLOW_MS ? afterFailure(piece) : piece;
}

/** The next piece after one that was cut. */
export function afterFailure(piece: number): number {
  return Math.max(Math.floor(piece / 2), SMALLEST_PIECE);
}
