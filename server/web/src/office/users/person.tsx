/** One person: what they hold, their account, and what an administrator does about either. */

import type { ComponentChildren } from "preact";
import { useMemo, useState } from "preact/hooks";
import type { Me } from "../../field/record/book.ts";
import { Button, ButtonLink } from "../../ui/widgets/button.tsx";
import { Notice } from "../../ui/widgets/notice.tsx";
import { administration as words } from "../../ui/words/administration.ts";
import { moment } from "../../ui/words/dates.ts";
import { language, useWords } from "../../ui/words/language.ts";
import { useAnswer } from "../answers.ts";
import { AsOf, Known } from "../known.tsx";
import { addressOf, paths } from "../roads.ts";
import { AccountDeeds } from "./account.tsx";
import { ownScopes } from "./administrating.ts";
import { Confirm } from "./confirm.tsx";
import { type RoleAt, RoleChoosing, isChosen } from "./choosing.tsx";
import { useDeed } from "./deed.ts";
import { PersonTags, placeName } from "./list.tsx";
import { type Held, type PersonWhole, cardsOf } from "./people.ts";
import { SCOPES, Scopes, type ScopesAnswer } from "./scopes.ts";
import "../../field/form/form.css";
import "./users.css";

export function PersonPage({ id, me }: { id: string; me: Me }) {
  const path = `/api/v1/users/${encodeURIComponent(id)}`;
  const answer = useAnswer<PersonWhole>(path);
  return <Known answer={answer}>{(person) => <Shown person={person} me={me} path={path} asOf={<AsOf answer={answer} />} />}</Known>;
}

interface ShownProps {
  person: PersonWhole;
  me: Me;
  path: string;
  asOf: ComponentChildren;
}

function Shown({ person, me, path, asOf }: ShownProps) {
  const say = useWords();
  const { value: scopes } = useAnswer<ScopesAnswer>(SCOPES);
  const names = useMemo(() => scopes && new Scopes(scopes), [scopes]);
  const isMe = person.id === me.user.id;
  const { display_name: name, username } = person;
  return (
    <>
      <div class="page-head">
        <h1>
          {name} <span class="soft username">{username}</span> <PersonTags person={person} />
        </h1>
        {asOf}
      </div>
      {isMe ? (
        <Notice tone="told" title={say(words.youTitle)}>
          <p>
            {say(words.youWhy)} <a href={paths.to(["settings"])}>{say(words.settings)}</a>
          </p>
        </Notice>
      ) : person.whole ? null : (
        <Notice tone="told" title={say(words.partTitle)}>
          <p>{say(words.partWhy)}</p>
        </Notice>
      )}
      <div class="person">
        <section class="card" aria-labelledby="roles-title">
          <h2 id="roles-title">{say(words.rolesHeld)}</h2>
          <Roles person={person} names={names} path={path} isMe={isMe} />
          {isMe || scopes === undefined ? null : <Giving scopes={scopes} me={me} path={path} />}
          <Ended ended={person.ended} names={names} />
        </section>
        <section class="card" aria-labelledby="account-title">
          <h2 id="account-title">{say(words.account)}</h2>
          <ul class="facts">
            <li>{person.disabled_at === undefined ? say(words.accountOpen) : say(words.accountClosed, { at: moment(person.disabled_at, new Date()) })}</li>
            <li>{say(words.begun, { at: moment(person.created_at, new Date()) })}</li>
            <li>{say(person.password ? words.hasPassword : words.phoneAlone)}</li>
            {person.password ? <li>{say(person.totp ? words.hasTotp : words.noTotp)}</li> : null}
            <li>
              {say(words.phones)} {say(words.phonesOf, { count: person.phones })} · {say(words.lastSeen)} {person.last_seen_at === undefined ? say(words.never) : moment(person.last_seen_at, new Date())}
            </li>
          </ul>
          <div class="row">
            {person.whole && person.disabled_at === undefined ? (
              <ButtonLink href={cardsOf([person.id])} weight="main">
                {say(words.printCard)}
              </ButtonLink>
            ) : null}
            <ButtonLink href={addressOf(paths.to(["devices"]), { user: person.id })}>{say(words.theirDevices)}</ButtonLink>
          </div>
          {isMe || !person.whole ? null : <AccountDeeds person={person} path={path} />}
        </section>
      </div>
    </>
  );
}

