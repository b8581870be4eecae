/** What is not as the rules have it, or would not be, in words. */

import type { Schema } from "../../protocol/schema.ts";
import type { Say } from "../../ui/words/catalogue.ts";
import { site as words } from "../../ui/words/site.ts";
import { codeWord } from "../schema.ts";
import type { Irregularity } from "./answers.ts";

/** Each in a sentence; papers of one stage, and parties, in one together. */
export function irregularSentences(say: Say, schema: Schema | undefined, all: readonly Irregularity[]): string[] {
  const sentences = new Map<string, string[]>();
  const put = (key: string, part: string) => sentences.set(key, [...(sentences.get(key) ?? []), part]);
  const stage = (code: string) => codeWord(schema, "stage", code);
  for (const each of all) {
    if (each.irregular === "dossier_incomplete") {
      put(`papers ${each.stage}`, say(words.quoted, { what: codeWord(schema, "dossier_item", each.document) }));
    } else if (each.irregular === "party_missing") {
      put("parties", codeWord(schema, "party_role", each.party));
    } else {
      put(irregularWords(say, schema, each), "");
    }
  }
  const between = say(words.between);
  return [...sentences].map(([key, parts]) => {
    if (key === "parties") {
      return say(words.opinionMissing, { party: parts.join(between) });
    }
    return key.startsWith("papers ") ? say(words.dossierIncomplete, { document: parts.join(""), stage: stage(key.slice("papers ".length)) }) : key;
  });
}

function irregularWords(say: Say, schema: Schema | undefined, irregular: Exclude<Irregularity, { irregular: "dossier_incomplete" | "party_missing" }>): string {
  const stage = (code: string) => codeWord(schema, "stage", code);
  switch (irregular.irregular) {
    case "stage_skipped":
      return say(words.stageSkipped, { missing: stage(irregular.missing), reached: stage(irregular.reached) });
    case "out_of_order":
      return say(words.outOfOrder, { before: stage(irregular.before), after: stage(irregular.after) });
    case "no_evidence":
      return say(words.noEvidence, { stage: stage(irregular.stage) });
    case "grave_findings_open":
      return say(words.graveOpen, { count: irregular.findings });
  }
}
