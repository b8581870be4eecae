/** The figures that a bulletin freezes: read out of its record, printed, and set beside those of now. Pure. */

import { type RecordState, baseOf, headsOf, keyOf } from "../../protocol/record.ts";
import { isMap } from "../../protocol/values.ts";
import type { FieldName, Uuid, Value } from "../../protocol/wire.ts";

/** Numerator and denominator. */
export type Pair = readonly [number, number];

export interface FrozenRow {
  key: string;
  name: string;
  rank: number;
  figures: Pair[];
}

/** What the field `figures` holds, and what `GET /api/v1/bulletins/draft` offers for it. */
export interface Frozen {
  from?: string;
  at: string;
  by: string;
  /** Which indicators the pairs are of. */
  indicators: string[];
  total: Pair[];
  rows: FrozenRow[];
  behind: Uuid[];
  findings: Uuid[];
  followed: { closed: number; open: Uuid[] };
}

export interface Draft {
  cutoff: Record<string, number>;
  figures: Frozen;
}

/** What `GET /api/v1/bulletins/{id}/proof` answers. */
export interface BulletinProof {
  cutoff: Record<string, number>;
  same: boolean;
  figures: Frozen;
  reckoned?: Frozen;
}

/** How an indicator is printed, as the server says it. */
export interface Printing {
  as: string;
  decimals?: number;
}

/** Reads the figures of a bulletin; nothing where they are not of a draft, or people differ about them. */
export function frozenIn(record: RecordState): Frozen | undefined {
  const heads = headsOf(record, "figures");
  const value = heads[0]?.value;
  return heads.length === 1 && isFrozen(value) ? (value as unknown as Frozen) : undefined;
}

function isFrozen(value: Value | undefined): boolean {
  if (value === undefined || !isMap(value)) {
    return false;
  }
  const isList = (name: string) => Array.isArray(value[name]);
  return typeof value["at"] === "string" && typeof value["by"] === "string" && ["indicators", "total", "rows", "behind", "findings"].every(isList) && isMap(value["followed"] ?? "");
}

/** The counties that a bulletin is of, by code. */
export function countiesIn(record: RecordState): string[] {
  const names: FieldName[] = [...record.fields.keys()].filter((name) => baseOf(name) === "cutoff" && headsOf(record, name).length > 0);
  return names.flatMap((name) => keyOf(name) ?? []).sort();
}

const NOTHING = "—";

/** A figure as people read it: rounded once, half up, never clamped. What is counted is printed alone. */
export function printed([numerator, denominator]: Pair, { as, decimals = 0 }: Printing): string {
  switch (as) {
    case "percent":
      return denominator === 0 ? NOTHING : `${divided(BigInt(numerator) * 100n, BigInt(denominator), decimals)}%`;
    case "mean":
    case "middle_hours":
      return denominator === 0 ? NOTHING : divided(BigInt(numerator), BigInt(denominator), decimals);
    case "area":
      return divided(BigInt(numerator), 100n, 2);
    case "money":
      return divided(BigInt(numerator), 1_000_000n, 2);
    default:
      return String(numerator);
  }
}

/** A quotient with so many decimals, half up and away from zero. */
function divided(numerator: bigint, denominator: bigint, decimals: number): string {
  const isNegative = numerator < 0n !== denominator < 0n && numerator !== 0n;
  const [above, below] = [numerator < 0n ? -numerator : numerator, denominator < 0n ? -denominator : denominator];
  const rounded = (above * 10n ** BigInt(decimals) * 2n + below) / (below * 2n);
  const digits = String(rounded).padStart(decimals + 1, "0");
  const whole = digits.slice(0, digits.length - decimals);
  const sign = isNegative && rounded !== 0n ? "-" : "";
  return decimals === 0 ? `${sign}${whole}` : `${sign}${whole}.${digits.slice(-decimals)}`;
}

/** What is another figure now than it was. */
export interface Difference {
  /** The places of the indicators whose total is another. */
  totals: number[];
  /** How many rows say something else, are new, or are gone. */
  rows: number;
  /** Projects and findings that are named now and were not, or the other way round. */
  named: number;
}

export function differenceOf(was: Frozen, now: Frozen): Difference {
  const totals = was.indicators.flatMap((code, place) => (same(was.total[place], now.total[now.indicators.indexOf(code)]) ? [] : [place]));
  const rowsNow = new Map(now.rows.map((row) => [row.key, row]));
  const isSame = (row: FrozenRow) => {
    const other = rowsNow.get(row.key);
    return other !== undefined && row.figures.every((pair, place) => same(pair, other.figures[place]));
  };
  const gone = was.rows.filter((row) => !isSame(row)).length;
  const keys = new Set(was.rows.map(({ key }) => key));
  const fresh = now.rows.filter(({ key }) => !keys.has(key)).length;
  return { totals, rows: gone + fresh, named: apart(was.behind, now.behind) + apart(was.findings, now.findings) };
}

export function isSame({ totals, rows, named }: Difference): boolean {
  return totals.length === 0 && rows === 0 && named === 0;
}

function same(one: Pair | undefined, other: Pair | undefined): boolean {
  return one?.[0] === other?.[0] && one?.[1] === other?.[1];
}

/** How many stand in one of two lists and not in the other. */
function apart(one: readonly string[], other: readonly string[]): number {
  const [left, right] = [new Set(one), new Set(other)];
  return one.filter((id) => !right.has(id)).length + other.filter((id) => !left.has(id)).length;
}
