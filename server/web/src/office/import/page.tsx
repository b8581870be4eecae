/** Importing a table: choose what, choose the file, look at what it would do, import it, take it back. */

import { useRef, useState } from "preact/hooks";
import { mayWrite } from "../../field/form/rights.ts";
import type { Me } from "../../field/record/book.ts";
import { labelOf } from "../../field/record/show.ts";
import type { WireSchema } from "../../protocol/schema.ts";
import { useHouse } from "../../ui/house.ts";
import { useLive } from "../../ui/live.ts";
import { Button, ButtonLink } from "../../ui/widgets/button.tsx";
import { Empty, Notice } from "../../ui/widgets/notice.tsx";
import { bytes } from "../../ui/words/figures.ts";
import { frame } from "../../ui/words/frame.ts";
import { imports as words } from "../../ui/words/imports.ts";
import { language, useWords } from "../../ui/words/language.ts";
import { useAnswer } from "../answers.ts";
import { useOffice } from "../house.ts";
import { Known } from "../known.tsx";
import { DIRECTORY, type Directory } from "../names.ts";
import { addressOf, paths, useQuery } from "../roads.ts";
import { Earlier, TakeBack, remember } from "./earlier.tsx";
import { KINDS, type Report, type TableKind, faults, reportIn, wordsOf, written } from "./report.ts";
import { Rows } from "./rows.tsx";
import "../../field/form/form.css";
import "../list/list.css";
import "./import.css";

const MOST_BYTES = 16 * 1024 * 1024;

export function ImportPage({ me }: { me: Me }) {
  const say = useWords();
  const { device } = useHouse();
  const wire = useLive(() => device.paper<WireSchema>("schema"), [], ["papers"]);
  const directory = useAnswer<Directory>(DIRECTORY);
  if (wire === undefined) {
    return <p class="opening">{say(frame.opening)}</p>;
  }
  const kinds = KINDS.filter((name) => {
    const kind = wire.kinds.find((kind) => kind.name === name);
    return kind !== undefined && mayWrite(kind, me.roles, {});
  });
  if (kinds.length === 0) {
    return <Empty title={say(words.mayNot)} />;
  }
  return <Known answer={directory}>{(value) => <Importing kinds={kinds} wire={wire} directory={value} />}</Known>;
}

type State =
  | { is: "choosing" }
  | { is: "trying" | "importing"; name: string }
  | { is: "looking"; report: Report; isNews: boolean }
  | { is: "done"; report: Report }
  | { is: "failed"; why: string };

function Importing({ kinds, wire, directory }: { kinds: TableKind[]; wire: WireSchema; directory: Directory }) {
  const say = useWords();
  const { device } = useHouse();
  const { answers } = useOffice();
  const [query, put] = useQuery();
  const whole = directory.counties.filter((county) => county.whole);
  const kind = kinds.find((name) => name === query["kind"]) ?? (kinds.includes("school") ? "school" : kinds[0]) ?? "school";
  const county = whole.find(({ code }) => code === query["county"]) ?? whole[0];
  const [file, setFile] = useState<{ name: string; content: Uint8Array<ArrayBuffer> }>();
  const [state, setState] = useState<State>({ is: "choosing" });
  const box = useRef<HTMLInputElement>(null);
  const nameOf = (name: string) => {
    const declared = wire.kinds.find((kind) => kind.name === name);
    return declared === undefined ? name : labelOf(declared, language());
  };
  if (county === undefined) {
    return <Empty title={say(words.noWhole)} />;
  }
  const send = (content: Uint8Array<ArrayBuffer>, query: Record<string, string>) => answers.once<Report>({ method: "POST", path: addressOf(`/api/v1/imports/${kind}`, { county: county.code, ...query }), file: content });
  const look = async (chosen: File) => {
    if (chosen.size > MOST_BYTES) {
      setState({ is: "failed", why: say(words.tooLarge) });
      return;
    }
    setState({ is: "trying", name: chosen.name });
    const content = new Uint8Array(await chosen.arrayBuffer());
    setFile({ name: chosen.name, content });
    const came = await send(content, { dry_run: "true" });
    setState(came.kind === "answer" ? { is: "looking", report: came.value, isNews: false } : { is: "failed", why: came.kind === "refused" ? say(words.unreadable, { why: came.problem.detail }) : say(words.noLine) });
  };
  const doIt = async ({ token }: Report) => {
    if (file === undefined) {
      return;
    }
    setState({ is: "importing", name: file.name });
    const came = await send(file.content, { token });
    if (came.kind === "answer") {
      await remember(device, came.value, new Date());
      setState({ is: "done", report: came.value });
      answers.news();
      return;
    }
    const report = came.kind === "refused" ? reportIn(came.said) : undefined;
    setState(report !== undefined ? { is: "looking", report, isNews: true } : { is: "failed", why: came.kind === "refused" ? say(words.refused, { why: came.problem.detail }) : say(words.unsure) });
  };
  const anew = () => {
    setState({ is: "choosing" });
    setFile(undefined);
  };
  const isBusy = state.is === "trying" || state.is === "importing";
  return (
    <>
      <h1>{say(words.title)}</h1>
      <form class="card import-choice" aria-label={say(words.step1)} onSubmit={(event) => event.preventDefault()}>
        <div class="filters-bar">
          {whole.length > 1 ? (
            <label class="filter">
              <span>{say(words.county)}</span>
              <select class="input" value={county.code} disabled={isBusy} onChange={(event) => (put({ county: event.currentTarget.value }), anew())}>
                {whole.map(({ code, name }) => (
                  <option key={code} value={code}>
                    {name}
                  </option>
                ))}
              </select>
            </label>
          ) : null}
          <label class="filter">
            <span>{say(words.kind)}</span>
            <select class="input" value={kind} disabled={isBusy} onChange={(event) => (put({ kind: event.currentTarget.value }), anew())}>
              {kinds.map((name) => (
                <option key={name} value={name}>
                  {nameOf(name)}
                </option>
              ))}
            </select>
          </label>
          <a class="button plain" href={`/api/v1/imports/${kind}/template.xlsx`} download>
            {say(words.template, { kind: nameOf(kind) })}
          </a>
        </div>
        <p class="soft">{say(words.templateWhy)}</p>
        <label class="field">
          {say(file === undefined ? words.file : words.again)}
          <input
            ref={box}
            class="input"
            type="file"
            accept=".xlsx,.csv,text/csv"
            disabled={isBusy}
            onChange={(event) => {
              const [chosen] = event.currentTarget.files ?? [];
              // The same name is chosen again once the table is mended.
              event.currentTarget.value = "";
              if (chosen !== undefined) {
                void look(chosen).catch(() => setState({ is: "failed", why: say(words.noLine) }));
              }
            }}
          />
        </label>
        {file === undefined ? null : <p>{say(words.chosen, { name: file.name, size: bytes(file.content.byteLength) })}</p>}
      </form>
      {isBusy ? (
        <div role="status">
          <p>{say(state.is === "trying" ? words.trying : words.importing)}</p>
          <progress class="progress" aria-label={say(state.is === "trying" ? words.trying : words.importing)} />
        </div>
      ) : null}
      {state.is === "failed" ? <Notice tone="bad" title={state.why} live /> : null}
      {state.is === "looking" ? <Looked report={state.report} isNews={state.isNews} onImport={() => void doIt(state.report)} /> : null}
      {state.is === "done" ? <Done report={state.report} onAnother={anew} /> : null}
      <Earlier nameOf={nameOf} directory={directory} />
    </>
  );
}

