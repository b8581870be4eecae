/** Days in weeks, as a wall calendar has them. Pure. */

/** The days in weeks from Monday on, the first and the last filled up with nothing. */
export function weeksOf(days: readonly string[]): (string | undefined)[][] {
  const [first] = days;
  if (first === undefined) {
    return [];
  }
  const before = (new Date(`${first}T00:00:00Z`).getUTCDay() + 6) % 7;
  const cells: (string | undefined)[] = [...Array.from({ length: before }, () => undefined), ...days];
  return Array.from({ length: Math.ceil(cells.length / 7) }, (_, week) => Array.from({ length: 7 }, (_, place) => cells[week * 7 + place]));
}
