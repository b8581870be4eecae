/** Has the figures of a bulletin reckoned again at the position of the ledger that it names. */

import { useState } from "preact/hooks";
import type { Uuid } from "../../protocol/wire.ts";
import { Button } from "../../ui/widgets/button.tsx";
import { Notice } from "../../ui/widgets/notice.tsx";
import { bulletin as words } from "../../ui/words/bulletin.ts";
import { useWords } from "../../ui/words/language.ts";
import { useOffice } from "../house.ts";
import { useNames } from "../names.ts";
import { Figures } from "./figures.tsx";
import type { BulletinProof } from "./frozen.ts";

type State = { is: "closed" | "asking" } | { is: "came"; proof: BulletinProof } | { is: "cannot"; why: string };

export function Proof({ id }: { id: Uuid }) {
  const say = useWords();
  const { answers } = useOffice();
  const names = useNames();
  const [state, setState] = useState<State>({ is: "closed" });
  const prove = async () => {
    setState({ is: "asking" });
    const came = await answers.once<BulletinProof>({ method: "GET", path: `/api/v1/bulletins/${encodeURIComponent(id)}/proof` });
    setState(came.kind === "answer" ? { is: "came", proof: came.value } : { is: "cannot", why: came.kind === "refused" ? came.problem.detail : say(words.noLine) });
  };
  const isAsking = state.is === "asking";
  return (
    <div class="bulletin-proof" role="group" aria-label={say(words.proof)}>
      {state.is === "closed" || isAsking ? (
        <Button weight="quiet" disabled={isAsking} onClick={() => void prove()}>
          {say(isAsking ? words.proving : words.prove)}
        </Button>
      ) : null}
      {state.is === "came" && state.proof.same ? <Notice tone="good" title={say(words.same)} live /> : null}
      {state.is === "came" && !state.proof.same ? (
        <Notice tone="bad" title={say(words.differs)} live>
          <Figures figures={state.proof.figures} counties={Object.keys(state.proof.cutoff)} names={names} beside={state.proof.reckoned} />
        </Notice>
      ) : null}
      {state.is === "cannot" ? <Notice tone="care" title={say(words.cannot, { why: state.why })} live /> : null}
      <p class="soft no-print">{say(words.qrWhy)}</p>
    </div>
  );
}
