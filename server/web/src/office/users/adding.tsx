/** Adding a person: the names, a first role, and a card for the phone. */

import { useState } from "preact/hooks";
import type { Me } from "../../field/record/book.ts";
import { useKept } from "../../field/record/kept.ts";
import { useHouse } from "../../ui/house.ts";
import { Button, ButtonLink } from "../../ui/widgets/button.tsx";
import { TextLine } from "../../ui/widgets/line.tsx";
import { Notice } from "../../ui/widgets/notice.tsx";
import { administration as words } from "../../ui/words/administration.ts";
import { useWords } from "../../ui/words/language.ts";
import { useAnswer } from "../answers.ts";
import { Known } from "../known.tsx";
import { ownScopes } from "./administrating.ts";
import { RoleChoosing, isChosen } from "./choosing.tsx";
import { useDeed } from "./deed.ts";
import { type PersonWhole, cardsOf, personAt } from "./people.ts";
import { Password } from "./password.tsx";
import { SCOPES, type ScopesAnswer } from "./scopes.ts";
import "../../field/form/form.css";
import "./users.css";

type Added = PersonWhole & { new_password?: string };
const BLANK = { username: "", display_name: "", role: "", scope: "", password: false };

export function AddingPage({ me }: { me: Me }) {
  const say = useWords();
  const scopes = useAnswer<ScopesAnswer>(SCOPES);
  const [added, setAdded] = useState<Added>();
  return (
    <div class="narrow-page">
      <h1>{say(words.add)}</h1>
      {added === undefined ? <Known answer={scopes}>{(value) => <Adding scopes={value} me={me} onAdded={setAdded} />}</Known> : <Welcome added={added} onAnother={() => setAdded(undefined)} />}
    </div>
  );
}

function Adding({ scopes, me, onAdded }: { scopes: ScopesAnswer; me: Me; onAdded: (added: Added) => void }) {
  const say = useWords();
  const { device } = useHouse();
  const kept = useKept(device, "users/new", "users", BLANK);
  const { username, display_name, role, scope, password } = kept.value;
  const { isBusy, refused, act } = useDeed();
  const isReady = username.trim() !== "" && display_name.trim() !== "" && isChosen({ role, scope }) && !isBusy;
  const add = async () => {
    const body = { username, display_name, roles: [{ role, scope }], password };
    const added = await act<Added>({ method: "POST", path: "/api/v1/users", body });
    if (added !== undefined) {
      await device.drafts.drop(kept.from.draft, kept.from.hand).catch(() => undefined);
      onAdded(added);
    }
  };
  return (
    <form class="card form-card" onSubmit={(event) => (event.preventDefault(), isReady ? void add() : undefined)}>
      <TextLine label={say(words.displayName)} hint={say(words.displayHint)} value={display_name} onInput={(display_name) => kept.change({ display_name })} />
      <TextLine label={say(words.username)} hint={say(words.usernameHint)} value={username} onInput={(username) => kept.change({ username })} isCode />
      <fieldset class="field">
        <legend class="label">{say(words.firstRole)}</legend>
        <RoleChoosing scopes={scopes} own={ownScopes(me)} value={{ role, scope }} onChoose={(value) => kept.change(value)} />
      </fieldset>
      <label class="tick">
        <input type="checkbox" checked={password} onChange={(event) => kept.change({ password: event.currentTarget.checked })} />
        {say(words.signsIn)}
      </label>
      {refused === undefined ? null : (
        <p class="wrong" role="alert">
          {refused}
        </p>
      )}
      <div class="row">
        <Button type="submit" weight="main" disabled={!isReady}>
          {say(isBusy ? words.working : words.addNow)}
        </Button>
      </div>
    </form>
  );
}

/** Whoever was just added: what to hand over. */
function Welcome({ added, onAnother }: { added: Added; onAnother: () => void }) {
  const say = useWords();
  return (
    <>
      <Notice tone="good" title={say(words.added, { name: added.display_name })} live />
      {added.new_password === undefined ? null : <Password value={added.new_password} />}
      <div class="row">
        <ButtonLink href={cardsOf([added.id])} weight="main">
          {say(words.printCard)}
        </ButtonLink>
        <ButtonLink href={personAt(added.id)}>{say(words.toPerson)}</ButtonLink>
        <Button onClick={onAnother}>{say(words.another)}</Button>
      </div>
    </>
  );
}
