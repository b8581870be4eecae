/** Lines of latitude and longitude: how far apart they are drawn, where, and what stands at them. Pure. */

/** The steps that people read, in minutes of arc. */
const STEPS = [0.25, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600];
/** About so many lines cross the map each way. */
const ABOUT = 5;

/** The step for so many degrees across, in minutes. */
export function stepFor(degrees: number): number {
  const wanted = (degrees * 60) / ABOUT;
  return STEPS.find((step) => step >= wanted) ?? 600;
}

/** The lines between two degrees, in degrees. */
export function linesBetween(from: number, to: number, step: number): number[] {
  const first = Math.ceil((from * 60) / step);
  const last = Math.floor((to * 60) / step);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, place) => ((first + place) * step) / 60);
}

/** 116°25′ , 25°02′30″: as atlases write it. */
export function degreesText(degrees: number): string {
  const seconds = Math.round(Math.abs(degrees) * 3600);
  const [whole, minutes, rest] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60), seconds % 60];
  const two = (number: number) => String(number).padStart(2, "0");
  return `${degrees < 0 ? "-" : ""}${whole}°${two(minutes)}′${rest === 0 ? "" : `${two(rest)}″`}`;
}
