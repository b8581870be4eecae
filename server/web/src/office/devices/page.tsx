/** The phones and browsers that one looks after: whose, when they were heard of, what they owe, what is wrong. */

import { useState } from "preact/hooks";
import type { Me } from "../../field/record/book.ts";
import { Empty, Notice } from "../../ui/widgets/notice.tsx";
import { administration as words } from "../../ui/words/administration.ts";
import { useWords } from "../../ui/words/language.ts";
import { useAnswer } from "../answers.ts";
import { MOVES, useKeys } from "../keys.ts";
import { pageIn } from "../list/query.ts";
import { AsOf, Known } from "../known.tsx";
import { type Names, useNames } from "../names.ts";
import { Looking } from "../looking.tsx";
import { Pages } from "../pages.tsx";
import { type Query, addressOf, paths, useQuery } from "../roads.ts";
import { ADMINISTRATES } from "../users/administrating.ts";
import { type DeviceLine, type Devices, PAGE, STATES, questionOf, stateIn } from "./devices.ts";
import { Revoking } from "./revoking.tsx";
import { DeviceTable } from "./table.tsx";
import "../../field/form/form.css";
import "../list/list.css";
import "../users/users.css";

const STATE_WORDS = { in: words.stateIn, trouble: words.stateTrouble, out: words.stateOut };

export function DevicesPage({ me }: { me: Me }) {
  const say = useWords();
  const [query, put] = useQuery();
  const answer = useAnswer<Devices>(questionOf(query));
  const names = useNames();
  const state = stateIn(query);
  return (
    <>
      <div class="page-head">
        <h1>{say(words.devices)}</h1>
        <AsOf answer={answer} />
      </div>
      <nav class="tabs no-print" aria-label={say(words.devices)}>
        {STATES.map((one) => (
          <a key={one} href={addressOf(paths.to(["devices"]), { ...query, page: undefined, state: one === "in" ? undefined : one })} {...(one === state ? { "aria-current": "page" as const } : {})}>
            {say(STATE_WORDS[one])}
          </a>
        ))}
      </nav>
      <Filters query={query} names={names} onFilter={(parts) => put({ ...parts, page: undefined })} />
      <Known answer={answer}>{(devices) => <Lines devices={devices} query={query} names={names} me={me} />}</Known>
    </>
  );
}

interface FiltersProps {
  query: Query;
  names: Names;
  onFilter: (parts: Readonly<Record<string, string | undefined>>) => void;
}

function Filters({ query, names, onFilter }: FiltersProps) {
  const say = useWords();
  const { counties } = names.directory;
  return (
    <form class="filters-bar no-print" role="search" onSubmit={(event) => event.preventDefault()}>
      <Looking label={say(words.devicesFind)} value={query["q"] ?? ""} onLook={(q) => onFilter({ q })} />
      {counties.length < 2 ? null : (
        <label class="filter">
          <span>{say(words.countyOf)}</span>
          <select class="input" value={query["county"] ?? ""} onChange={(event) => onFilter({ county: event.currentTarget.value })}>
            <option value="">{say(words.everyone)}</option>
            {counties.map(({ code, name }) => (
              <option key={code} value={code}>
                {name}
              </option>
            ))}
          </select>
        </label>
      )}
    </form>
  );
}

interface LinesProps {
  devices: Devices;
  query: Query;
  names: Names;
  me: Me;
}

function Lines({ devices: { devices, count }, query, names, me }: LinesProps) {
  const say = useWords();
  const [revoking, setRevoking] = useState<DeviceLine>();
  const [revoked, setRevoked] = useState<DeviceLine>();
  const page = pageIn(query);
  const to = (page: number) => addressOf(paths.to(["devices"]), { ...query, page: page === 0 ? undefined : String(page + 1) });
  useKeys(MOVES);
  const mayRevoke = me.roles.some(({ role }) => ADMINISTRATES.includes(role));
  const of = query["user"] === undefined ? undefined : devices[0]?.by_name;
  return (
    <>
      {revoked === undefined ? null : <Notice tone="good" title={say(words.revoked, { name: revoked.by_name, device: revoked.name })} live />}
      <p class="soft">
        {say(words.devicesCount, { count })}
        {query["user"] === undefined ? null : (
          <>
            {" · "}
            {of === undefined ? null : `${say(words.onlyOf, { name: of })} · `}
            <a href={addressOf(paths.to(["devices"]), { ...query, user: undefined })}>{say(words.allDevices)}</a>
          </>
        )}
      </p>
      {devices.length === 0 ? (
        <Empty title={say(words.noDevices)}>
          <p>{say(stateIn(query) === "trouble" ? words.noTroubleWhy : words.noDevicesWhy)}</p>
        </Empty>
      ) : (
        <DeviceTable devices={devices} county={names.isWide ? (code) => names.county(code) ?? code : undefined} onRevoke={mayRevoke ? setRevoking : undefined} />
      )}
      <Pages page={page} size={PAGE} count={count} to={to} />
      {revoking === undefined ? null : <Revoking device={revoking} onRevoked={() => (setRevoked(revoking), setRevoking(undefined))} onClose={() => setRevoking(undefined)} />}
    </>
  );
}
