/** The start page of whoever administrates the system and reads no records: people, and devices to look at. */

import type { Me } from "../../field/record/book.ts";
import { administration as words } from "../../ui/words/administration.ts";
import { useWords } from "../../ui/words/language.ts";
import { useAnswer } from "../answers.ts";
import { type Devices, questionOf as devicesOf } from "../devices/devices.ts";
import { DeviceTable } from "../devices/table.tsx";
import { AsOf, Known } from "../known.tsx";
import { addressOf, paths } from "../roads.ts";
import type { People } from "./people.ts";
import "./users.css";

/** So many devices stand on the start page. */
const AT_ONCE = 10;
const COUNTED = "limit=1";

export function StartPage({ me }: { me: Me }) {
  const say = useWords();
  const people = useAnswer<People>(`/api/v1/users?${COUNTED}`);
  const noPhone = useAnswer<People>(`/api/v1/users?phone=false&closed=false&${COUNTED}`);
  const closed = useAnswer<People>(`/api/v1/users?closed=true&${COUNTED}`);
  const devices = useAnswer<Devices>(`/api/v1/devices?${COUNTED}`);
  const trouble = useAnswer<Devices>(devicesOf({ state: "trouble" }));
  const users = (which?: string) => addressOf(paths.to(["users"]), { which });
  const tiles = [
    { href: users(), word: words.peopleAll, count: people.value?.count },
    { href: users("no_phone"), word: words.peopleNoPhone, count: noPhone.value?.count },
    { href: users("closed"), word: words.peopleClosed, count: closed.value?.count },
    { href: paths.to(["devices"]), word: words.devicesAll, count: devices.value?.count },
  ];
  return (
    <>
      <div class="page-head">
        <h1>{say(words.start)}</h1>
        <AsOf answer={trouble} />
      </div>
      <p class="soft">
        {me.user.display_name} · {say(words.startWhy)}
      </p>
      <nav class="tiles" aria-label={say(words.start)}>
        {tiles.map(({ href, word, count }) => (
          <a key={href} class="tile" href={href}>
            <span class="tile-count">{count ?? "…"}</span>
            <span>{say(word)}</span>
          </a>
        ))}
      </nav>
      <section class="group" aria-labelledby="trouble">
        <h2 id="trouble">
          {say(words.devicesTrouble)} <span class="count">{trouble.value?.count ?? ""}</span>
        </h2>
        <Known answer={trouble}>
          {({ devices, count }) => (
            <>
              {devices.length === 0 ? <p class="soft">{say(words.nothingWrong)}</p> : <DeviceTable devices={devices.slice(0, AT_ONCE)} />}
              {count === 0 ? null : (
                <p class="more">
                  <a href={addressOf(paths.to(["devices"]), { state: "trouble" })}>{say(words.seeAll, { count })}</a>
                </p>
              )}
            </>
          )}
        </Known>
      </section>
    </>
  );
}
