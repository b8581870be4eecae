/** What a device saw of its ledger. Apart from `witness.ts`, which is loaded when it is needed. */

/** The paper on which it stands. */
export const WITNESS = "witness";

export interface Witnessed {
  /** The last checkpoint that was believed, a signed note; none yet if the first did not fit. */
  note?: string;
  /** The ledger's verifying key, as the server first told it. */
  key: string;
  /** What does not fit, once something did not; it is never cleared by what came later. */
  distrust?: string;
  /** The checkpoint that did not fit: with `note` the evidence. */
  against?: string;
  /** That the server was put back to an older state, in words for support. */
  putBack?: string;
}
