/** What was imported before, as far as this desk knows, and how an import is taken back as a whole. */

import { useState } from "preact/hooks";
import { Text } from "../../field/form/widgets/text.tsx";
import { useKept } from "../../field/record/kept.ts";
import type { Device } from "../../db/device.ts";
import type { Uuid } from "../../protocol/wire.ts";
import { useHouse } from "../../ui/house.ts";
import { useLive } from "../../ui/live.ts";
import { Button } from "../../ui/widgets/button.tsx";
import { TextLine } from "../../ui/widgets/line.tsx";
import { Notice } from "../../ui/widgets/notice.tsx";
import { Sheet } from "../../ui/widgets/sheet.tsx";
import { moment } from "../../ui/words/dates.ts";
import { imports as words } from "../../ui/words/imports.ts";
import { language, useWords } from "../../ui/words/language.ts";
import { useOffice } from "../house.ts";
import type { Directory } from "../names.ts";
import { paths } from "../roads.ts";
import { type Report, type Withdrawn, wordsOf, written } from "./report.ts";

/** The paper on which a desk remembers its imports. */
const PAPER = "imports";
const MOST = 50;

interface Remembered {
  id: Uuid;
  county: string;
  kind: string;
  count: number;
  at: number;
  isBack?: boolean;
}

/** Remembers an import, so that it can be taken back later. */
export async function remember(device: Device, report: Report, now: Date): Promise<void> {
  const { import: id, county, kind } = report;
  if (id !== undefined) {
    const before = (await device.paper<Remembered[]>(PAPER)) ?? [];
    await device.keepPaper(PAPER, [{ id, county, kind, count: written(report), at: now.getTime() }, ...before].slice(0, MOST));
  }
}

async function rememberBack(device: Device, id: Uuid): Promise<void> {
  const before = (await device.paper<Remembered[]>(PAPER)) ?? [];
  await device.keepPaper(PAPER, before.map((one) => (one.id === id ? { ...one, isBack: true } : one)));
}

export function Earlier({ nameOf, directory }: { nameOf: (kind: string) => string; directory: Directory }) {
  const say = useWords();
  const { device } = useHouse();
  const remembered = useLive(async () => (await device.paper<Remembered[]>(PAPER)) ?? [], [], ["papers"]) ?? [];
  const [back, setBack] = useState<{ county: string; id: Uuid }>();
  const [number, setNumber] = useState("");
  const county = directory.counties.find(({ whole }) => whole)?.code ?? "";
  const countyName = (code: string) => directory.counties.find((county) => county.code === code)?.name ?? code;
  return (
    <section class="group" aria-labelledby="earlier-imports">
      <h2 id="earlier-imports">{say(words.earlier)}</h2>
      {remembered.length === 0 ? <p class="soft">{say(words.earlierNone)}</p> : null}
      <ul class="import-earlier">
        {remembered.map(({ id, county, kind, count, at, isBack }) => (
          <li key={id}>
            <span>{say(words.earlierLine, { kind: nameOf(kind), county: countyName(county), count, at: moment(at, new Date()) })}</span>
            {isBack === true ? <span class="tag plain">{say(words.wasTakenBack)}</span> : <Button onClick={() => setBack({ county, id })}>{say(words.takeBack)}</Button>}
          </li>
        ))}
      </ul>
      <details>
        <summary class="jump">{say(words.byNumber)}</summary>
        <form class="row import-number" onSubmit={(event) => (event.preventDefault(), setBack({ county, id: number.trim() }))}>
          <TextLine label={say(words.number)} value={number} onInput={setNumber} />
          <Button type="submit" disabled={number.trim() === ""}>
            {say(words.takeBack)}
          </Button>
        </form>
      </details>
      {back === undefined ? null : <TakeBack county={back.county} id={back.id} onDone={() => setBack(undefined)} />}
    </section>
  );
}

type State = { is: "asking" | "doing" } | { is: "done"; withdrawn: Withdrawn } | { is: "failed"; why: string };

export function TakeBack({ county, id, onDone }: { county: string; id: Uuid; onDone: () => void }) {
  const say = useWords();
  const { device } = useHouse();
  const { answers } = useOffice();
  const { value, change, from } = useKept(device, `import/back/${id}`, "import", { reason: "" });
  const [state, setState] = useState<State>({ is: "asking" });
  const take = async () => {
    setState({ is: "doing" });
    const came = await answers.once<Withdrawn>({ method: "POST", path: "/api/v1/imports/withdraw", body: { county, import: id, reason: value.reason.trim() } });
    if (came.kind !== "answer") {
      setState({ is: "failed", why: came.kind === "refused" ? say(words.refused, { why: came.problem.detail }) : say(words.noLine) });
      return;
    }
    setState({ is: "done", withdrawn: came.value });
    answers.news();
    await rememberBack(device, id);
    await device.drafts.drop(from.draft, from.hand);
  };
  return (
    <Sheet title={say(words.takeBackTitle)} onClose={onDone}>
      {state.is === "done" ? (
        <Notice tone="good" title={say(words.takenBack, { withdrawn: state.withdrawn.withdrawn, put: state.withdrawn.put_back, held: state.withdrawn.held })} live>
          {state.withdrawn.kept.length === 0 ? null : (
            <>
              <p>{say(words.kept, { count: state.withdrawn.kept.length })}</p>
              <ul class="import-issues">
                {state.withdrawn.kept.slice(0, MOST).map((kept, place) => (
                  <li key={place}>
                    <a href={paths.to(["record", kept.record])}>{say(words.keptLine, { name: kept.name, why: wordsOf(kept, language()) })}</a>
                  </li>
                ))}
              </ul>
            </>
          )}
        </Notice>
      ) : (
        <form class="signing" onSubmit={(event) => (event.preventDefault(), void take().catch(() => setState({ is: "failed", why: say(words.noLine) })))}>
          <p>{say(words.takeBackWhy)}</p>
          <label class="field">
            {say(words.reason)}
            <Text label={say(words.reason)} value={value.reason} onInput={(reason) => change({ reason })} />
          </label>
          {state.is === "failed" ? <p class="wrong" role="alert">{state.why}</p> : null}
          <Button type="submit" weight="main" disabled={state.is === "doing" || value.reason.trim() === ""}>
            {say(state.is === "doing" ? words.takingBack : words.takeBack)}
          </Button>
        </form>
      )}
    </Sheet>
  );
}
