/** The phone is somebody's now: what the browser promised, and how to open it the next time. */

import { useHouse } from "../../ui/house.ts";
import { useLive } from "../../ui/live.ts";
import { to } from "../../ui/route.ts";
import { ButtonLink } from "../../ui/widgets/button.tsx";
import { Notice } from "../../ui/widgets/notice.tsx";
import { join as words } from "../../ui/words/join.ts";
import { useWords } from "../../ui/words/language.ts";
import { HomeScreen, Keeping } from "../me/keeping.tsx";
import type { Me } from "./enrol.ts";

export function WelcomePage() {
  const say = useWords();
  const { device } = useHouse();
  const me = useLive(() => device.paper<Me>("me"), []);
  if (me === undefined) {
    return null;
  }
  return (
    <>
      <Notice tone="good" title={say(words.hello, { name: me.user.display_name })} live>
        <p>{say(words.helloWhy)}</p>
      </Notice>
      <Keeping asks />
      <HomeScreen />
      <div class="always">
        <ButtonLink href={to()} weight="main">
          {say(words.begin)}
        </ButtonLink>
      </div>
    </>
  );
}
