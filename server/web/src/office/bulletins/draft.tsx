/** Drafting a bulletin: of which counties and days, what is said, and the figures as they would be frozen. */

import { useEffect, useState } from "preact/hooks";
import { localTime } from "../../field/form/days.ts";
import { Text } from "../../field/form/widgets/text.tsx";
import type { Me } from "../../field/record/book.ts";
import { textIn } from "../../field/record/book.ts";
import { useKept } from "../../field/record/kept.ts";
import { checkForm, isTooLong } from "../../protocol/change.ts";
import { type RecordState, headsOf } from "../../protocol/record.ts";
import { isText } from "../../protocol/values.ts";
import { useHouse } from "../../ui/house.ts";
import { Button } from "../../ui/widgets/button.tsx";
import { Empty, Notice } from "../../ui/widgets/notice.tsx";
import { TextLine } from "../../ui/widgets/line.tsx";
import { bulletin as words } from "../../ui/words/bulletin.ts";
import { frame } from "../../ui/words/frame.ts";
import { useWords } from "../../ui/words/language.ts";
import { useAnswer } from "../answers.ts";
import { AsOf, Known } from "../known.tsx";
import { DIRECTORY, type Directory, Names } from "../names.ts";
import { useOpened } from "../record/opened.ts";
import { paths, travel, useQuery } from "../roads.ts";
import { type About, BY, type By, aboutIn, draftOf, draftsBulletins } from "./drafting.ts";
import { Figures } from "./figures.tsx";
import { type Draft, countiesIn, frozenIn } from "./frozen.ts";
import { periodName } from "./period.ts";
import { type Said, begun } from "./stand.ts";
import "../../field/form/form.css";
import "../list/list.css";
import "./bulletins.css";

export function DraftPage({ me }: { me: Me }) {
  const say = useWords();
  const [query] = useQuery();
  const directory = useAnswer<Directory>(DIRECTORY);
  const { corrects } = query;
  if (!draftsBulletins(me)) {
    return <Empty title={say(words.mayNot)} />;
  }
  return <Known answer={directory}>{(value) => (corrects === undefined ? <FreshDraft directory={value} /> : <Correction id={corrects} directory={value} />)}</Known>;
}

function FreshDraft({ directory }: { directory: Directory }) {
  const say = useWords();
  const [query] = useQuery();
  const [today] = useState(() => localTime(new Date()).day);
  const about = aboutIn(query, directory, today);
  return about.counties.length === 0 ? (
    <Empty title={say(words.noWhole)} />
  ) : (
    <Drafting key={about.counties.join()} title={say(words.newTitle)} about={about} said={{ number: "", version: "1", period: "", text: "" }} directory={directory} draft={`bulletin/new/${about.counties.join()}`} />
  );
}

/** A new version of one that was published: of the same days, with the same words, and the figures of now. */
function Correction({ id, directory }: { id: string; directory: Directory }) {
  const say = useWords();
  const { answer, book } = useOpened(id);
  const record = book?.record(id);
  return (
    <Known answer={answer}>
      {() => {
        const figures = record && frozenIn(record);
        if (record === undefined) {
          return <p class="opening">{say(frame.opening)}</p>;
        }
        if (figures === undefined) {
          return <Empty title={say(words.unreadable)} />;
        }
        const said = saidIn(record);
        const by = BY.find((by) => by === figures.by) ?? "school";
        const about = { counties: countiesIn(record), from: figures.from ?? `${figures.at.slice(0, 7)}-01`, at: figures.at, by };
        return (
          <Drafting
            title={say(words.correctTitle, { what: said.number || said.period })}
            about={about}
            said={{ ...said, version: nextVersion(said.version) }}
            directory={directory}
            draft={`bulletin/corrects/${id}`}
            corrects={id}
          />
        );
      }}
    </Known>
  );
}

function saidIn(record: RecordState): Said {
  const of = (name: string) => textIn(record, name) ?? "";
  const texts = headsOf(record, "text").flatMap(({ value }) => (isText(value) ? [value] : []));
  return { number: of("number"), version: of("version"), period: of("period"), text: texts.join("\n\n") };
}

function nextVersion(version: string): string {
  const number = Number(version);
  return Number.isInteger(number) && number > 0 ? String(number + 1) : "2";
}

interface DraftingProps {
  title: string;
  about: About;
  said: Said;
  directory: Directory;
  draft: string;
  corrects?: string;
}

