/** One's own account and this browser: language, light or dark, password, one-time codes, sessions. */

import type { ComponentChildren } from "preact";
import { LanguageChoice } from "../../field/me/language.tsx";
import { ThemeChoice } from "../../ui/theme/choice.tsx";
import { useWords } from "../../ui/words/language.ts";
import { settings as words } from "../../ui/words/settings.ts";
import { useAnswer } from "../answers.ts";
import { AsOf, Known } from "../known.tsx";
import { PasswordChange } from "./password.tsx";
import { Sessions } from "./sessions.tsx";
import { TotpSetting } from "./totp.tsx";
import { ACCOUNT, type Account } from "./account.ts";
import "../../field/form/form.css";
import "../users/users.css";

export function SettingsPage() {
  const say = useWords();
  const answer = useAnswer<Account>(ACCOUNT);
  return (
    <>
      <div class="page-head">
        <h1>{say(words.title)}</h1>
        <AsOf answer={answer} />
      </div>
      <div class="settings">
        <Part id="look" title={say(words.look)}>
          <div class="field">
            <span class="label" aria-hidden="true">
              {say(words.language)}
            </span>
            <LanguageChoice />
          </div>
          <ThemeChoice />
        </Part>
        <Known answer={answer}>
          {(account) => (
            <>
              <Part id="password" title={say(words.password)}>
                {account.password ? <PasswordChange /> : <p class="soft">{say(words.noPassword)}</p>}
              </Part>
              {account.password ? (
                <Part id="totp" title={say(words.totp)}>
                  <TotpSetting isSet={account.totp} />
                </Part>
              ) : null}
              {account.sessions.length === 0 ? null : (
                <Part id="sessions" title={say(words.sessions)}>
                  <Sessions sessions={account.sessions} />
                </Part>
              )}
            </>
          )}
        </Known>
      </div>
    </>
  );
}

function Part({ id, title, children }: { id: string; title: string; children: ComponentChildren }) {
  return (
    <section class="card" aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}>{title}</h2>
      {children}
    </section>
  );
}
