/** Before a form: what is written, and where it belongs. */

import { useEffect, useState } from "preact/hooks";
import type { RecordState } from "../../protocol/record.ts";
import type { Field, Kind } from "../../protocol/schema.ts";
import type { FieldName, Value } from "../../protocol/wire.ts";
import { useAttempt } from "../../ui/attempt.tsx";
import { useHouse } from "../../ui/house.ts";
import { goInstead, to } from "../../ui/route.ts";
import { Button, ButtonLink } from "../../ui/widgets/button.tsx";
import { Empty } from "../../ui/widgets/notice.tsx";
import { form as words } from "../../ui/words/form.ts";
import { frame } from "../../ui/words/frame.ts";
import { language, useWords } from "../../ui/words/language.ts";
import { openAround } from "../record/around.ts";
import { type Book, textIn } from "../record/book.ts";
import { useKept } from "../record/kept.ts";
import { labelOf } from "../record/show.ts";
import { byName } from "../record/title.ts";
import { projectsOf } from "../today/state.ts";
import { begin, ownId } from "./begin.ts";
import { localTime } from "./days.ts";
import { stamp } from "../../protocol/stamp.ts";
import { checklistsIn } from "./inspection.tsx";
import { followed } from "./checklist.ts";
import { anchorOf } from "./desk.ts";
import { isBlank } from "./model.ts";
import { nearDays } from "./near.ts";
import { mayWrite } from "./rights.ts";
import { Day, Month } from "./widgets/day.tsx";
import { Text } from "./widgets/text.tsx";

/** The kinds that are begun from another record, or at a desk. */
const NOT_BEGUN_HERE = ["rectification", "verification", "bulletin", "checklist", "code_list", "division", "school", "project", "programme", "plan", "zone_scheme", "zone"];

/** The kinds that somebody may begin on the phone, those of the daily work first. */
function kindsToBegin(book: Book): Kind[] {
  const all = book.wire.kinds.filter((kind) => !NOT_BEGUN_HERE.includes(kind.name) && mayWrite(kind, book.me.roles, {}));
  const place = (kind: Kind) => (FIRST.includes(kind.name) ? FIRST.indexOf(kind.name) : FIRST.length);
  return [...all].sort((a, b) => place(a) - place(b));
}

const FIRST = ["diary", "inspection", "finding", "progress_report", "equipment_receipt", "concealed_acceptance"];

export function Beginning({ book, kind: name }: { book: Book; kind: string }) {
  const say = useWords();
  const kind = book.schema.kind(name);
  if (name === "") {
    return (
      <div class="form kinds">
        <h2>{say(words.whatTitle)}</h2>
        {kindsToBegin(book).map((kind) => (
          <ButtonLink key={kind.name} href={to("write", kind.name)}>
            {labelOf(kind, language())}
          </ButtonLink>
        ))}
      </div>
    );
  }
  if (kind === undefined || !mayWrite(kind, book.me.roles, {})) {
    return (
      <Empty title={say(words.mayNot)}>
        <ButtonLink href={to()} weight="main">
          {say(frame.toToday)}
        </ButtonLink>
      </Empty>
    );
  }
  return <Places book={book} kind={kind} />;
}

/** What stands in a form from the start because of what it is and when it is written. */
export function presetsOf(book: Book, kind: Kind, now: Date): Record<FieldName, Value> {
  const { day } = localTime(now);
  const dated = kind.fields.some((field) => field.name === "date") ? { date: day } : {};
  switch (kind.name) {
    case "progress_report":
      return { month: day.slice(0, 7) };
    case "finding":
      return { found_on: day, source: book.has("inspector") ? "professional" : "owner" };
    case "inspection": {
      const [list] = checklistsIn(book);
      const { id, display_name } = book.me.user;
      const theme = list?.theme === undefined ? {} : { theme: list.theme };
      const follows = list === undefined ? {} : { checklist: followed(list) };
      return { ...dated, ...theme, ...follows, team: { name: display_name, user: id }, arrived_at: stamp(now) };
    }
    case "notice":
      return { issued_at: stamp(now) };
    case "fund_event":
      // A principal applies for money and notes nothing else of it.
      return book.me.roles.every(({ role }) => role === "principal" || !kind.writers.includes(role)) ? { ...dated, type: "申请" } : dated;
    default:
      return dated;
  }
}

interface PlaceChoice {
  key: string;
  label: string;
  sub: string;
  presets: Record<FieldName, Value>;
}

/** Where a record of that kind may belong: projects, and schools where it needs no project. */
function placesFor(book: Book, kind: Kind, say: ReturnType<typeof useWords>): PlaceChoice[] {
  const own = projectsOf(book.me.roles, book.all("project"));
  // Whoever looks after a zone or a county has all that the device was sent.
  const isWide = book.me.roles.some(({ scope }) => !scope.startsWith("project:") && !scope.startsWith("school:"));
  const projects = [...(isWide ? book.all("project") : own)].sort(byName);
  const ofProject = (project: RecordState): PlaceChoice => ({
    key: project.id,
    label: textIn(project, "name") ?? project.id,
    sub: book.nameOf(textIn(project, "school")) ?? "",
    presets: { project: project.id },
  });
  if (kind.belongs === "to_project") {
    return projects.map(ofProject);
  }
  const schools = isWide
    ? book.all("school")
    : book.all("school").filter((school) => projects.some((project) => textIn(project, "school") === school.id) || book.me.roles.some(({ scope }) => scope === `school:${school.id}`));
  const ofSchool = (school: RecordState): PlaceChoice => ({
    key: school.id,
    label: textIn(school, "name") ?? school.id,
    sub: isOfSchool(kind) ? "" : say(words.schoolItself),
    presets: { school: school.id },
  });
  if (isOfSchool(kind)) {
    return schools.map(ofSchool);
  }
  const withSchool = (choice: PlaceChoice, project: RecordState) => {
    const school = textIn(project, "school");
    return school === undefined ? choice : { ...choice, presets: { ...choice.presets, school } };
  };
  return [...projects.map((project) => withSchool(ofProject(project), project)), ...schools.map(ofSchool)];
}

