/** The office: who is in, and each page by its address. */

import type { Me } from "../field/record/book.ts";
import { guideOf } from "../guide/whose.ts";
import { Fault } from "../ui/fault.tsx";
import { useHouse } from "../ui/house.ts";
import { later } from "../ui/later.tsx";
import { useLive } from "../ui/live.ts";
import { type Route, useRoute } from "../ui/route.ts";
import { ButtonLink } from "../ui/widgets/button.tsx";
import { Empty } from "../ui/widgets/notice.tsx";
import { frame } from "../ui/words/frame.ts";
import { useWords } from "../ui/words/language.ts";
import { office as words } from "../ui/words/office.ts";
import { Frame } from "./frame.tsx";
import { placeAt, placesOf, readsRecords } from "./places.ts";
import { paths } from "./roads.ts";
import { SignInPage } from "./sign-in/page.tsx";

const DeskPage = later(() => import("./desk/page.tsx").then((file) => file.DeskPage));
const HeldPage = later(() => import("./held/list.tsx").then((file) => file.HeldPage));
const HeldChangePage = later(() => import("./held/page.tsx").then((file) => file.HeldChangePage));
const SettlePage = later(() => import("./settle/page.tsx").then((file) => file.SettlePage));
const WritePage = later(() => import("./write/page.tsx").then((file) => file.WritePage));
const ListPage = later(() => import("./list/page.tsx").then((file) => file.ListPage));
const SearchPage = later(() => import("./search/page.tsx").then((file) => file.SearchPage));
const RecordPage = later(() => import("./record/page.tsx").then((file) => file.RecordPage));
const BulletinsPage = later(() => import("./bulletins/list.tsx").then((file) => file.BulletinsPage));
const NewPage = later(() => import("./new/page.tsx").then((file) => file.NewPage));
const ImportPage = later(() => import("./import/page.tsx").then((file) => file.ImportPage));
const ReportsPage = later(() => import("./reports/page.tsx").then((file) => file.ReportsPage));
const DirectoryPage = later(() => import("./directory/page.tsx").then((file) => file.DirectoryPage));
const DraftPage = later(() => import("./bulletins/draft.tsx").then((file) => file.DraftPage));
const OverviewPage = later(() => import("./overview/page.tsx").then((file) => file.OverviewPage));
const MakersPage = later(() => import("./overview/makers.tsx").then((file) => file.MakersPage));
const CalendarPage = later(() => import("./calendar/page.tsx").then((file) => file.CalendarPage));
const AgesPage = later(() => import("./ages/page.tsx").then((file) => file.AgesPage));
const AgesListPage = later(() => import("./ages/list.tsx").then((file) => file.AgesListPage));
const CitiesPage = later(() => import("./cities/page.tsx").then((file) => file.CitiesPage));
const GuidePage = later(() => import("../guide/page.tsx").then((file) => file.GuidePage));
const GroupPage = later(() => import("./desk/group.tsx").then((file) => file.GroupPage));

export function Office() {
  const say = useWords();
  const { device } = useHouse();
  const route = useRoute();
  const me = useLive(async () => ((await device.phone()) === undefined ? "nobody" : ((await device.paper<Me>("me")) ?? "nobody")), [], ["device", "papers"]);
  if (me === undefined) {
    return <p class="opening">{say(frame.opening)}</p>;
  }
  if (me === "nobody") {
    return <SignInPage />;
  }
  // Who reads no records has their own places and no others; of everybody else the server asks.
  const isTheirs = readsRecords(me.roles) || placeAt(placesOf(me.roles), route) !== undefined;
  const report = (error: unknown) => void device.keepTrouble(Date.now(), "office", "broke", String(error));
  return (
    <Frame me={me} route={route}>
      <Fault page={`${route.join("/")}${location.search}`} onFault={report}>
        {isTheirs ? <Page me={me} route={route} /> : <NoRecords />}
      </Fault>
    </Frame>
  );
}

/** For whoever administrates the system and reads no records. */
function NoRecords() {
  const say = useWords();
  return (
    <>
      <h1 class="spoken">{say(words.title)}</h1>
      <Empty title={say(words.adminOnly)} />
    </>
  );
}

/** `/office` · `/office/desk/<group>` · `/office/list/<kind>` · `/office/search` · `/office/record/<id>` · `/office/bulletins` · `/office/bulletins/new` · `/office/new/<kind>` · `/office/directory/<part>` · `/office/import` · `/office/reports` · `/office/settle/<id>` · `/office/held/<number>` · `/office/write/<kind>/<id>`. */
function Page({ me, route }: { me: Me; route: Route }) {
  const say = useWords();
  const [page, first, second] = route;
  switch (page) {
    case undefined:
      return <DeskPage me={me} />;
    case "desk":
      return <GroupPage key={first} code={first ?? ""} />;
    case "held":
      return first === undefined ? <HeldPage /> : <HeldChangePage key={first} id={first} />;
    case "settle":
      return <SettlePage key={first} id={first ?? ""} />;
    case "write":
      return <WritePage key={`${first}/${second}`} kind={first ?? ""} id={second ?? ""} />;
    case "list":
      return <ListPage key={first} kind={first ?? ""} me={me} />;
    case "overview":
      return <OverviewPage />;
    case "calendar":
      return <CalendarPage />;
    case "findings-by-age":
      return first === undefined ? <AgesPage /> : <AgesListPage />;
    case "cities":
      return <CitiesPage />;
    case "figure":
      return <MakersPage key={first} code={first ?? ""} />;
    case "guide":
      return <GuidePage name={first ?? guideOf(me.roles)} />;
    case "search":
      return <SearchPage />;
    case "bulletins":
      return first === undefined ? <BulletinsPage me={me} /> : first === "new" ? <DraftPage me={me} /> : <RecordPage key={first} id={first} />;
    case "new":
      return <NewPage key={first} me={me} kind={first} />;
    case "directory":
      return <DirectoryPage me={me} tab={first} />;
    case "import":
      return <ImportPage me={me} />;
    case "reports":
      return <ReportsPage />;
    case "record":
      return <RecordPage key={first} id={first ?? ""} />;
    default:
      return (
        <Empty title={say(frame.notThere)}>
          <p>{say(frame.notThereWhy)}</p>
          <ButtonLink href={paths.to([])} weight="main">
            {say(words.backToDesk)}
          </ButtonLink>
        </Empty>
      );
  }
}
