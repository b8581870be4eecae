/** The frame that every page of the phone stands in. */

import type { ComponentChildren } from "preact";
import { Fault } from "../ui/fault.tsx";
import { useHouse, useWatched } from "../ui/house.ts";
import { later } from "../ui/later.tsx";
import { useLive } from "../ui/live.ts";
import { type Route, to, useRoute } from "../ui/route.ts";
import { ButtonLink } from "../ui/widgets/button.tsx";
import { Empty, Notice } from "../ui/widgets/notice.tsx";
import { frame } from "../ui/words/frame.ts";
import { useWords } from "../ui/words/language.ts";
import { LineChip } from "./line/chip.tsx";
import { TodayPage } from "./today/page.tsx";

const RecordsPage = later(() => import("./record/list.tsx").then((file) => file.RecordsPage));
const RecordPage = later(() => import("./record/page.tsx").then((file) => file.RecordPage));
const FormPage = later(() => import("./form/page.tsx").then((file) => file.FormPage));
const LinePage = later(() => import("./line/page.tsx").then((file) => file.LinePage));
const MePage = later(() => import("./me/page.tsx").then((file) => file.MePage));
const SupportPage = later(() => import("./me/support.tsx").then((file) => file.SupportPage));
const WelcomePage = later(() => import("./join/welcome.tsx").then((file) => file.WelcomePage));
const GuidePage = later(() => import("../guide/page.tsx").then((file) => file.GuidePage));
const JoinPage = later(() => import("./join/page.tsx").then((file) => file.JoinPage));

export function App() {
  const say = useWords();
  const { device } = useHouse();
  const asked = useRoute();
  const isSomebodys = useLive(async () => (await device.phone()) !== undefined, [], ["device"]);
  // A phone that is nobody's yet has one page to show, and those that help.
  const route = isSomebodys === false && asked[0] !== "support" && asked[0] !== "guide" ? ["enrol", ...asked.slice(1, asked[0] === "enrol" ? 2 : 1)] : asked;
  const report = (error: unknown) => void device.keepTrouble(Date.now(), "page", "broke", String(error));
  return (
    <div class="frame">
      <header class="head">
        <h1>{say(frame.app)}</h1>
        {isSomebodys === true ? <LineChip /> : null}
      </header>
      <main class="page">
        <Storage />
        {isSomebodys === undefined ? null : (
          <Fault page={route.join("/")} onFault={report}>
            <Page route={route} />
          </Fault>
        )}
      </main>
      {isSomebodys === true ? <Navigation route={route} /> : null}
    </div>
  );
}

/** Told on every page: nothing more can be kept, and what is typed is on the screen alone. */
function Storage() {
  const say = useWords();
  const { db } = useHouse().device;
  const standing = useWatched(db, () => db.state());
  if (standing === "open") {
    return null;
  }
  const title = standing === "outdated" ? frame.updateElsewhere : frame.storageGone;
  return (
    <Notice tone="bad" title={say(title)} live>
      <p>{say(frame.storageGoneWhy)}</p>
    </Notice>
  );
}

/**
 * Each page by the first part of its address:
 * `#/` · `#/records` · `#/record/<id>` · `#/write/<kind>/<record or draft>` · `#/sync` · `#/me` ·
 * `#/support` · `#/guide/<whose>` · `#/enrol/<code>` · `#/welcome`.
 */
function Page({ route }: { route: Route }) {
  const say = useWords();
  const [page, first, second] = route;
  switch (page) {
    case undefined:
      return <TodayPage />;
    case "records":
      return <RecordsPage />;
    case "record":
      return <RecordPage key={first} id={first ?? ""} />;
    case "write":
      return <FormPage key={`${first}/${second}`} kind={first ?? ""} {...(second === undefined ? {} : { id: second })} />;
    case "sync":
      return <LinePage />;
    case "me":
      return <MePage />;
    case "support":
      return <SupportPage />;
    case "guide":
      return <GuidePage name={first ?? "team"} />;
    case "welcome":
      return <WelcomePage />;
    case "enrol":
      return <JoinPage {...(first === undefined ? {} : { code: first })} />;
    default:
      return (
        <Empty title={say(frame.notThere)}>
          <p>{say(frame.notThereWhy)}</p>
          <ButtonLink href={to()} weight="main">
            {say(frame.toToday)}
          </ButtonLink>
        </Empty>
      );
  }
}

function Navigation({ route }: { route: Route }) {
  const say = useWords();
  return (
    <nav class="places" aria-label={say(frame.places)}>
      <Place href={to()} isHere={route[0] === undefined || route[0] === "write"}>
        {say(frame.today)}
      </Place>
      <Place href={to("records")} isHere={route[0] === "records" || route[0] === "record"}>
        {say(frame.records)}
      </Place>
      <Place href={to("sync")} isHere={route[0] === "sync"}>
        {say(frame.sync)}
      </Place>
      <Place href={to("me")} isHere={route[0] === "me" || route[0] === "support" || route[0] === "guide"}>
        {say(frame.me)}
      </Place>
    </nav>
  );
}

function Place({ href, isHere, children }: { href: string; isHere: boolean; children: ComponentChildren }) {
  return (
    <a class="place" href={href} {...(isHere ? { "aria-current": "page" as const } : {})}>
      {children}
    </a>
  );
}
