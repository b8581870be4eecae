/** Amounts of bytes as people read them. */

const LARGEST = ["GB", 1e9] as const;
const UNITS = [["KB", 1e3] as const, ["MB", 1e6] as const, LARGEST];

/** Bytes as people see them in other apps: 340 KB, 1.2 MB. */
export function bytes(count: number): string {
  if (count < 1000) {
    return `${Math.round(count)} B`;
  }
  const [unit, size] = UNITS.find(([, size]) => count < 999.5 * size) ?? LARGEST;
  const amount = count / size;
  return `${amount < 10 ? amount.toFixed(1) : Math.round(amount)} ${unit}`;
}