/** Whether there is one for each school, whatever is built there. */
function isOfSchool(kind: Kind): boolean {
  return kind.identity !== "free" && kind.identity.natural.includes("school");
}

/** The fields besides its place by which a kind with a natural key tells its records apart. */
export function identityFields(kind: Kind): Field[] {
  const names = kind.identity === "free" ? [] : kind.identity.natural;
  return kind.fields.filter(({ name }) => names.includes(name) && name !== "project" && name !== "school");
}

/** Among so many places one looks; more of them are searched. */
const FEW = 8;
/** How many are shown at once: nobody scrolls through a county. */
const MOST = 30;

function Places({ book, kind }: { book: Book; kind: Kind }) {
  const say = useWords();
  const { device } = useHouse();
  const [now] = useState(() => new Date());
  const [chosen, setChosen] = useState(() => presetsOf(book, kind, now));
  // A day is chosen anew with one tap, and one of last week would be a trap; what was typed is kept.
  const typed = useKept<Record<FieldName, string>>(device, `begin/${kind.name}`, kind.name, {});
  const presets = { ...chosen, ...typed.value };
  const places = placesFor(book, kind, say);
  const [sought, setSought] = useState("");
  const [attempt, failed] = useAttempt();
  const found = places.filter(({ label, sub }) => `${label} ${sub}`.includes(sought.trim()));
  const identity = identityFields(kind);
  const isWhole = identity.every(({ name }) => !isBlank(presets[name]));
  const choose = async (choice: PlaceChoice) => {
    const said = { ...presets, ...choice.presets };
    const own = ownId(kind, said);
    // Whether it is there already is seen now: the choice was made without a look at every record.
    const around = own === undefined ? book : ((await openAround(device, own, kind.name)) ?? book);
    const id = await begin(device, around, kind.name, said, stamp(now));
    if (id !== undefined) {
      await device.drafts.drop(typed.from.draft, typed.from.hand).catch(() => undefined);
      goInstead("write", kind.name, id);
    }
  };
  const only = places.length === 1 && identity.length === 0 ? places[0] : undefined;
  useEffect(() => {
    if (only !== undefined) {
      attempt(() => choose(only));
    }
  }, [only?.key]);
  if (only !== undefined) {
    return failed === null ? <p class="opening">{say(frame.opening)}</p> : <>{failed}</>;
  }
  return (
    <div class="form kinds">
      <h2>{say(words.newOf, { kind: labelOf(kind, language()) })}</h2>
      {identity.map((field) => (
        <Identity
          key={field.name}
          field={field}
          value={String(presets[field.name] ?? "")}
          today={localTime(now).day}
          onValue={(value) => (isDay(field) ? setChosen({ ...chosen, [field.name]: value }) : typed.change({ [field.name]: value }))}
        />
      ))}
      {typed.isUnkept ? <p class="wrong" role="alert">{say(words.saveFailed)}</p> : null}
      {failed}
      <p>{say(isOfSchool(kind) ? words.whichSchool : words.whereTitle)}</p>
      {places.length > FEW ? (
        <label class="field">
          {say(words.findPlace)}
          <input class="input" type="search" value={sought} onInput={(event) => setSought(event.currentTarget.value)} />
        </label>
      ) : null}
      {found.length === 0 && sought !== "" ? <p class="soft" role="status">{say(words.noPlaceFound)}</p> : null}
      {found.slice(0, MOST).map((choice) => (
        <Button key={choice.key} disabled={!isWhole} onClick={() => attempt(() => choose(choice))}>
          <span>
            {choice.label}
            {choice.sub === "" ? null : <span class="soft block">{choice.sub}</span>}
          </span>
        </Button>
      ))}
      {found.length > MOST ? <p class="soft">{say(words.morePlaces, { count: found.length - MOST })}</p> : null}
    </div>
  );
}

interface IdentityProps {
  field: Field;
  value: string;
  today: string;
  onValue: (value: string) => void;
}

/** What tells this record from others of its place: asked before, since it cannot be changed later. */
export function Identity({ field, value, today, onValue }: IdentityProps) {
  const id = anchorOf(field.name);
  const given = value === "" ? undefined : value;
  const put = (value: string | undefined) => onValue(value ?? "");
  return (
    <div class="field">
      <h3 id={id} class="field-label">
        {labelOf(field, language())}
      </h3>
      {field.type === "month" ? <Month labelledBy={id} value={given} onValue={put} today={today} /> : null}
      {field.type === "date" ? <Day labelledBy={id} value={given} onValue={put} today={today} near={nearDays(field)} /> : null}
      {isDay(field) ? null : <Text labelledBy={id} value={value} onInput={onValue} />}
    </div>
  );
}

function isDay({ type }: Field): boolean {
  return type === "month" || type === "date";
}
