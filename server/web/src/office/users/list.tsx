/** The people that one administrates: who they are, what they hold, whether they have a phone. */

import { useMemo, useState } from "preact/hooks";
import type { Me } from "../../field/record/book.ts";
import type { Uuid } from "../../protocol/wire.ts";
import { Button, ButtonLink } from "../../ui/widgets/button.tsx";
import { Empty } from "../../ui/widgets/notice.tsx";
import { administration as words } from "../../ui/words/administration.ts";
import { moment } from "../../ui/words/dates.ts";
import { language, useWords } from "../../ui/words/language.ts";
import { useAnswer } from "../answers.ts";
import { MOVES, useKeys } from "../keys.ts";
import { pageIn } from "../list/query.ts";
import { AsOf, Known } from "../known.tsx";
import { Looking } from "../looking.tsx";
import { Pages } from "../pages.tsx";
import { type Query, addressOf, paths, travel, useQuery } from "../roads.ts";
import { TagShown } from "../tags.tsx";
import { PAGE, type People, type Person, WHICH, cardsOf, personAt, questionOf } from "./people.ts";
import { SCOPES, Scopes, type ScopesAnswer } from "./scopes.ts";
import "../../field/form/form.css";
import "../list/list.css";
import "./users.css";

/** How each choice of people is called. */
const WHICH_WORDS = { open: words.open, closed: words.closed, with_phone: words.withPhone, no_phone: words.noPhone };

export function UsersPage({ me }: { me: Me }) {
  const say = useWords();
  const [query, put] = useQuery();
  const answer = useAnswer<People>(questionOf(query));
  const { value: scopes } = useAnswer<ScopesAnswer>(SCOPES);
  const names = useMemo(() => scopes && new Scopes(scopes), [scopes]);
  return (
    <>
      <div class="page-head">
        <h1>{say(words.users)}</h1>
        <AsOf answer={answer} />
      </div>
      <Filters query={query} roles={scopes?.roles ?? []} onFilter={(parts) => put({ ...parts, page: undefined })} />
      <Known answer={answer}>{(people) => <Table people={people} names={names} query={query} me={me} />}</Known>
    </>
  );
}

interface FiltersProps {
  query: Query;
  roles: ScopesAnswer["roles"];
  onFilter: (parts: Readonly<Record<string, string | undefined>>) => void;
}

function Filters({ query, roles, onFilter }: FiltersProps) {
  const say = useWords();
  return (
    <form class="filters-bar no-print" role="search" onSubmit={(event) => event.preventDefault()}>
      <Looking label={say(words.find)} value={query["q"] ?? ""} onLook={(q) => onFilter({ q })} />
      <label class="filter">
        <span>{say(words.role)}</span>
        <select class="input" value={query["role"] ?? ""} onChange={(event) => onFilter({ role: event.currentTarget.value })}>
          <option value="">{say(words.anyRole)}</option>
          {roles.map((one) => (
            <option key={one.role} value={one.role}>
              {one[language()]}
            </option>
          ))}
        </select>
      </label>
      <label class="filter">
        <span>{say(words.which)}</span>
        <select class="input" value={query["which"] ?? ""} onChange={(event) => onFilter({ which: event.currentTarget.value })}>
          <option value="">{say(words.everyone)}</option>
          {WHICH.map((which) => (
            <option key={which} value={which}>
              {say(WHICH_WORDS[which])}
            </option>
          ))}
        </select>
      </label>
    </form>
  );
}

interface TableProps {
  people: People;
  names: Scopes | undefined;
  query: Query;
  me: Me;
}

