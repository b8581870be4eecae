/** A photo that the office will not have: why, and what its owner may do about it. */

import { left, sentAgain } from "../../photos/fate.ts";
import { useHouse } from "../../ui/house.ts";
import { to } from "../../ui/route.ts";
import { Button, ButtonLink } from "../../ui/widgets/button.tsx";
import { useWords } from "../../ui/words/language.ts";
import { line as words } from "../../ui/words/line.ts";
import type { PhotoPlace } from "./places.ts";
import "./line.css";

const FAULTS = { lost: words.photoLost, damaged: words.photoDamaged } as const;

export function Stuck({ photo: { hash, place, why, fault, form } }: { photo: PhotoPlace }) {
  const say = useWords();
  const { device, runner } = useHouse();
  if (place !== "refused" && place !== "left") {
    return null;
  }
  const again = async () => {
    await device.album.told(hash, sentAgain);
    runner.look();
  };
  return (
    <div class="stuck">
      <p>{fault === undefined ? why || say(words.photoNotTaken) : say(FAULTS[fault])}</p>
      {place === "refused" && form !== undefined ? (
        <>
          <p class="soft">{say(words.photoReplaceHow)}</p>
          <ButtonLink href={to("write", form.kind, form.record)}>{say(words.photoReplace)}</ButtonLink>
        </>
      ) : null}
      {fault === "lost" ? null : <Button onClick={() => void again()}>{say(words.photoAgain)}</Button>}
      {place === "left" ? null : (
        <Button weight="quiet" onClick={() => void device.album.told(hash, left)}>
          {say(words.photoLeave)}
        </Button>
      )}
    </div>
  );
}
