/** What a photo is evidence of, as tags to be seen at once. It informs a reviewer and judges nothing. */

import type { Say } from "../../ui/words/catalogue.ts";
import { review as words } from "../../ui/words/review.ts";
import type { Tag } from "../states.ts";
import type { PhotoEvidence } from "./answer.ts";

/** The tags of a photo, the gravest first. */
export function evidenceTags(say: Say, evidence: PhotoEvidence | undefined): Tag[] {
  if (evidence === undefined) {
    return [];
  }
  if (!evidence.arrived) {
    return [{ text: say(words.notArrived), tone: "care" }];
  }
  const tags = [...usesOf(say, evidence), dayOf(say, evidence), placeOf(say, evidence)];
  const order = ["bad", "care", "told", "plain", "good"];
  return tags.sort((a, b) => order.indexOf(a.tone) - order.indexOf(b.tone));
}

function usesOf(say: Say, { used_elsewhere, used_out_of_scope, nearly_same, nearly_same_out_of_scope }: PhotoEvidence): Tag[] {
  const same = new Set(used_elsewhere.map(({ record }) => record)).size + used_out_of_scope;
  const alike = nearly_same.length + nearly_same_out_of_scope;
  return [
    ...(same > 0 ? [{ text: say(words.sameElsewhere, { count: same }), tone: "bad" as const }] : []),
    ...(alike > 0 ? [{ text: say(words.nearlySame, { count: alike }), tone: "care" as const }] : []),
  ];
}

function dayOf(say: Say, { day }: PhotoEvidence): Tag {
  switch (day.verdict) {
    case "on_the_day":
      return { text: say(words.onTheDay), tone: "good" };
    case "another_day": {
      const off = [day.camera, day.device].map((reading) => reading?.days_off ?? 0).sort((a, b) => Math.abs(b) - Math.abs(a))[0] ?? 0;
      return { text: say(words.anotherDay, { days: off > 0 ? `+${off}` : String(off) }), tone: "bad" };
    }
    default:
      return { text: say(words.dayUnknown), tone: "plain" };
  }
}

function placeOf(say: Say, { place }: PhotoEvidence): Tag {
  switch (place.verdict) {
    case "at_the_school":
      return { text: say(words.atTheSchool), tone: "good" };
    case "elsewhere": {
      const distances = [place.camera, place.device].flatMap((reading) => reading?.at_least_m ?? reading?.distance_m ?? []);
      return { text: say(words.elsewhere, { distance: distanceOf(Math.max(0, ...distances)) }), tone: "bad" };
    }
    case "unsure":
      return { text: say(words.placeUnsure), tone: "care" };
    default:
      return { text: say(words.placeUnknown), tone: "plain" };
  }
}

/** 340 m, 2.4 km, 57 km. */
export function distanceOf(metres: number): string {
  if (metres < 1000) {
    return `${Math.round(metres)} m`;
  }
  const km = metres / 1000;
  return `${km < 9.95 ? km.toFixed(1) : Math.round(km)} km`;
}
