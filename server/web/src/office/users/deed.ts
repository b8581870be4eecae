/** One act of an administrator: asked once, and what came of it. */

import { useState } from "preact/hooks";
import { administration as words } from "../../ui/words/administration.ts";
import { useWords } from "../../ui/words/language.ts";
import { useOffice } from "../house.ts";

interface Deed {
  method: "POST" | "DELETE";
  path: string;
  body?: object;
}

interface Doing {
  isBusy: boolean;
  /** Why it was not done. */
  refused: string | undefined;
  /** Does it; what the server answers, or nothing if it was not done. What pages show is asked anew. */
  act<T>(deed: Deed): Promise<T | undefined>;
}

export function useDeed(): Doing {
  const say = useWords();
  const { answers } = useOffice();
  const [isBusy, setBusy] = useState(false);
  const [refused, setRefused] = useState<string>();
  return {
    isBusy,
    refused,
    async act<T>(deed: Deed) {
      setBusy(true);
      setRefused(undefined);
      const came = await answers.once<T>(deed);
      setBusy(false);
      if (came.kind === "answer") {
        answers.news();
        return came.value;
      }
      setRefused(came.kind === "no_line" ? say(words.noLine) : came.problem.detail);
      return undefined;
    },
  };
}
