/** Who this phone is, and what it has. */

import { useEffect, useState } from "preact/hooks";
import { guideOf } from "../../guide/whose.ts";
import { consent, keepConsent } from "../../photos/position.ts";
import { natural } from "../../protocol/ids.ts";
import { headsOf, recordOf } from "../../protocol/record.ts";
import { isText } from "../../protocol/values.ts";
import { useHouse } from "../../ui/house.ts";
import { useLive } from "../../ui/live.ts";
import { to } from "../../ui/route.ts";
import { versionOf } from "../../ui/update.ts";
import { ButtonLink } from "../../ui/widgets/button.tsx";
import { bytes } from "../../ui/words/figures.ts";
import { guide } from "../../ui/words/guide.ts";
import { language, useWords } from "../../ui/words/language.ts";
import { me as words } from "../../ui/words/me.ts";
import type { Me } from "../join/enrol.ts";
import { labelOf } from "../record/show.ts";
import { UpdateOffer } from "../line/update.tsx";
import { HomeScreen, Keeping, useStorage } from "./keeping.tsx";
import { LanguageChoice } from "./language.tsx";
import { SignOut } from "./signout.tsx";
import "./me.css";

export function MePage() {
  const say = useWords();
  const { device } = useHouse();
  const me = useLive(() => device.paper<Me>("me"), []);
  return (
    <>
      <h2>{me?.user.display_name ?? say(words.title)}</h2>
      {me === undefined ? null : <Roles me={me} />}
      <LanguageChoice />
      <UpdateOffer />
      {me === undefined ? null : <ThisPhone me={me} />}
      <PositionConsent />
      <Keeping />
      <HomeScreen />
      <ButtonLink href={to("guide", guideOf(me?.roles ?? [{ role: "school_team" }]))}>{say(guide.title)}</ButtonLink>
      <ButtonLink href={to("support")}>{say(words.support)}</ButtonLink>
      <SignOut />
    </>
  );
}

function Roles({ me }: { me: Me }) {
  const say = useWords();
  return (
    <section class="card">
      <h3>{say(words.roles)}</h3>
      {me.roles.length === 0 ? <p>{say(words.noRoles)}</p> : null}
      {[...new Map(me.roles.map((role) => [role.role, role])).values()].map((role) => (
        <Role key={role.role} name={labelOf(role, language())} scopes={me.roles.filter((held) => held.role === role.role).map(({ scope }) => scope)} />
      ))}
    </section>
  );
}

/** So many places of one role are told at once; more of them are folded away. */
const FEW_PLACES = 3;

/** A role once, and all the places at which it is held. */
function Role({ name, scopes }: { name: string; scopes: string[] }) {
  const say = useWords();
  const [only] = scopes;
  if (scopes.length === 1 && only !== undefined) {
    return (
      <p>
        {name} <Scope scope={only} />
      </p>
    );
  }
  const places = (
    <ul class="plain">
      {scopes.map((scope) => (
        <li key={scope}>
          <Scope scope={scope} />
        </li>
      ))}
    </ul>
  );
  return scopes.length <= FEW_PLACES ? (
    <>
      <p>{name}</p>
      {places}
    </>
  ) : (
    <details class="folded">
      <summary>{say(words.roleAt, { name, count: scopes.length })}</summary>
      {places}
    </details>
  );
}

/** Where a role is held, by its name; a division that is not on the device by its code. */
function Scope({ scope }: { scope: string }) {
  const { device } = useHouse();
  const [noun, id = ""] = scope.split(":");
  const isDivision = noun === "county" || noun === "city" || noun === "township";
  const name = useLive(async () => {
    const row = await device.row(isDivision ? natural("division", id) : id);
    const value = row && headsOf(recordOf(row), "name")[0]?.value;
    return isText(value) ? value : isDivision ? id : "";
  }, [id, isDivision]);
  return <span class="soft">{name}</span>;
}

function PositionConsent() {
  const say = useWords();
  const { device } = useHouse();
  const isAgreed = useLive(async () => (await consent(device)) ?? false, []);
  return isAgreed === undefined ? null : (
    <label class="choice-option">
      <input
        type="checkbox"
        checked={isAgreed}
        onChange={({ currentTarget }) => void keepConsent(device, currentTarget.checked)}
      />
      <span>
        {say(words.position)}
        <br />
        <span class="soft">{say(words.positionWhy)}</span>
      </span>
    </label>
  );
}

function ThisPhone({ me }: { me: Me }) {
  const say = useWords();
  const [storage] = useStorage();
  const [version, setVersion] = useState<string>();
  useEffect(() => void versionOf(window).then(setVersion), []);
  // Some browsers do not say how much it is, and a row that says nothing only raises questions.
  const used = storage?.used === undefined ? undefined : bytes(storage.used);
  return (
    <section class="card">
      <h3>{say(words.phone)}</h3>
      <dl class="facts">
        <Fact term={say(words.name)}>{me.device.name}</Fact>
        <Fact term={say(words.account)}>{me.user.username}</Fact>
        <Fact term={say(words.office)}>{me.server.public_url}</Fact>
        {used === undefined ? null : (
          <Fact term={say(words.storage)}>{storage?.room === undefined ? used : say(words.used, { used, room: bytes(storage.room) })}</Fact>
        )}
        <Fact term={say(words.version)}>{version ?? say(words.notOffline)}</Fact>
      </dl>
    </section>
  );
}

function Fact({ term, children }: { term: string; children: string }) {
  return (
    <div>
      <dt>{term}</dt>
      <dd>{children}</dd>
    </div>
  );
}
