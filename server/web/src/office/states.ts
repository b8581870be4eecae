/** What records have come to, in words and colours, wherever the office shows them. */

import type { Say } from "../ui/words/catalogue.ts";
import { states as words } from "../ui/words/states.ts";

/** Something to be seen at once, as the server names it. */
export type Mark = { mark: string; photos?: number; minutes?: number; days?: number; [more: string]: unknown };

export type Tone = "good" | "told" | "care" | "bad" | "plain";

export interface Tag {
  text: string;
  tone: Tone;
}

type Word = keyof typeof words;

/** States that another kind calls otherwise. */
const OF_KIND: Readonly<Record<string, Readonly<Record<string, Word>>>> = {
  bulletin: { draft: "bulletin_draft", approved: "bulletin_approved" },
  project: { accepted: "project_accepted", closed: "project_closed" },
};

const GOOD = ["confirmed", "closed", "accepted", "project_accepted", "counted", "replied", "published", "paid", "in_service", "in_use", "handed_over"];
const CARE = ["submitted", "claimed", "waiting", "received", "bulletin_draft", "issued", "acknowledged", "draft"];
const BAD = ["missing", "rejected", "returned", "suspended"];
const BAD_MARKS = ["overdue", "grave", "disputed", "next_interview", "storage_alarm"];
const TOLD_MARKS = ["late", "in_bulletin", "education_key", "finance_key"];

/** How a state reads; one that a newer server has is shown by its name. */
export function stateTag(say: Say, kind: string, state: string): Tag {
  const word = OF_KIND[kind]?.[state] ?? state;
  const tone = GOOD.includes(word) ? "good" : CARE.includes(word) ? "care" : BAD.includes(word) ? "bad" : "plain";
  return { text: isPlain(word) ? say(words[word]) : state, tone };
}

/** The words that take no parts. */
type Plain = { [W in Word]: (typeof words)[W] extends { zh: string; en: string } ? (W extends "photos_missing" ? never : W) : never }[Word];

function isPlain(word: string): word is Plain {
  const known = (words as Record<string, { zh: unknown } | undefined>)[word];
  return typeof known?.zh === "string" && word !== "photos_missing";
}

/** How a mark reads. `overdueDays`: by how much, where that is known. `ofDevice`: the marks are a phone's. */
export function markTag(say: Say, mark: Mark, { overdueDays = 0, ofDevice = false } = {}): Tag {
  const tone: Tone = BAD_MARKS.includes(mark.mark) ? "bad" : TOLD_MARKS.includes(mark.mark) ? "told" : "care";
  const { photos = 0, minutes = 0, days = 0 } = mark;
  switch (mark.mark) {
    case "photos_missing":
      return { text: ofDevice ? say(words.photosNotCome, { photos }) : say(words.photos_missing, { photos }), tone };
    case "clock_off":
      return { text: say(words.clock_off, { minutes }), tone };
    case "silent":
      return { text: say(words.silent, { days }), tone };
    case "overdue":
      return { text: overdueDays > 0 ? say(words.overdueDays, { days: overdueDays }) : say(words.overdue), tone };
    default:
      return { text: isPlain(mark.mark) ? say(words[mark.mark]) : mark.mark, tone };
  }
}
