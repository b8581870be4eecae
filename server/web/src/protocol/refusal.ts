/** A change breaks a rule: which, where, and how to say so. */

import type { Code } from "./wire.ts";

export interface Refusal {
  code: Code;
  /** The field it is about, where it is about one. */
  field?: string;
}

export function refusal(code: Code, field?: string): Refusal {
  return field === undefined ? { code } : { code, field };
}
