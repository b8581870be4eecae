/** A share in hundredths of a percent, as reports print it: rounded once, half up; never cut at 100. */

export function share(part: number, whole: number): string {
  if (whole === 0) {
    return "—";
  }
  const bp = Math.floor((Math.abs(part) * 20_000 + Math.abs(whole)) / (2 * Math.abs(whole)));
  const sign = part < 0 !== whole < 0 && bp > 0 ? "-" : "";
  return `${sign}${Math.floor(bp / 100)}.${String(bp % 100).padStart(2, "0")}%`;
}
