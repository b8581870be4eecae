/** The office: who is in, and each page by its address. */

import type { Me } from "../field/record/book.ts";
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
const StartPage = later(() => import("./users/start.tsx").then((file) => file.StartPage));
const UsersPage = later(() => import("./users/list.tsx").then((file) => file.UsersPage));
const AddingPage = later(() => import("./users/adding.tsx").then((file) => file.AddingPage));
const CardsPage = later(() => import("./users/cards.tsx").then((file) => file.CardsPage));
const PersonPage = later(() => import("./users/person.tsx").then((file) => file.PersonPage));
const DevicesPage = later(() => import("./devices/page.tsx").then((file) => file.DevicesPage));
const SettingsPage = later(() => import("./settings/page.tsx").then((file) => file.SettingsPage));
const GroupPage = later(() => import("./desk/group.tsx").then((file) => file.GroupPage));
const SchoolPage = later(() => import("./site/school.tsx").then((file) => file.SchoolPage));
const ProjectPage = later(() => import("./site/project.tsx").then((file) => file.ProjectPage));
const GridPage = later(() => import("./grid/page.tsx").then((file) => file.GridPage));
const MapPage = later(() => import("./map/page.tsx").then((file) => file.MapPage));

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

/** `/office` · `/office/desk/<group>` · `/office/list/<kind>` · `/office/search` · `/office/record/<id>` · `/office/bulletins` · `/office/bulletins/new` · `/office/new/<kind>` · `/office/directory/<part>` · `/office/import` · `/office/reports` · `/office/users…` · `/office/devices` · `/office/settings` · `/office/settle/<id>` · `/office/held/<number>` · `/office/write/<kind>/<id>` · `/office/school/<id>` · `/office/project/<id>` · `/office/grid` · `/office/map`. */
function Page({ me, route }: { me: Me; route: Route }) {
  const say = useWords();
  const [page, first, second] = route;
  switch (page) {
    case undefined:
      return readsRecords(me.roles) ? <DeskPage me={me} /> : <StartPage me={me} />;
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
    case "users":
      return <UsersBelow me={me} page={first} />;
    case "devices":
      return <DevicesPage me={me} />;
    case "settings":
      return <SettingsPage />;
    case "school":
      return <SchoolPage key={first} id={first ?? ""} />;
    case "project":
      return <ProjectPage key={first} id={first ?? ""} />;
    case "grid":
      return <GridPage />;
    case "map":
      return <MapPage />;
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

/** `/office/users` · `/office/users/new` · `/office/users/cards?ids=…` · `/office/users/<id>`. */
function UsersBelow({ me, page }: { me: Me; page: string | undefined }) {
  switch (page) {
    case undefined:
      return <UsersPage me={me} />;
    case "new":
      return <AddingPage me={me} />;
    case "cards":
      return <CardsPage />;
    default:
      return <PersonPage key={page} id={page} me={me} />;
  }
}
