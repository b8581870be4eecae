/** That the last change of a record is in the ledger: checked in this browser when somebody asks. */

import { useEffect, useState } from "preact/hooks";
import { outsideOf } from "../../sync/browser.ts";
import { ask } from "../../sync/ask.ts";
import { useHouse } from "../../ui/house.ts";
import { Button } from "../../ui/widgets/button.tsx";
import { Notice } from "../../ui/widgets/notice.tsx";
import { languageTag, useWords } from "../../ui/words/language.ts";
import { office } from "../../ui/words/office.ts";
import { review } from "../../ui/words/review.ts";
import { useOffice } from "../house.ts";
import { useNames } from "../names.ts";
import type { EntryProof } from "./proving.ts";

type State = { is: "closed" | "asking" | "not_yet" | "not_proven" } | { is: "proven"; size: number } | { is: "cannot"; why: string };

export function ProofLine({ county, seq }: { county: string; seq: number }) {
  const say = useWords();
  const { device } = useHouse();
  const { answers } = useOffice();
  const names = useNames();
  const [state, setState] = useState<State>({ is: "closed" });
  // What was proven of an earlier entry says nothing of this one.
  useEffect(() => setState({ is: "closed" }), [county, seq]);
  const prove = async () => {
    setState({ is: "asking" });
    const at = `/api/v1/ledgers/${encodeURIComponent(county)}`;
    const came = await answers.once<EntryProof>({ method: "GET", path: `${at}/proof?seq=${seq}` });
    if (came.kind !== "answer") {
      const isNew = came.kind === "refused" && came.problem.status === 409;
      setState(isNew ? { is: "not_yet" } : { is: "cannot", why: came.kind === "refused" ? came.problem.detail : say(office.noLine) });
      return;
    }
    const [{ proves }, key] = await Promise.all([
      import("./proving.ts"),
      ask(outsideOf(window, device, languageTag), { method: "GET", path: `${at}/key`, token: "" }).catch(() => undefined),
    ]);
    if (key?.status !== 200) {
      setState({ is: "cannot", why: say(office.noLine) });
    } else {
      setState(proves(came.value, { county, seq, key: key.body.trim() }) ? { is: "proven", size: came.value.size } : { is: "not_proven" });
    }
  };
  return (
    <section class="proof">
      <p class="soft">{say(review.entry, { seq, county: names.county(county) ?? county })}</p>
      {state.is === "closed" || state.is === "asking" ? (
        <Button weight="quiet" disabled={state.is === "asking"} onClick={() => void prove()}>
          {say(state.is === "asking" ? review.proving : review.prove)}
        </Button>
      ) : null}
      {state.is === "proven" ? <Notice tone="good" live><p>{say(review.proven, { seq, size: state.size })}</p></Notice> : null}
      {state.is === "not_yet" ? <Notice tone="told" live><p>{say(review.notYet, { seq })}</p></Notice> : null}
      {state.is === "not_proven" ? <Notice tone="bad" live><p>{say(review.notProven, { seq })}</p></Notice> : null}
      {state.is === "cannot" ? <Notice tone="care" live><p>{say(review.cannotProve, { why: state.why })}</p></Notice> : null}
    </section>
  );
}
