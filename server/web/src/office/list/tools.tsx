/** What may be done with a list as it stands: keep it as a view, choose its columns, take it away, print it, pass it on. */

import { useState } from "preact/hooks";
import { Button } from "../../ui/widgets/button.tsx";
import { CopyButton } from "../../ui/widgets/copy.tsx";
import { Sheet } from "../../ui/widgets/sheet.tsx";
import { language, useWords } from "../../ui/words/language.ts";
import { list as words } from "../../ui/words/list.ts";
import { CONTENTS } from "../contents.ts";
import { useKeys } from "../keys.ts";
import type { Listed } from "../places.ts";
import { type Query, addressOf, paths, travel } from "../roads.ts";
import { ColumnsSheet } from "./columnssheet.tsx";
import { type Column, columnsOfFile } from "./columns.ts";
import { fileOf } from "./query.ts";
import { type View, type Views, isShown, lasting } from "./views.ts";

interface ToolsProps {
  kind: Listed;
  query: Query;
  columns: readonly Column[];
  all: readonly Column[];
  nameOf: (column: Column) => string;
  views: Views;
  /** The name that is proposed for a view of it. */
  proposed: string;
  onColumns: (columns: readonly Column[] | undefined) => void;
}

/** The address of a list as it stands, whole: whoever opens it sees these columns, whatever theirs are. */
function passedOn(kind: Listed, query: Query, columns: readonly Column[]): string {
  return `${location.origin}${addressOf(paths.to(["list", kind]), { ...lasting(query), columns: columns.join(",") })}`;
}

export function Tools({ kind, query, columns, all, nameOf, views, proposed, onColumns }: ToolsProps) {
  const say = useWords();
  const [open, setOpen] = useState<"columns" | "keep" | "take">();
  const shut = () => setOpen(undefined);
  useKeys({ p: () => print(), x: () => setOpen("take"), w: () => setOpen("keep") });
  const inFile = columnsOfFile(columns, CONTENTS[kind]);
  return (
    <section class="list-tools no-print" aria-label={say(words.tools)}>
      <KeptViews kind={kind} query={query} views={views} />
      <Button weight="quiet" onClick={() => setOpen("keep")}>
        {say(words.keepView)} <kbd>w</kbd>
      </Button>
      <Button weight="quiet" onClick={() => setOpen("columns")}>
        {say(words.columns)}
      </Button>
      <Button weight="quiet" onClick={() => setOpen("take")}>
        {say(words.take)} <kbd>x</kbd>
      </Button>
      <Button weight="quiet" onClick={() => print()}>
        {say(words.print)} <kbd>p</kbd>
      </Button>
      {open === "columns" ? <ColumnsSheet columns={columns} all={all} nameOf={nameOf} onColumns={onColumns} onClose={shut} /> : null}
      {open === "keep" ? <KeepSheet kind={kind} query={{ ...query, columns: columns.join(",") }} views={views} proposed={proposed} onClose={shut} /> : null}
      {open === "take" ? (
        <Sheet title={say(words.take)} onClose={shut}>
          <p>{say(words.takeWhy)}</p>
          <a class="button main" href={fileOf(kind, query, inFile, "xlsx", language())} download>
            {say(words.workbook)}
          </a>
          <a class="button plain" href={fileOf(kind, query, inFile, "csv", language())} download>
            {say(words.csv)}
          </a>
          <p>{say(words.linkWhy)}</p>
          <CopyButton text={passedOn(kind, query, columns)}>{say(words.copyLink)}</CopyButton>
        </Sheet>
      ) : null}
    </section>
  );
}

function KeptViews({ kind, query, views }: Pick<ToolsProps, "kind" | "query" | "views">) {
  const say = useWords();
  const kept = views.of(kind);
  if (kept.length === 0) {
    return null;
  }
  return (
    <nav class="views" aria-label={say(words.views)}>
      {kept.map((view) => (
        <a key={view.name} class="view" href={addressOf(paths.to(["list", kind]), view.query)} {...(isShown(view, query) ? { "aria-current": "true" as const } : {})}>
          {view.name}
        </a>
      ))}
    </nav>
  );
}

type KeepProps = Pick<ToolsProps, "kind" | "query" | "views" | "proposed"> & { onClose: () => void };

function KeepSheet({ kind, query, views, proposed, onClose }: KeepProps) {
  const say = useWords();
  const [name, setName] = useState(proposed);
  const [isNameless, setNameless] = useState(false);
  const keep = () => {
    const called = name.trim();
    if (called === "") {
      setNameless(true);
      return;
    }
    const view: View = { kind, name: called, query };
    views.keep(view);
    onClose();
    travel(addressOf(paths.to(["list", kind]), lasting(query)), "instead");
  };
  const kept = views.of(kind);
  return (
    <Sheet title={say(words.keepView)} onClose={onClose}>
      <form class="signing" onSubmit={(event) => (event.preventDefault(), keep())} noValidate>
        <p>{say(words.keepWhy)}</p>
        <label class="field">
          <span class="label">{say(words.viewName)}</span>
          <input class="input text-line" value={name} maxLength={40} autofocus onInput={(event) => setName(event.currentTarget.value)} {...(isNameless ? { "aria-invalid": true } : {})} />
          {isNameless && name.trim() === "" ? (
            <span class="wrong" role="alert">
              {say(words.viewNameless)}
            </span>
          ) : null}
        </label>
        <Button type="submit" weight="main">
          {say(words.keepNow)}
        </Button>
      </form>
      {kept.length === 0 ? null : (
        <>
          <h3>{say(words.views)}</h3>
          <ul class="plain kept-views">
            {kept.map((view) => (
              <li key={view.name}>
                <span>{view.name}</span>
                <Button weight="quiet" label={say(words.dropNamed, { name: view.name })} onClick={() => views.drop(view)}>
                  {say(words.drop)}
                </Button>
              </li>
            ))}
          </ul>
        </>
      )}
    </Sheet>
  );
}