function Drafting({ title, about, said, directory, draft, corrects }: DraftingProps) {
  const say = useWords();
  const { device } = useHouse();
  const names = new Names(directory);
  const answer = useAnswer<Draft>(draftOf(about));
  const { value, isUnkept, change, from } = useKept(device, draft, "bulletin", said);
  const [state, setState] = useState<"writing" | "saving" | "failed" | "large">("writing");
  // The period is called by its days until somebody calls it otherwise.
  const period = value.period === "" ? periodName(about) : value.period;
  const save = async (figures: Draft) => {
    const made = begun(about.counties, figures, { ...value, period }, corrects);
    if (checkForm(made) !== undefined) {
      setState("large");
      return;
    }
    setState("saving");
    await device.save(made, from).then(
      () => travel(paths.to(["record", made.record]), "instead"),
      () => setState("failed"),
    );
  };
  return (
    <>
      <div class="page-head">
        <h1>{title}</h1>
        <AsOf answer={answer} />
      </div>
      {corrects === undefined ? <WhichDays about={about} directory={directory} /> : <p class="soft">{say(words.correctWhy)}</p>}
      <div class="bulletin-draft">
        <form class="card bulletin-said" aria-label={title} onSubmit={(event) => event.preventDefault()}>
          <TextLine label={say(words.number)} hint={say(words.numberHint)} value={value.number} onInput={(number) => change({ number })} />
          <TextLine label={say(words.version)} value={value.version} onInput={(version) => change({ version })} />
          <TextLine label={say(words.period)} value={period} onInput={(period) => change({ period })} />
          <div class="field">
            <span id="bulletin-text">{say(words.text)}</span>
            <p class="soft">{say(words.textHint)}</p>
            <Text labelledBy="bulletin-text" value={value.text} onInput={(text) => change({ text })} />
          </div>
          <p class="soft">{say(isUnkept ? words.notSaved : words.kept)}</p>
          {state === "failed" ? <Notice tone="bad" title={say(words.notSaved)} live /> : null}
          {state === "large" ? <Notice tone="care" title={say(words.tooLarge)} live /> : null}
          <Button weight="main" disabled={answer.value === undefined || state === "saving" || isTooLong(value.text)} onClick={() => answer.value && void save(answer.value)}>
            {say(state === "saving" ? words.saving : words.save)}
          </Button>
        </form>
        <section class="bulletin-now" aria-labelledby="figures-now">
          <h2 id="figures-now">{say(words.figuresNow)}</h2>
          <p class="soft">{say(words.frozenWhy)}</p>
          <Known answer={answer}>{({ figures }) => <Figures figures={figures} counties={about.counties} names={names} />}</Known>
        </section>
      </div>
    </>
  );
}

const BY_WORDS = { school: "bySchool", township: "byTownship", zone: "byZone", project: "byProject", county: "byCounty" } as const satisfies Record<By, keyof typeof words>;

function WhichDays({ about, directory }: { about: About; directory: Directory }) {
  const say = useWords();
  const [, put] = useQuery();
  const whole = directory.counties.filter(({ whole }) => whole);
  // What stands in the address is what is asked, so that it can be passed on.
  useEffect(() => put({ county: about.counties.join(","), from: about.from, at: about.at, by: about.by }), []);
  return (
    <form class="filters-bar no-print" aria-label={say(words.period)} onSubmit={(event) => event.preventDefault()}>
      {whole.length > 1 ? (
        <label class="filter">
          <span>{say(words.county)}</span>
          <select class="input" value={about.counties[0] ?? ""} onChange={(event) => put({ county: event.currentTarget.value })}>
            {whole.map(({ code, name }) => (
              <option key={code} value={code}>
                {name}
              </option>
            ))}
          </select>
        </label>
      ) : null}
      <label class="filter">
        <span>{say(words.from)}</span>
        <input class="input" type="date" value={about.from} max={about.at} onChange={(event) => put({ from: event.currentTarget.value })} />
      </label>
      <label class="filter">
        <span>{say(words.at)}</span>
        <input class="input" type="date" value={about.at} min={about.from} onChange={(event) => put({ at: event.currentTarget.value })} />
      </label>
      <label class="filter">
        <span>{say(words.by)}</span>
        <select class="input" value={about.by} onChange={(event) => put({ by: event.currentTarget.value })}>
          {BY.map((by) => (
            <option key={by} value={by}>
              {say(words[BY_WORDS[by]])}
            </option>
          ))}
        </select>
      </label>
    </form>
  );
}
