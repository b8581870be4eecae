/** Where one is signed in, and signing out from afar. */

import { Button } from "../../ui/widgets/button.tsx";
import { moment } from "../../ui/words/dates.ts";
import { useWords } from "../../ui/words/language.ts";
import { settings as words } from "../../ui/words/settings.ts";
import { browserName } from "../devices/table.tsx";
import { useDeed } from "../users/deed.ts";
import type { Session } from "./account.ts";

export function Sessions({ sessions }: { sessions: readonly Session[] }) {
  const say = useWords();
  const { isBusy, refused, act } = useDeed();
  const now = new Date();
  const nameOf = ({ name }: Session) => browserName(name) || say(words.unknownBrowser);
  return (
    <>
      <p class="soft">{say(words.sessionsWhy)}</p>
      <ul class="held-roles">
        {sessions.map((session) => (
          <li key={session.id}>
            <div>
              <strong>{nameOf(session)}</strong> {session.this ? <span class="tag told">{say(words.thisOne)}</span> : null}
              <p class="soft">{say(words.since, { at: moment(session.created_at, now), used: moment(session.used_at, now) })}</p>
            </div>
            {session.this ? null : (
              <Button disabled={isBusy} onClick={() => void act({ method: "DELETE", path: `/api/v1/me/sessions/${session.id}` })} label={say(words.endOf, { name: nameOf(session) })}>
                {say(words.end)}
              </Button>
            )}
          </li>
        ))}
      </ul>
      {refused === undefined ? null : (
        <p class="wrong" role="alert">
          {refused}
        </p>
      )}
    </>
  );
}
