/** Cards by which people enrol their phones, eight on a sheet of A4. The codes stand here and nowhere else. */

import { useMemo, useState } from "preact/hooks";
import type { Uuid } from "../../protocol/wire.ts";
import { Button, ButtonLink } from "../../ui/widgets/button.tsx";
import { Empty, Notice } from "../../ui/widgets/notice.tsx";
import { administration as words } from "../../ui/words/administration.ts";
import { dated } from "../../ui/words/dates.ts";
import { language, useWords } from "../../ui/words/language.ts";
import { useAnswer } from "../answers.ts";
import { useOffice } from "../house.ts";
import { paths, useQuery } from "../roads.ts";
import { placeName } from "./list.tsx";
import { type Card, type PersonWhole, idsIn, spaced } from "./people.ts";
import { SCOPES, Scopes, type ScopesAnswer } from "./scopes.ts";
import "../../field/form/form.css";
import "./users.css";
import "./cards.css";

/** Somebody with the card that was made for them. */
interface Made {
  person: PersonWhole;
  card: Card;
}

/** What was not made, and why. */
interface Failed {
  name: string;
  why: string;
}

type State = { is: "asked" } | { is: "making"; done: number } | { is: "made"; made: readonly Made[]; failed: readonly Failed[] };

export function CardsPage() {
  const say = useWords();
  const { answers } = useOffice();
  const [query] = useQuery();
  const ids = idsIn(query);
  const { value: scopes } = useAnswer<ScopesAnswer>(SCOPES);
  const names = useMemo(() => scopes && new Scopes(scopes), [scopes]);
  const [state, setState] = useState<State>({ is: "asked" });
  const make = async () => {
    const [made, failed]: [Made[], Failed[]] = [[], []];
    for (const id of ids) {
      setState({ is: "making", done: made.length + failed.length });
      const person = await answers.once<PersonWhole>({ method: "GET", path: `/api/v1/users/${id}` });
      const card = person.kind === "answer" ? await answers.once<Card>({ method: "POST", path: `/api/v1/users/${id}/enrolment` }) : person;
      if (person.kind === "answer" && card.kind === "answer") {
        made.push({ person: person.value, card: card.value as Card });
      } else {
        failed.push({ name: person.kind === "answer" ? person.value.display_name : id, why: card.kind === "refused" ? card.problem.detail : say(words.noLine) });
      }
    }
    setState({ is: "made", made, failed });
  };
  return (
    <>
      <div class="page-head no-print">
        <h1>{say(words.cards)}</h1>
        <p class="soft">{say(words.cardsCount, { count: ids.length })}</p>
      </div>
      {ids.length === 0 ? (
        <Empty title={say(words.cardsNone)}>
          <p>{say(words.cardsNoneWhy)}</p>
          <ButtonLink href={paths.to(["users"])} weight="main">
            {say(words.users)}
          </ButtonLink>
        </Empty>
      ) : state.is === "made" ? (
        <Sheets made={state.made} failed={state.failed} names={names} />
      ) : (
        <section class="card form-card no-print">
          <Chosen ids={ids} />
          <p>{say(words.makeWhy)}</p>
          <div class="row">
            <Button weight="main" disabled={state.is === "making"} onClick={() => void make()}>
              {state.is === "making" ? say(words.making, { done: state.done, of: ids.length }) : say(words.makeCards, { count: ids.length })}
            </Button>
          </div>
        </section>
      )}
    </>
  );
}

/** The names of a few of those chosen; many are told by their number alone. */
const NAMED_AT_ONCE = 12;

function Chosen({ ids }: { ids: readonly Uuid[] }) {
  return ids.length > NAMED_AT_ONCE ? null : (
    <ul class="chosen">
      {ids.map((id) => (
        <ChosenOne key={id} id={id} />
      ))}
    </ul>
  );
}

function ChosenOne({ id }: { id: Uuid }) {
  const { value } = useAnswer<PersonWhole>(`/api/v1/users/${id}`);
  return value === undefined ? null : <li>{value.display_name}</li>;
}

function Sheets({ made, failed, names }: { made: readonly Made[]; failed: readonly Failed[]; names: Scopes | undefined }) {
  const say = useWords();
  return (
    <>
      {failed.map(({ name, why }) => (
        <div key={name} class="no-print">
          <Notice tone="bad" live>
            {say(words.cardFailed, { name, why })}
          </Notice>
        </div>
      ))}
      {made.length === 0 ? null : (
        <>
          <div class="row no-print">
            <Button weight="main" onClick={() => print()}>
              {say(words.print)}
            </Button>
            <span class="soft">{say(words.printHow)}</span>
          </div>
          <div class="cards">
            {made.map((one) => (
              <CardShown key={one.person.id} made={one} names={names} />
            ))}
          </div>
        </>
      )}
    </>
  );
}

/** So many roles stand on a card. */
const ROLES = 2;

function CardShown({ made: { person, card }, names }: { made: Made; names: Scopes | undefined }) {
  const say = useWords();
  const now = new Date();
  const site = new URL(card.url).origin;
  return (
    <article class="enrol-card" aria-label={person.display_name}>
      <div class="enrol-scan">
        <img class="enrol-qr" src={`data:image/svg+xml,${encodeURIComponent(card.qr)}`} alt={say(words.cardQr)} />
        <p class="enrol-small">{say(words.scanUntil, { at: dated(card.expires_at, now) })}</p>
        <p class="enrol-small">{say(words.cardOnce)}</p>
      </div>
      <div class="enrol-say">
        <p class="enrol-small">{say(words.cardTitle)}</p>
        <p class="enrol-name">
          {person.display_name} <span class="enrol-small">{person.username}</span>
        </p>
        <ul>
          {person.roles.slice(0, ROLES).map((held) => (
            <li key={`${held.role}@${held.scope}`}>
              {held[language()]} · {placeName(names, held.scope, say(words.unknownPlace))}
            </li>
          ))}
        </ul>
        <p>{say(words.cardScan)}</p>
        <p>{say(words.cardType, { site })}</p>
        <p class="enrol-code">{spaced(card.short_code)}</p>
        <p class="enrol-small">{say(words.typeUntil, { at: dated(card.short_expires_at, now) })}</p>
      </div>
    </article>
  );
}
