/** The two months that a bulletin is of, and how people write them. Pure. */

export interface Period {
  from: string;
  at: string;
}

/** The last two months that are over and belong together: January with February, March with April. */
export function lastPeriod(today: string): Period {
  const [year = 0, month = 1] = today.split("-").map(Number);
  // The first month of the pair that is running, counted from the year 0.
  const running = year * 12 + Math.floor((month - 1) / 2) * 2;
  return { from: `${monthOf(running - 2)}-01`, at: lastDayOf(running - 1) };
}

function monthOf(months: number): string {
  return `${Math.floor(months / 12)}-${String((months % 12) + 1).padStart(2, "0")}`;
}

function lastDayOf(months: number): string {
  const days = new Date(Date.UTC(Math.floor(months / 12), (months % 12) + 1, 0)).getUTCDate();
  return `${monthOf(months)}-${days}`;
}

/** How a period is called in a bulletin, which is written in Chinese: 2026年9—10月. */
export function periodName({ from, at }: Period): string {
  const [[year, month], [lastYear, lastMonth]] = [from, at].map((day) => day.split("-").map(Number)) as [[number, number], [number, number]];
  if (year !== lastYear) {
    return `${year}年${month}月—${lastYear}年${lastMonth}月`;
  }
  return month === lastMonth ? `${year}年${month}月` : `${year}年${month}—${lastMonth}月`;
}
