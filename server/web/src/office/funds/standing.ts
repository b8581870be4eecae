/** What was paid beside what was certified, in 分. Pure. */

export interface Standing {
  contract: number;
  certified: number;
  paid: number;
  /** How much may still be paid once this payment is; below 0 money runs ahead of the works. */
  left: number;
}

interface Figure {
  numerator?: number;
  denominator?: number;
}

/**
 * `gap`: paid − certified, over the contract. `counts`: whether the payment is among what was paid already.
 * Nothing where there is no contract to compare with.
 */
export function standingOf(gap: Figure | undefined, paid: Figure | undefined, amount: number, counts: boolean): Standing | undefined {
  const [ahead, contract] = [gap?.numerator, gap?.denominator];
  if (ahead === undefined || contract === undefined || contract === 0 || paid?.numerator === undefined) {
    return undefined;
  }
  return { contract, certified: paid.numerator - ahead, paid: paid.numerator, left: -ahead - (counts ? 0 : amount) };
}
