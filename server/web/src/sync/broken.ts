/** What went wrong, in the engine's words and in those for support. */

import type { Came } from "./answer.ts";
import type { Event, Trouble } from "./engine.ts";

/** The server did not answer as it should; what came instead. */
export class Unanswered extends Error {
  constructor(readonly came: Exclude<Came<unknown>, { kind: "answer" }>) {
    super(came.kind === "refused" ? `${came.status} ${came.code}: ${came.detail}` : "not an answer of the server");
  }
}

/** What happened, for the engine. */
export function eventOf(error: unknown): Event {
  if (error instanceof Unanswered) {
    return { kind: "came", came: error.came, again: false };
  }
  // The line and IndexedDB both throw DOMException; a line that broke has these names alone.
  const isStorage =
    error instanceof DOMException && !["AbortError", "NetworkError", "TimeoutError"].includes(error.name);
  return isStorage
    ? { kind: "broke", trouble: { why: "storage", detail: `${error.name}: ${error.message}` } }
    : { kind: "broke" };
}

/** A word of the catalogue for what happened. */
export function whyOf(event: Event): Trouble["why"] {
  if (event.kind === "came") {
    return event.came.kind === "stranger" ? "stranger" : "refused";
  }
  return (event.kind === "broke" ? event.trouble?.why : undefined) ?? "no_line";
}