function Table({ people: { users, count }, names, query, me }: TableProps) {
  const say = useWords();
  const [picked, setPicked] = useState<ReadonlySet<Uuid>>(new Set());
  const page = pageIn(query);
  const to = (page: number) => addressOf(paths.to(["users"]), { ...query, page: page === 0 ? undefined : String(page + 1) });
  useKeys(MOVES);
  const here = users.filter(hasCard).map(({ id }) => id);
  const isAll = here.length > 0 && here.every((id) => picked.has(id));
  const pick = (ids: readonly Uuid[], isPicked: boolean) => setPicked(new Set(isPicked ? [...picked, ...ids] : [...picked].filter((id) => !ids.includes(id))));
  return (
    <>
      <div class="row no-print">
        <ButtonLink href={paths.to(["users", "new"])} weight="main">
          {say(words.add)}
        </ButtonLink>
        <Button disabled={picked.size === 0} onClick={() => travel(cardsOf([...picked]))}>
          {say(words.cardsOf, { count: picked.size })}
        </Button>
        {picked.size === 0 && users.length > 0 ? <span class="soft">{say(words.cardsWhy)}</span> : null}
      </div>
      {users.length === 0 ? (
        <Empty title={say(words.nobody)}>
          <p>{say(words.nobodyWhy)}</p>
        </Empty>
      ) : (
        <>
          <p class="soft">{say(words.count, { count })}</p>
          <div class="table-box">
            <table class="lines people">
              <thead>
                <tr>
                  <th scope="col" class="pick no-print">
                    <label class="pick-box">
                      <input type="checkbox" checked={isAll} onChange={(event) => pick(here, event.currentTarget.checked)} aria-label={say(words.pickAll)} />
                    </label>
                  </th>
                  <th scope="col">{say(words.name)}</th>
                  <th scope="col">{say(words.rolesHeld)}</th>
                  <th scope="col" class="nowrap">
                    {say(words.phones)}
                  </th>
                  <th scope="col" class="when">
                    {say(words.lastSeen)}
                  </th>
                  <th scope="col">{say(words.state)}</th>
                </tr>
              </thead>
              <tbody>
                {users.map((person) => (
                  <Line key={person.id} person={person} names={names} isPicked={picked.has(person.id)} onPick={(isPicked) => pick([person.id], isPicked)} isMe={person.id === me.user.id} />
                ))}
              </tbody>
            </table>
          </div>
          <Pages page={page} size={PAGE} count={count} to={to} />
        </>
      )}
    </>
  );
}

/** Whose account is one's own to look after, and open. */
function hasCard({ whole, disabled_at }: Person): boolean {
  return whole && disabled_at === undefined;
}

interface LineProps {
  person: Person;
  names: Scopes | undefined;
  isPicked: boolean;
  onPick: (isPicked: boolean) => void;
  isMe: boolean;
}

function Line({ person, names, isPicked, onPick, isMe }: LineProps) {
  const say = useWords();
  const { display_name: name, username, phones, last_seen_at: seen } = person;
  return (
    <tr>
      <td class="pick no-print">
        {hasCard(person) ? (
          <label class="pick-box">
            <input type="checkbox" checked={isPicked} onChange={(event) => onPick(event.currentTarget.checked)} aria-label={say(words.pick, { name })} />
          </label>
        ) : null}
      </td>
      <td>
        <a href={personAt(person.id)} data-line>
          {name}
        </a>
        {username === name ? null : <span class="soft"> {username}</span>}
      </td>
      <td>
        <RolesHeld person={person} names={names} />
      </td>
      <td class={phones === 0 ? "nowrap soft" : "nowrap"}>
        <span class="on-card">{say(words.phones)} </span>
        {say(words.phonesOf, { count: phones })}
      </td>
      <td class="when">
        <span class="on-card">{say(words.lastSeen)} </span>
        {seen === undefined ? say(words.never) : moment(seen, new Date())}
      </td>
      <td class="tags">
        {isMe ? <TagShown tag={{ text: say(words.tagYou), tone: "told" }} /> : null}
        <PersonTags person={person} />
      </td>
    </tr>
  );
}

/** So many roles of somebody stand in a line. */
const AT_ONCE = 3;

function RolesHeld({ person: { roles }, names }: { person: Person; names: Scopes | undefined }) {
  const say = useWords();
  if (roles.length === 0) {
    return <span class="soft">{say(words.noRole)}</span>;
  }
  const more = roles.length - AT_ONCE;
  return (
    <ul class="roles-held">
      {roles.slice(0, AT_ONCE).map((held) => (
        <li key={`${held.role}@${held.scope}`}>
          {held[language()]}
          <span class="soft"> {placeName(names, held.scope, say(words.unknownPlace))}</span>
        </li>
      ))}
      {more > 0 ? <li class="soft">+{more}</li> : null}
    </ul>
  );
}

/** What a scope is called; its code until the names have come. */
export function placeName(names: Scopes | undefined, scope: string, unknown: string): string {
  return names === undefined ? "" : (names.nameOf(scope) ?? unknown);
}

export function PersonTags({ person }: { person: Person }) {
  const say = useWords();
  return (
    <>
      {person.disabled_at === undefined ? null : <TagShown tag={{ text: say(words.tagClosed), tone: "care" }} />}
      {person.whole ? null : <TagShown tag={{ text: say(words.tagPart), tone: "plain" }} />}
      {person.totp ? <TagShown tag={{ text: say(words.tagTotp), tone: "good" }} /> : null}
    </>
  );
}
