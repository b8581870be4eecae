/** What stands in a record: field by field, with who said it and when. */

import { type RecordState, baseOf, changeOf, headsOf, inConflict, keyOf, read } from "../../protocol/record.ts";
import type { Field, Kind } from "../../protocol/schema.ts";
import { isMap, isText } from "../../protocol/values.ts";
import type { FieldName, Head } from "../../protocol/wire.ts";
import { isStuck } from "../../photos/fate.ts";
import { minorsIn } from "../../photos/minors.ts";
import { Picture } from "../../ui/widgets/picture.tsx";
import { sayIn } from "../../ui/words/catalogue.ts";
import { moment } from "../../ui/words/dates.ts";
import { useWords } from "../../ui/words/language.ts";
import { record as words } from "../../ui/words/record.ts";
import { checklistOf } from "../form/checklist.ts";
import { checklistsIn } from "../form/inspection.tsx";
import { photoPlace } from "../line/places.ts";
import { Stuck } from "../line/stuck.tsx";
import { countingWord } from "./counting.ts";
import { type Reader, choiceLabel, isElsewhere, labelOf, showKey, showValue } from "./show.ts";

interface ValuesProps {
  reader: Reader;
  kind: Kind;
  record: RecordState;
}

/** The fields that stand in places of their own on the page. */
export const ELSEWHERE = ["project", "school", "county", "withdrawn", "signoffs"];

export function Values({ reader, kind, record }: ValuesProps) {
  const say = useWords();
  const names = [...record.fields.keys()];
  const main = mainWriting(record);
  const fields = kind.fields.filter((field) => !ELSEWHERE.includes(field.name) && field.type !== "photo");
  const rows = fields.flatMap((field) => {
    const own = names.filter((name) => baseOf(name) === field.name && headsOf(record, name).length > 0).sort();
    return own.length === 0 ? [] : [{ field, names: own }];
  });
  return rows.length === 0 ? null : (
    <div class="card">
      {main === undefined ? null : <p class="soft">{say(isAlone(record, main) ? words.written : words.mainly, { name: main.by_name, at: moment(main.made_at, reader.now, reader.language) })}</p>}
      <dl class="values">
        {rows.map(({ field, names }) => (
          <Value key={field.name} reader={reader} field={field} names={names} record={record} main={main} />
        ))}
      </dl>
    </div>
  );
}

/** The change that most of the record comes from: said once, so that what others wrote stands out. */
export function mainWriting(record: RecordState): Head | undefined {
  const counts = new Map<string, { head: Head; count: number }>();
  for (const { heads } of record.fields.values()) {
    for (const head of heads) {
      const writing = counts.get(changeOf(head.edit)) ?? { head, count: 0 };
      counts.set(changeOf(head.edit), { ...writing, count: writing.count + 1 });
    }
  }
  return [...counts.values()].sort((a, b) => b.count - a.count)[0]?.head;
}

/** Whether all that is shown comes from that change. */
export function isAlone(record: RecordState, main: Head): boolean {
  const shown = [...record.fields].filter(([name]) => !ELSEWHERE.includes(baseOf(name)));
  return shown.every(([, { heads }]) => heads.every((head) => changeOf(head.edit) === changeOf(main.edit)));
}

interface ValueProps {
  reader: Reader;
  field: Field;
  record: RecordState;
  main: Head | undefined;
}

function Value({ reader, field, names, record, main }: ValueProps & { names: FieldName[] }) {
  return (
    <div class="value">
      <dt>{labelOf(field, reader.language)}</dt>
      {names.map((name) => (
        <Lines key={name} reader={reader} field={field} name={name} record={record} main={main} />
      ))}
    </div>
  );
}

function Lines({ reader, field, name, record, main }: ValueProps & { name: FieldName }) {
  const heads = headsOf(record, name);
  const reading = read(field.rule, heads);
  const shown = reading.shows === "single" ? [reading.head] : heads;
  const isContested = inConflict(field.rule, heads);
  const said = shown.map((head) => [head, wordsOf(reader, field, name, head, record)] as const);
  // Records that are not here all read the same: told once, with how many.
  const lines = said.filter(([, text], place) => !isElsewhere(text) || said.findIndex(([, other]) => other === text) === place);
  const timesOf = (text: string) => (isElsewhere(text) ? said.filter(([, other]) => other === text).length : 1);
  return (
    <>
      {lines.map(([head, text]) => (
        <dd key={head.edit} class={isContested ? "contested" : isBad(head) ? "bad" : ""}>
          <span class="value-text">{timesOf(text) === 1 ? text : `${text} × ${timesOf(text)}`}</span>
          {main !== undefined && changeOf(head.edit) === changeOf(main.edit) && !isContested ? null : <Author head={head} reader={reader} />}
        </dd>
      ))}
    </>
  );
}