interface RolesProps {
  person: PersonWhole;
  names: Scopes | undefined;
  path: string;
  isMe: boolean;
}

function Roles({ person, names, path, isMe }: RolesProps) {
  const say = useWords();
  const [taking, setTaking] = useState<Held>();
  const { isBusy, refused, act } = useDeed();
  const placeOf = ({ scope }: Held) => placeName(names, scope, say(words.unknownPlace));
  if (person.roles.length === 0) {
    return <p class="soft">{say(words.noRole)}</p>;
  }
  const take = async ({ role, scope }: Held) => {
    if ((await act({ method: "DELETE", path: `${path}/roles`, body: { role, scope } })) !== undefined) {
      setTaking(undefined);
    }
  };
  return (
    <>
      <ul class="held-roles">
        {person.roles.map((held) => (
          <li key={`${held.role}@${held.scope}`}>
            <div>
              <strong>{held[language()]}</strong> {placeOf(held)}
              <p class="soft">{say(words.given, { at: moment(held.since, new Date()) })}</p>
            </div>
            {isMe ? null : (
              <Button onClick={() => setTaking(held)} label={`${say(words.take)} ${held[language()]} ${placeOf(held)}`}>
                {say(words.take)}
              </Button>
            )}
          </li>
        ))}
      </ul>
      {taking === undefined ? null : (
        <Confirm title={say(words.takeTitle, { role: taking[language()] })} now={say(words.takeNow)} isBusy={isBusy} refused={refused} onNow={() => void take(taking)} onClose={() => setTaking(undefined)}>
          <p>{say(words.takeWhy, { name: person.display_name, place: placeOf(taking) })}</p>
        </Confirm>
      )}
    </>
  );
}

function Giving({ scopes, me, path }: { scopes: ScopesAnswer; me: Me; path: string }) {
  const say = useWords();
  const [value, setValue] = useState<RoleAt>({ role: "", scope: "" });
  const { isBusy, refused, act } = useDeed();
  const give = async () => {
    if ((await act({ method: "POST", path: `${path}/roles`, body: value })) !== undefined) {
      setValue({ role: "", scope: "" });
    }
  };
  return (
    <form class="giving" onSubmit={(event) => (event.preventDefault(), isChosen(value) && !isBusy ? void give() : undefined)}>
      <h3>{say(words.give)}</h3>
      <RoleChoosing scopes={scopes} own={ownScopes(me)} value={value} onChoose={setValue} />
      {refused === undefined ? null : (
        <p class="wrong" role="alert">
          {refused}
        </p>
      )}
      <div class="row">
        <Button type="submit" disabled={!isChosen(value) || isBusy}>
          {say(isBusy ? words.working : words.giveNow)}
        </Button>
      </div>
    </form>
  );
}

function Ended({ ended, names }: { ended: readonly Held[]; names: Scopes | undefined }) {
  const say = useWords();
  const now = new Date();
  return ended.length === 0 ? null : (
    <details>
      <summary>
        {say(words.endedRoles)} <span class="soft">{ended.length}</span>
      </summary>
      <ul class="facts">
        {ended.map(({ scope, since, until, ...held }) => (
          <li key={`${held.role}@${scope}@${since}`}>
            {held[language()]} {placeName(names, scope, say(words.unknownPlace))} <span class="soft">{say(words.endedAt, { from: moment(since, now), to: until === undefined ? "" : moment(until, now) })}</span>
          </li>
        ))}
      </ul>
    </details>
  );
}
