/** Signing: a name, a drawn signature, and what it covers. Nobody signs over a visible conflict. */

import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { filenameOf } from "../../db/album.ts";
import type { Device } from "../../db/device.ts";
import { hashOf } from "../../photos/hash.ts";
import { isTooLong } from "../../protocol/change.ts";
import { newId } from "../../protocol/ids.ts";
import { type RecordState, baseOf, headsOf } from "../../protocol/record.ts";
import type { Kind } from "../../protocol/schema.ts";
import { SIGNOFFS, type Verdict, covered } from "../../protocol/signoff.ts";
import type { Change, Sha256, Value } from "../../protocol/wire.ts";
import { useHouse } from "../../ui/house.ts";
import { Button } from "../../ui/widgets/button.tsx";
import { Notice } from "../../ui/widgets/notice.tsx";
import { Sheet } from "../../ui/widgets/sheet.tsx";
import { useWords } from "../../ui/words/language.ts";
import { form as formWords } from "../../ui/words/form.ts";
import { record as words } from "../../ui/words/record.ts";
import { stamp } from "../../protocol/stamp.ts";
import { declared } from "../form/model.ts";
import { Text } from "../form/widgets/text.tsx";
import type { Book } from "./book.ts";
import { useKept } from "./kept.ts";
import { Pad, type Stroke } from "./pad.tsx";
import { type Reader, labelOf } from "./show.ts";
import { conflictsIn } from "./settling.ts";
import { titleOf } from "./title.ts";

interface SignProps {
  book: Book;
  reader: Reader;
  kind: Kind;
  record: RecordState;
  role: string;
  verdict: Verdict;
  onDone: () => void;
  /** What follows where it was signed and not only closed. */
  onSigned?: () => void;
  /** At a desk one signs by the keyboard: Enter is enough, and who wants to draw opens the pad. */
  isDesk?: boolean;
}

export function SignSheet({ book, reader, kind, record, role, verdict, onDone, onSigned = onDone, isDesk = false }: SignProps) {
  const say = useWords();
  const { device } = useHouse();
  const { value, isUnkept, change, from } = useKept(device, `${draftOf(record.id)}/${verdict}`, kind.name, {
    name: book.me.user.display_name,
    note: "",
    strokes: [] as Stroke[],
  });
  const { name, note, strokes } = value;
  const [state, setState] = useState<"asking" | "incomplete" | "saving" | "failed">("asking");
  const pad = useRef<HTMLCanvasElement>(null);
  const form = useRef<HTMLFormElement>(null);
  useLayoutEffect(() => {
    if (isDesk) {
      form.current?.querySelector<HTMLElement>(verdict === "returned" ? "textarea" : "button[type=submit]")?.focus();
    }
  }, [isDesk, verdict]);
  // What is on the screen when the sheet is opened is what is signed.
  const [covers] = useState(() => covered(record, book.schema));
  const conflict = conflictsIn(book, kind, record)[0];
  const title = say(verdict === "returned" ? words.sendBack : words.signTitle, { what: titleOf(reader, record) });
  if (conflict !== undefined && verdict !== "returned") {
    return (
      <Sheet title={title} onClose={onDone}>
        <Notice tone="care" title={say(words.signConflict, { what: labelOf(conflict.field, reader.language) })}>
          <p>{say(words.signConflictWhy)}</p>
        </Notice>
      </Sheet>
    );
  }
  const isReturn = verdict === "returned";
  const isComplete = name.trim() !== "" && (!isReturn || note.trim() !== "") && !isTooLong(note) && !isTooLong(name);
  const sign = async () => {
    if (!isComplete) {
      setState("incomplete");
      return;
    }
    setState("saving");
    try {
      const drawing = pad.current === null || strokes.length === 0 ? undefined : await keepDrawing(device, pad.current, from.draft);
      const said = { role, verdict, covers, name: name.trim(), ...(isReturn ? { note: note.trim() } : {}), ...(drawing === undefined ? {} : { drawing }) };
      await device.save(signing(record, said), from);
      onSigned();
    } catch {
      setState("failed");
    }
  };
  const roleName = book.me.roles.find((held) => held.role === role);
  const names = [...record.fields.keys()].filter((field) => !book.schema.isTalk(kind.name, field) && headsOf(record, field).length > 0);
  const labels = [...new Set(names.map(baseOf))].map((field) => labelOf(declared(kind, field) ?? { zh: field, en: field }, reader.language));
  const drawing = isReturn ? null : <Pad canvas={pad} strokes={strokes} onStrokes={(strokes) => change({ strokes })} />;
  return (
    <Sheet title={title} onClose={onDone}>
      <form ref={form} class="signing" onSubmit={(event) => (event.preventDefault(), void sign())} noValidate>
        {roleName === undefined ? null : <p>{say(words.signAs, { role: reader.language === "zh" ? roleName.zh : roleName.en })}</p>}
        <p>{say(isReturn ? words.returnCovers : words.signCovers, { count: covers.length })}</p>
        <details>
          <summary class="jump">{say(words.signList)}</summary>
          <p class="soft">{labels.join(reader.language === "zh" ? "、" : ", ")}</p>
        </details>
        {isReturn ? (
          <label class="field">
            {say(words.signNote)}
            <Text value={note} onInput={(note) => change({ note })} label={say(words.signNote)} invalid={state === "incomplete" && note.trim() === ""} />
          </label>
        ) : null}
        <label class="field">
          {say(words.signName)}
          <input class="input" type="text" value={name} onInput={(event) => change({ name: event.currentTarget.value })} />
        </label>
        {isDesk && drawing !== null ? (
          <details open={strokes.length > 0}>
            <summary class="jump">{say(words.signDraw)}</summary>
            {drawing}
          </details>
        ) : (
          drawing
        )}
        {state === "incomplete" && !isComplete && !isTooLong(note) ? <p class="wrong" role="alert">{say(isReturn && note.trim() === "" ? words.signNeedsNote : words.signNeedsName)}</p> : null}
        {isUnkept ? <p class="wrong" role="alert">{say(formWords.saveFailed)}</p> : null}
        {state === "failed" ? <p class="wrong" role="alert">{say(words.signFailed)}</p> : null}
        <Button type="submit" weight="main" disabled={state === "saving"}>
          {say(state === "saving" ? words.signSaving : VERBS[verdict])}
        </Button>
      </form>
    </Sheet>
  );
}

const VERBS = { signed: words.sign, confirmed: words.confirm, approved: words.confirm, returned: words.sendBack };

/** The change that a signature is. */
function signing(record: RecordState, said: { [name: string]: Value }): Change {
  return {
    id: newId(),
    record: record.id,
    kind: record.kind,
    made_at: stamp(new Date()),
    edits: [{ field: SIGNOFFS, value: said, replaces: [] }],
  };
}

/** What is written on the sheet belongs to no form: it is a draft of its own until it is saved. */
function draftOf(record: string): string {
  return `sign/${record}`;
}

/** Keeps the drawn signature as a picture. */
async function keepDrawing(device: Device, canvas: HTMLCanvasElement, draft: string): Promise<Sha256 | undefined> {
  const picture = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/png"));
  if (picture === null) {
    return undefined;
  }
  const hash = await hashOf(picture);
  const shotAt = stamp(new Date());
  const { width, height } = canvas;
  const taken = { sha256: hash, width, height, origin: "camera" as const };
  const shot = { sha256: hash, filename: filenameOf(shotAt, "image/png"), shotAt, source: "camera" as const, keepOriginal: true };
  await device.album.shoot({ ...shot, drafts: [draft], taken }, picture);
  return hash;
}
