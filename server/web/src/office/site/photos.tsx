/** The last photos of a school or a project, each a way to the diary that it is in. */

import type { Schema } from "../../protocol/schema.ts";
import { isMap, isText } from "../../protocol/values.ts";
import type { Uuid, Value } from "../../protocol/wire.ts";
import { Picture } from "../../ui/widgets/picture.tsx";
import { shortDay } from "../../ui/words/dates.ts";
import { useWords } from "../../ui/words/language.ts";
import { site as words } from "../../ui/words/site.ts";
import { useAnswer } from "../answers.ts";
import { addressOf, paths } from "../roads.ts";
import { codeWord } from "../schema.ts";
import type { Of } from "./findings.tsx";
import { Section } from "./parts.tsx";

/** So many photos are shown, */
const MOST = 12;
/** of so many diaries, */
const DIARIES = 12;
/** and no more than so many of one of them: a day on which many were taken does not hide the others. */
const OF_A_DAY = 3;

interface Diaries {
  records: { id: Uuid; day?: string; fields: Record<string, Value[]> }[];
}

interface Shown {
  key: string;
  record: Uuid;
  day: string;
  hash: string;
  caption: string;
}

export function PhotosOf({ of, schema }: { of: Of; schema: Schema | undefined }) {
  const say = useWords();
  const { value } = useAnswer<Diaries>(addressOf("/api/v1/records", { kind: "diary", ...of, fields: "photos", limit: String(DIARIES) }));
  if (value === undefined) {
    return null;
  }
  const shown = value.records
    .flatMap(({ id, day = "", fields }) => (fields["photos"] ?? []).slice(0, OF_A_DAY).flatMap((photo, place) => shownOf(id, day, photo, place, schema)))
    .sort((one, other) => other.day.localeCompare(one.day))
    .slice(0, MOST);
  return (
    <Section id="photos" title={say(words.photos)}>
      {shown.length === 0 ? (
        <p class="soft">{say(words.noPhotos)}</p>
      ) : (
        <ul class="sheet-photos">
          {shown.map(({ key, record, day, hash, caption }) => (
            <li key={key}>
              <a href={paths.to(["record", record])}>
                <Picture hash={hash} size="thumbnail" alt="" missing={say(words.notArrived)} />
                <span>{[day === "" ? "" : shortDay(day), caption].filter((word) => word !== "").join(" · ") || say(words.photos)}</span>
              </a>
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}

function shownOf(record: Uuid, day: string, photo: Value, place: number, schema: Schema | undefined): Shown[] {
  if (!isMap(photo) || !isText(photo["sha256"])) {
    return [];
  }
  const { sha256, category, caption } = photo;
  const filed = isText(category) ? codeWord(schema, "photo_category", category) : "";
  return [{ key: `${record}/${place}`, record, day, hash: sha256, caption: [filed, isText(caption) ? caption : ""].filter((word) => word !== "").join(" · ") }];
}