/** What the table would do: what is wrong with it, or how it is imported. */
function Looked({ report, isNews, onImport }: { report: Report; isNews: boolean; onImport: () => void }) {
  const say = useWords();
  const [wrong, count] = [faults(report), written(report)];
  return (
    <section class="import-report" aria-label={say(words.step3)}>
      {isNews ? <Notice tone="care" title={say(words.news)} live /> : null}
      {wrong > 0 ? <Notice tone="bad" title={say(words.faulty, { count: wrong })} live /> : count === 0 ? <Notice tone="told" title={say(words.nothing)} live /> : <Notice tone="good" title={say(words.ready, { count })} live />}
      {wrong === 0 && count > 0 ? (
        <div class="row">
          <Button weight="main" onClick={onImport}>
            {say(words.confirm, { count })}
          </Button>
        </div>
      ) : null}
      {report.issues.length === 0 ? null : (
        <ul class="import-issues">
          {report.issues.map((issue, place) => (
            <li key={place}>{say(words.atCell, { cell: issue.cell ?? say(words.ofFile), why: wordsOf(issue, language()) })}</li>
          ))}
        </ul>
      )}
      {report.warnings.length === 0 ? null : (
        <Notice tone="care" title={say(words.warnings)}>
          <ul class="import-issues">
            {report.warnings.map((warning, place) => (
              <li key={place}>{warning.cell === undefined ? wordsOf(warning, language()) : say(words.atCell, { cell: warning.cell, why: wordsOf(warning, language()) })}</li>
            ))}
          </ul>
        </Notice>
      )}
      <Rows report={report} />
    </section>
  );
}

function Done({ report, onAnother }: { report: Report; onAnother: () => void }) {
  const say = useWords();
  const [isBack, setBack] = useState(false);
  const { import: id, seq = [0, 0] } = report;
  return (
    <section class="import-report" aria-label={say(words.step4)}>
      <Notice tone="good" title={id === undefined ? say(words.nothing) : say(words.done, { count: written(report) })} live>
        {id === undefined ? null : <p>{say(words.doneWhy, { id, first: seq[0], last: seq[1] })}</p>}
      </Notice>
      <div class="row">
        <ButtonLink href={paths.to(["directory"])}>{say(words.see)}</ButtonLink>
        <Button onClick={onAnother}>{say(words.another)}</Button>
        {id === undefined ? null : <Button onClick={() => setBack(true)}>{say(words.takeBack)}</Button>}
      </div>
      {isBack && id !== undefined ? <TakeBack county={report.county} id={id} onDone={() => setBack(false)} /> : null}
    </section>
  );
}
