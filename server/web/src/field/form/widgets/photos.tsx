import { useEffect, useId, useRef, useState } from "preact/hooks";
import { type Minors, minorsIn, withMinors } from "../../../photos/minors.ts";
import { type Position, consent, keepConsent } from "../../../photos/position.ts";
import { isMap, isText } from "../../../protocol/values.ts";
import type { FieldName, Value } from "../../../protocol/wire.ts";
import { Button } from "../../../ui/widgets/button.tsx";
import { Notice } from "../../../ui/widgets/notice.tsx";
import { Picture } from "../../../ui/widgets/picture.tsx";
import { form as words } from "../../../ui/words/form.ts";
import { useWords } from "../../../ui/words/language.ts";
import { choiceLabel } from "../../record/show.ts";
import { type Filing, lookAround, photoValue, takeIn } from "../camera.ts";
import { useDesk } from "../desk.ts";
import { CATEGORY_OF_FIELD, CATEGORY_OF_KIND, firstPhotoField } from "../layout.ts";
import type { Entry } from "../model.ts";
import { Text } from "./text.tsx";

interface PhotosProps {
  name: FieldName;
  /** Only those about that field, such as `isolation_ok`; new ones are filed under it. */
  about?: string;
  category?: string;
  /** Without what is asked and said once in a form. */
  compact?: boolean;
}

/** Photos from the camera or the album, several at once. */
export function Photos({ name, about, category, compact }: PhotosProps) {
  const say = useWords();
  const desk = useDesk();
  const [taking, setTaking] = useState(0);
  const [failed, setFailed] = useState<string[]>([]);
  const isFirst = compact !== true && name === firstPhotoField(desk.kind);
  const filing = filingOf(category ?? CATEGORY_OF_FIELD[name] ?? CATEGORY_OF_KIND[desk.kind.name], about);
  const entries = (desk.form.sets[name] ?? []).filter((entry) => about === undefined || partOf(entry.value, "about") === about);
  const take = async (files: File[], source: "camera" | "album", where?: () => Promise<Position | undefined>) => {
    setFailed([]);
    setTaking((count) => count + files.length);
    await desk.await(async () => {
      const position = await where?.();
      // One after the other: two photos at once are too much for a phone with little memory.
      for (const file of files) {
        try {
          const taken = await takeIn(desk.device, file, { draft: desk.draft, source, keepOriginal: desk.keepsOriginals }, position);
          desk.entries(name, (entries) => withPhoto(entries, photoValue(taken, filing)));
        } catch {
          setFailed((names) => [...names, file.name]);
        }
        setTaking((count) => count - 1);
      }
    });
  };
  return (
    <div class="photos">
      {isFirst ? <AskForPlace /> : null}
      <ul class="photo-list">
        {entries.map((entry) => (
          <Photo key={partOf(entry.value, "sha256")} name={name} entry={entry} />
        ))}
        {Array.from({ length: taking }, (_, place) => (
          <li key={`taking-${place}`} class="photo">
            <div class="picture thumbnail" role="status">
              <span>{say(words.savingPhoto)}</span>
            </div>
          </li>
        ))}
      </ul>
      {failed.length === 0 ? null : (
        <Notice tone="bad" title={say(words.photoFailed)} live>
          <p>{failed.join("、")}</p>
          <p>{say(words.photoFailedWhy)}</p>
        </Notice>
      )}
      <div class="photo-buttons">
        <Take source="camera" onTake={take} />
        <Take source="album" onTake={take} />
      </div>
      {isFirst ? (
        <>
          <p class="soft">{say(words.noFaces)}</p>
          <label class="check">
            <input type="checkbox" checked={desk.keepsOriginals} onChange={(event) => desk.keepOriginals(event.currentTarget.checked)} />
            {say(words.keepOriginal)}
          </label>
        </>
      ) : null}
    </div>
  );
}

function filingOf(category: string | undefined, about: string | undefined): Filing {
  return { ...(category === undefined ? {} : { category }), ...(about === undefined ? {} : { about }) };
}

/** The same picture chosen twice stands there once. */
function withPhoto(entries: Entry[], value: Value): Entry[] {
  const isThere = entries.some((entry) => partOf(entry.value, "sha256") === partOf(value, "sha256"));
  return isThere ? entries : [...entries, { value }];
}

function partOf(value: Value, part: string): string | undefined {
  const given = isMap(value) ? value[part] : undefined;
  return isText(given) ? given : undefined;
}

type OnTake = (files: File[], source: "camera" | "album", where?: () => Promise<Position | undefined>) => void;

