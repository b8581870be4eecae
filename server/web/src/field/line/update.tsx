import { useHouse, useWatched } from "../../ui/house.ts";
import { Button } from "../../ui/widgets/button.tsx";
import { Notice } from "../../ui/widgets/notice.tsx";
import { frame } from "../../ui/words/frame.ts";
import { useWords } from "../../ui/words/language.ts";

/** Offers a new version where there is one. */
export function UpdateOffer() {
  const say = useWords();
  const { update } = useHouse();
  const state = useWatched(update, () => update.state());
  switch (state) {
    case "none":
      return null;
    case "elsewhere":
      return (
        <Notice tone="told" title={say(frame.updateElsewhere)} live>
          <Button onClick={() => update.take()}>{say(frame.again)}</Button>
        </Notice>
      );
    default: {
      const label = { ready: frame.updateNow, awaits_sync: frame.updateAwaits, taking: frame.updateTaking }[state];
      return (
        <Notice tone="told" title={say(frame.updateReady)} live>
          <p>{say(frame.updateWhy)}</p>
          <Button onClick={() => update.take()} disabled={state !== "ready"}>
            {say(label)}
          </Button>
        </Notice>
      );
    }
  }
}
