/** What an administrator does about somebody's account. */

import { useState } from "preact/hooks";
import { Button } from "../../ui/widgets/button.tsx";
import { administration as words } from "../../ui/words/administration.ts";
import { useWords } from "../../ui/words/language.ts";
import { Confirm } from "./confirm.tsx";
import { useDeed } from "./deed.ts";
import { Password } from "./password.tsx";
import type { PersonWhole } from "./people.ts";

type Asked = "disable" | "password" | "totp";

/** What is asked before each, and what the button says. */
const ASKED = {
  disable: { title: words.disableTitle, why: words.disableWhy, now: words.disable },
  password: { title: words.newPasswordTitle, why: words.newPasswordWhy, now: words.newPassword },
  totp: { title: words.stopTotpTitle, why: words.stopTotpWhy, now: words.stopTotp },
} as const;

export function AccountDeeds({ person, path }: { person: PersonWhole; path: string }) {
  const say = useWords();
  const [asked, setAsked] = useState<Asked>();
  const [password, setPassword] = useState<string>();
  const { isBusy, refused, act } = useDeed();
  const name = person.display_name;
  const done = async (what: Asked | "enable") => {
    const method = what === "totp" ? "DELETE" : "POST";
    const came = await act<{ new_password?: string }>({ method, path: `${path}/${what}` });
    if (came !== undefined) {
      setPassword(came.new_password);
      setAsked(undefined);
    }
  };
  return (
    <>
      {password === undefined ? null : <Password value={password} />}
      <div class="row">
        <Button disabled={isBusy} onClick={() => setAsked("password")}>
          {say(words.newPassword)}
        </Button>
        {person.totp ? <Button onClick={() => setAsked("totp")}>{say(words.stopTotp)}</Button> : null}
        {person.disabled_at === undefined ? (
          <Button onClick={() => setAsked("disable")}>{say(words.disable)}</Button>
        ) : (
          <Button weight="main" disabled={isBusy} onClick={() => void done("enable")}>
            {say(words.enable)}
          </Button>
        )}
      </div>
      {asked === undefined && refused !== undefined ? (
        <p class="wrong" role="alert">
          {refused}
        </p>
      ) : null}
      {asked === undefined ? null : (
        <Confirm title={say(ASKED[asked].title, { name })} now={say(ASKED[asked].now)} isBusy={isBusy} refused={refused} onNow={() => void done(asked)} onClose={() => setAsked(undefined)}>
          <p>{say(ASKED[asked].why)}</p>
        </Confirm>
      )}
    </>
  );
}