/** Whether it says that something is not as it has to be. */
export function isBad({ value }: Head): boolean {
  return value === false || (isMap(value) && value["result"] === "不合格") || value === "不通过";
}

/** A value in words, with its key before it. */
export function wordsOf(reader: Reader, field: Field, name: FieldName, head: Head, record: RecordState): string {
  const counted = countingWord(reader, field, (name) => headsOf(record, name)[0]?.value);
  const value = [showValue(reader, field, head.value), counted].filter(isText).join(" ");
  const key = keyOf(name);
  if (field.name === "checklist") {
    const list = checklistOf(head.value, checklistsIn(reader.book));
    return list === undefined ? value : labelOf(list, reader.language);
  }
  if (record.kind === "finding" && field.name === "item" && isText(head.value)) {
    const inspection = headsOf(record, "inspection")[0]?.value;
    return itemOf(reader, isText(inspection) ? reader.book.record(inspection) : undefined, head.value);
  }
  if (key === undefined) {
    return value;
  }
  if (record.kind === "inspection" && field.name === "items") {
    return sayIn(reader.language)(words.saysOf, { what: itemOf(reader, record, key), value });
  }
  return `${showKey(reader, field, key)} ${value}`;
}

/** What an inspection looked at under that code: nobody knows forty codes by heart. */
function itemOf(reader: Reader, inspection: RecordState | undefined, code: string): string {
  const follows = inspection && headsOf(inspection, "checklist")[0]?.value;
  const item = checklistOf(follows, checklistsIn(reader.book))?.items.find((item) => item.code === code);
  return item === undefined ? code : `${code} ${labelOf(item, reader.language)}`;
}

/** Who said it, and when. */
function Author({ head, reader }: { head: Head; reader: Reader }) {
  const say = useWords();
  const at = moment(head.made_at, reader.now, reader.language);
  return (
    <span class="author">
      {say(words.whoWhen, { name: head.by_name, at })}
      {head.seq === undefined ? ` · ${say(words.notSentYet)}` : ""}
    </span>
  );
}

/** The photos of a record, field by field. */
export function PhotosRead({ reader, kind, record }: ValuesProps) {
  const fields = kind.fields.filter((field) => field.type === "photo" && headsOf(record, field.name).length > 0);
  return (
    <>
      {fields.map((field) => (
        <section key={field.name} class="card" aria-label={labelOf(field, reader.language)}>
          <h3>{labelOf(field, reader.language)}</h3>
          <ul class="photo-list wide">
            {headsOf(record, field.name).map((head) => (
              <PhotoRead key={head.edit} head={head} reader={reader} />
            ))}
          </ul>
        </section>
      ))}
    </>
  );
}

function PhotoRead({ head, reader }: { head: Head; reader: Reader }) {
  const say = useWords();
  const photo = isMap(head.value) ? head.value : {};
  const text = (part: string) => (isText(photo[part]) ? photo[part] : "");
  const hash = text("sha256");
  const minors = minorsIn(head.value);
  const filed = text("category") === "" ? "" : choiceLabel(reader, "photo_category", text("category"));
  const caption = [filed, text("caption")].filter((words) => words !== "").join(" · ");
  const kept = reader.book.phone.photos[hash];
  const stuck = kept !== undefined && isStuck(kept) ? photoPlace(reader.book.phone, hash, false) : [];
  return (
    <li class={stuck.length > 0 ? "photo open" : "photo"}>
      <Picture hash={hash} size="preview" alt={say(words.photoOf, { what: caption })} missing={say(words.photoNotHere)} />
      <p>{caption}</p>
      {minors === "unsaid" ? null : <p class="soft">{say(minors === "some" ? words.someMinors : words.noMinors)}</p>}
      {kept === undefined || stuck.length > 0 ? null : <p class="soft">{say(kept.atOffice ? words.photoSent : words.photoWaits)}</p>}
      {stuck.map((place) => (
        <>
          {place.fault === undefined ? <p class="wrong">{say(place.place === "left" ? words.photoLeft : words.photoRefused)}</p> : null}
          <Stuck photo={place} />
        </>
      ))}
    </li>
  );
}
