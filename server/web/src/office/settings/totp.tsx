/** Setting up an app for one-time codes: the password, what the app scans, and its first code. */

import { useState } from "preact/hooks";
import { Button } from "../../ui/widgets/button.tsx";
import { Notice } from "../../ui/widgets/notice.tsx";
import { useWords } from "../../ui/words/language.ts";
import { settings as words } from "../../ui/words/settings.ts";
import { useDeed } from "../users/deed.ts";
import { keyIn } from "./account.ts";
import { Secret } from "./secret.tsx";

/** What `POST /api/v1/me/totp` answers. */
interface Offer {
  set: boolean;
  url?: string;
  qr?: string;
}

export function TotpSetting({ isSet }: { isSet: boolean }) {
  const say = useWords();
  const [isOpen, setOpen] = useState(false);
  const [isDone, setDone] = useState(false);
  return (
    <>
      {isDone ? <Notice tone="good" title={say(words.totpSet)} live /> : <p>{say(isSet ? words.totpOn : words.totpOff)}</p>}
      {isSet && !isDone ? <p class="soft">{say(words.totpLost)}</p> : null}
      {isOpen ? (
        <SettingUp onSet={() => (setOpen(false), setDone(true))} />
      ) : (
        <div class="row">
          <Button onClick={() => (setOpen(true), setDone(false))}>{say(isSet ? words.totpAnew : words.totpBegin)}</Button>
        </div>
      )}
    </>
  );
}

function SettingUp({ onSet }: { onSet: () => void }) {
  const say = useWords();
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const [offer, setOffer] = useState<{ url: string; qr: string }>();
  const { isBusy, refused, act } = useDeed();
  const goOn = async () => {
    const said = offer === undefined ? { password } : { password, code };
    const came = await act<Offer>({ method: "POST", path: "/api/v1/me/totp", body: said });
    if (came?.set === true) {
      onSet();
    } else if (came?.url !== undefined && came.qr !== undefined) {
      setOffer({ url: came.url, qr: came.qr });
    }
  };
  return (
    <form class="form-card" onSubmit={(event) => (event.preventDefault(), void goOn())}>
      {offer === undefined ? (
        <Secret label={say(words.old)} autoComplete="current-password" value={password} onInput={setPassword} />
      ) : (
        <>
          <p>{say(words.totpScan)}</p>
          <img class="totp-qr" src={`data:image/svg+xml,${encodeURIComponent(offer.qr)}`} alt={say(words.totpQr)} />
          <details>
            <summary>{say(words.totpByHand)}</summary>
            <output class="secret">{keyIn(offer.url)}</output>
          </details>
          <label class="field">
            <span class="label">{say(words.totpCode)}</span>
            <input class="text-line" type="text" inputMode="numeric" autoComplete="one-time-code" value={code} onInput={(event) => setCode(event.currentTarget.value)} />
          </label>
        </>
      )}
      {refused === undefined ? null : (
        <p class="wrong" role="alert">
          {refused}
        </p>
      )}
      <div class="row">
        <Button type="submit" weight="main" disabled={isBusy || password === "" || (offer !== undefined && code.trim().length < 6)}>
          {say(isBusy ? words.working : offer === undefined ? words.totpBegin : words.totpVerify)}
        </Button>
      </div>
    </form>
  );
}
