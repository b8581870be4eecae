/** Beginning a record at a desk: `/office/new` what, `/office/new/<kind>` where; `?school=` and `?project=` say where from the start. */

import { useEffect, useState } from "preact/hooks";
import { Identity, identityFields, presetsOf } from "../../field/form/beginning.tsx";
import { begin, ownId } from "../../field/form/begin.ts";
import { localTime } from "../../field/form/days.ts";
import { isBlank } from "../../field/form/model.ts";
import { openFor } from "../../field/form/opened.ts";
import { openAround } from "../../field/record/around.ts";
import type { Me } from "../../field/record/book.ts";
import { labelOf } from "../../field/record/show.ts";
import type { Kind, WireSchema } from "../../protocol/schema.ts";
import { stamp } from "../../protocol/stamp.ts";
import type { FieldName, Value } from "../../protocol/wire.ts";
import { useAttempt } from "../../ui/attempt.tsx";
import { useHouse } from "../../ui/house.ts";
import { useLive } from "../../ui/live.ts";
import { ButtonLink } from "../../ui/widgets/button.tsx";
import { Empty } from "../../ui/widgets/notice.tsx";
import { begin as words } from "../../ui/words/begin.ts";
import { frame } from "../../ui/words/frame.ts";
import { language, useWords } from "../../ui/words/language.ts";
import { useAnswer } from "../answers.ts";
import { useOffice } from "../house.ts";
import { Known } from "../known.tsx";
import { DIRECTORY, type Directory } from "../names.ts";
import { pathOf, type RecordView } from "../record/answer.ts";
import { readNear } from "../record/around.ts";
import { paths, travel, useQuery } from "../roads.ts";
import { kindsToBegin, mayBegin } from "./kinds.ts";
import { saidOf } from "./places.ts";
import { type Chosen, Picker } from "./picker.tsx";
import "../../field/form/form.css";
import "../list/list.css";
import "./new.css";

export function NewPage({ me, kind: name }: { me: Me; kind: string | undefined }) {
  const say = useWords();
  const { device } = useHouse();
  const wire = useLive(() => device.paper<WireSchema>("schema"), [], ["papers"]);
  const directory = useAnswer<Directory>(DIRECTORY);
  if (wire === undefined) {
    return <p class="opening">{say(frame.opening)}</p>;
  }
  if (name === undefined) {
    return <Kinds me={me} kinds={wire.kinds} />;
  }
  const kind = wire.kinds.find((kind) => kind.name === name);
  if (kind === undefined) {
    return <Empty title={say(words.noKind)} />;
  }
  if (!mayBegin(kind, me.roles)) {
    const who = wire.roles.filter((role) => kind.writers.includes(role.name)).map((role) => labelOf(role, language()));
    return (
      <Empty title={say(words.mayNot, { kind: labelOf(kind, language()) })}>
        <p>{say(words.mayNotWhy, { who: who.join(language() === "zh" ? "、" : ", ") })}</p>
        <p>{say(words.mustComeFrom)}</p>
      </Empty>
    );
  }
  return <Known answer={directory}>{(value) => <Place key={name} me={me} kind={kind} directory={value} />}</Known>;
}

function Kinds({ me, kinds }: { me: Me; kinds: Kind[] }) {
  const say = useWords();
  const groups = kindsToBegin(kinds, me.roles);
  return (
    <>
      <h1>{say(words.title)}</h1>
      {groups.length === 0 ? <Empty title={say(words.none)} /> : null}
      {groups.map(({ group, kinds }) => (
        <section key={group} class="group" aria-labelledby={`new-${group}`}>
          <h2 id={`new-${group}`}>{say(words[group])}</h2>
          <div class="kinds-to-begin">
            {kinds.map((kind) => (
              <ButtonLink key={kind.name} href={paths.to(["new", kind.name])}>
                {labelOf(kind, language())}
              </ButtonLink>
            ))}
          </div>
        </section>
      ))}
      {groups.length === 0 ? null : <p class="soft">{say(words.mustComeFrom)}</p>}
    </>
  );
}

function Place({ me, kind, directory }: { me: Me; kind: Kind; directory: Directory }) {
  const say = useWords();
  const { device } = useHouse();
  const { answers } = useOffice();
  const [query] = useQuery();
  const [attempt, failed] = useAttempt();
  const [isOpening, setOpening] = useState(false);
  const [now] = useState(() => new Date());
  const [said, setSaid] = useState<Record<FieldName, Value>>({});
  const identity = identityFields(kind);
  // A day is that of today unless somebody says another.
  const { day } = localTime(now);
  const usual: Record<FieldName, Value> = { date: day, month: day.slice(0, 7) };
  const valueOf = (name: FieldName) => said[name] ?? usual[name];
  const isWhole = identity.every(({ name }) => !isBlank(valueOf(name)));
  const choose = async (place: Chosen) => {
    setOpening(true);
    const keys = Object.fromEntries(identity.flatMap(({ name }): [FieldName, Value][] => (valueOf(name) === undefined ? [] : [[name, valueOf(name) as Value]])));
    const presets = { ...keys, ...saidOf(kind, place) };
    const ask = <T,>(question: { method: "GET"; path: string }) => answers.once<T>(question);
    // An inspection follows the checklist of its county from the start; what else a form may name is read with it.
    await readNear(device, ask, kind.name === "inspection" ? ["checklist"] : [], place);
    // Of some kinds there is one record for a place and a day: where it is there already, its form opens.
    const own = ownId(kind, presets);
    const there = own === undefined ? undefined : await answers.once<RecordView>({ method: "GET", path: pathOf(own) });
    if (there?.kind === "answer") {
      await device.keepRows([there.value.record]);
    }
    const book = (own === undefined ? undefined : await openAround(device, own, kind.name)) ?? (await openFor(device, kind.name, undefined));
    const id = book && (await begin(device, book, kind.name, { ...presetsOf(book, kind, now), ...presets }, stamp(now)));
    if (id !== undefined) {
      travel(paths.to(["write", kind.name, id]), "instead");
    }
    setOpening(false);
  };
  const asked = directory.projects.find(({ id }) => id === query["project"]);
  const school = asked?.school ?? directory.schools.find(({ id }) => id === query["school"])?.id;
  const isSaid = (asked !== undefined || school !== undefined) && identity.length === 0;
  useEffect(() => {
    if (isSaid) {
      attempt(() => choose({ county: directory.schools.find(({ id }) => id === school)?.county, school, project: asked?.id }));
    }
  }, [isSaid]);
  if (isSaid) {
    return failed === null ? <p class="opening">{say(words.opening)}</p> : <>{failed}</>;
  }
  return (
    <>
      <h1>{say(words.titleOf, { kind: labelOf(kind, language()) })}</h1>
      {identity.map((field) => (
        <Identity key={field.name} field={field} value={String(valueOf(field.name) ?? "")} today={day} onValue={(value) => setSaid({ ...said, [field.name]: value })} />
      ))}
      {failed}
      {isOpening ? <p role="status">{say(words.opening)}</p> : null}
      <Picker me={me} kind={kind} directory={directory} within={{ school, project: asked?.id }} isReady={isWhole && !isOpening} onChoose={(place) => attempt(() => choose(place))} />
    </>
  );
}
