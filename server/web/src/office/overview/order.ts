/** In which order groups are compared, as the address says it: `completed_rate`, or `-completed_rate` with the greatest first. Pure. */

import type { Figure, Figures, Group } from "./answer.ts";

export interface Order {
  code: string;
  isDown: boolean;
}

export function orderIn(text: string | undefined, codes: readonly string[]): Order | undefined {
  const isDown = text?.startsWith("-") ?? false;
  const code = isDown ? text?.slice(1) : text;
  return code !== undefined && codes.includes(code) ? { code, isDown } : undefined;
}

/** What an address says once the head of a column is chosen: the greatest first, then the least, then as they were. */
export function nextOrder(order: Order | undefined, code: string): string | undefined {
  return order?.code !== code ? `-${code}` : order.isDown ? code : undefined;
}

/** The groups in that order; those of which nothing is known stand last. The same order for all that are alike. */
export function inOrder(groups: readonly Group[], order: Order | undefined): Group[] {
  if (order === undefined) {
    return [...groups];
  }
  const { code, isDown } = order;
  const weight = (group: Group) => weightOf(group.figures[code]);
  return [...groups].sort((one, other) => {
    const [a, b] = [weight(one), weight(other)];
    return a === undefined || b === undefined ? Number(a === undefined) - Number(b === undefined) : isDown ? b - a : a - b;
  });
}

/** Whether a figure is told apart by these groups at all: money that came for the whole county is no school's. */
export function isToldApart(code: string, { groups, total }: Pick<Figures, "groups" | "total">): boolean {
  const counted = (figure: Figure | undefined) => figure?.numerator ?? 0;
  return counted(total[code]) === 0 || groups.some(({ figures }) => counted(figures[code]) !== 0);
}

function weightOf(figure: Figure | undefined): number | undefined {
  const { numerator, denominator } = figure ?? {};
  return numerator === undefined || denominator === 0 ? undefined : denominator === undefined ? numerator : numerator / denominator;
}