/** A label over the browser's own file input, whose words are the browser's language. */
function Take({ source, onTake }: { source: "camera" | "album"; onTake: OnTake }) {
  const say = useWords();
  const { device } = useDesk();
  const where = useRef<(() => Promise<Position | undefined>) | undefined>(undefined);
  const id = useId();
  return (
    <div class="take">
      <input
        id={id}
        class="spoken"
        type="file"
        accept="image/*"
        multiple={source === "album"}
        {...(source === "camera" ? { capture: "environment" as const } : {})}
        onClick={() => {
          if (source === "camera") {
            where.current = lookAround(device);
          }
        }}
        onChange={(event) => {
          onTake([...(event.currentTarget.files ?? [])], source, where.current);
          event.currentTarget.value = "";
        }}
      />
      <label for={id} class={source === "camera" ? "button main" : "button"}>
        {say(source === "camera" ? words.takePhoto : words.fromAlbum)}
      </label>
    </div>
  );
}

function Photo({ name, entry }: { name: FieldName; entry: Entry }) {
  const say = useWords();
  const desk = useDesk();
  const [isOpen, setOpen] = useState(false);
  const hash = partOf(entry.value, "sha256") ?? "";
  const category = partOf(entry.value, "category");
  const caption = partOf(entry.value, "caption") ?? "";
  const minors = minorsIn(entry.value);
  const isThis = (other: Entry) => partOf(other.value, "sha256") === hash;
  const put = (say: (value: Value) => Value) =>
    desk.entries(name, (entries) => entries.map((other) => (isThis(other) ? { ...other, value: say(other.value) } : other)));
  const change = (part: string, given: Value) => put((value) => (isMap(value) ? { ...value, [part]: given } : value));
  const remove = () => {
    desk.entries(name, (entries) => entries.filter((other) => !isThis(other)));
    if (entry.from === undefined) {
      void desk.device.album.discard(hash, desk.draft);
    }
  };
  const filed = category === undefined ? say(words.noCategory) : choiceLabel(desk.reader, "photo_category", category);
  return (
    <li class={isOpen ? "photo open" : "photo"}>
      <button type="button" class="photo-face" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        <Picture hash={hash} size="thumbnail" alt="" missing={say(words.photoElsewhere)} />
        <span class="photo-filed">
          <span class="spoken">{say(words.aboutPhoto, { what: caption })}</span>
          {filed}
          {minors === "unsaid" ? null : <span class="soft block">{say(minors === "some" ? words.someMinors : words.noMinors)}</span>}
        </span>
      </button>
      {isOpen ? (
        <div class="photo-about">
          <label>
            {say(words.category)}
            <select class="input" value={category ?? ""} onChange={(event) => change("category", event.currentTarget.value)}>
              <option value="">{say(words.noCategory)}</option>
              {desk.book.schema.choices("photo_category").map((choice) => (
                <option key={choice.code} value={choice.code}>
                  {choiceLabel(desk.reader, "photo_category", choice.code)}
                </option>
              ))}
            </select>
          </label>
          <Text value={caption} onInput={(text) => change("caption", text)} label={say(words.caption)} placeholder={say(words.caption)} />
          <AskForMinors minors={minors} onSay={(said) => put((value) => withMinors(value, said))} />
          <Button weight="danger" onClick={remove}>
            {say(words.removePhoto)}
          </Button>
        </div>
      ) : null}
    </li>
  );
}

/** Whether a pupil can be recognised: a question that nobody has to answer, and that stands unanswered until somebody does. */
function AskForMinors({ minors, onSay }: { minors: Minors; onSay: (minors: Minors) => void }) {
  const say = useWords();
  const id = useId();
  const answers = [
    ["none", words.minorsNo],
    ["some", words.minorsYes],
    ["unsaid", words.minorsUnsaid],
  ] as const;
  return (
    <div class="part" role="group" aria-labelledby={id}>
      <span id={id} class="part-label">
        {say(words.askForMinors)}
      </span>
      <div class="chips">
        {answers.map(([answer, label]) => (
          <button key={answer} type="button" class="chip" aria-pressed={answer === minors} onClick={() => onSay(answer)}>
            {say(label)}
          </button>
        ))}
      </div>
      <span class="soft">{say(words.minorsWhy)}</span>
    </div>
  );
}

/** Asks once on this device whether photos may say where they were taken. */
function AskForPlace() {
  const say = useWords();
  const { device } = useDesk();
  const [agreed, setAgreed] = useState<boolean | undefined | "asking">("asking");
  useEffect(() => {
    void consent(device).then(setAgreed);
  }, [device]);
  const answer = (yes: boolean) => {
    setAgreed(yes);
    void keepConsent(device, yes);
  };
  return agreed === undefined ? (
    <div class="field-note">
      <p>{say(words.askForPlace)}</p>
      <div class="row">
        <Button onClick={() => answer(true)}>{say(words.yesPlace)}</Button>
        <Button weight="quiet" onClick={() => answer(false)}>
          {say(words.noPlace)}
        </Button>
      </div>
    </div>
  ) : null;
}
