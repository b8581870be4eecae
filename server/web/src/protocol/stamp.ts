/** A moment as people wrote it down: RFC 3339 with the offset of their clock. */

import type { Stamp } from "./wire.ts";

/** The moment in the device's own time, such as `2026-03-02T17:45:10+08:00`. */
export function stamp(at: Date): Stamp {
  const minutes = -at.getTimezoneOffset();
  const local = new Date(at.getTime() + minutes * 60_000).toISOString().slice(0, 19);
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  return `${local}${minutes < 0 ? "-" : "+"}${two(hours)}:${two(rest)}`;
}

function two(number: number): string {
  return String(number).padStart(2, "0");
}
