/** The photos of a record with what they are evidence of, and the viewer over them. */

import { useState } from "preact/hooks";
import { type Reader, choiceLabel, labelOf } from "../../field/record/show.ts";
import { type RecordState, headsOf } from "../../protocol/record.ts";
import type { Field, Kind } from "../../protocol/schema.ts";
import { isMap, isText } from "../../protocol/values.ts";
import type { Head, Sha256 } from "../../protocol/wire.ts";
import { Picture } from "../../ui/widgets/picture.tsx";
import { useWords } from "../../ui/words/language.ts";
import { record as words } from "../../ui/words/record.ts";
import { review } from "../../ui/words/review.ts";
import { useKeys } from "../keys.ts";
import { TagShown } from "../tags.tsx";
import type { PhotoEvidence } from "./answer.ts";
import { evidenceTags } from "./evidence.ts";
import { Viewer } from "./viewer.tsx";

interface PhotosProps {
  reader: Reader;
  kind: Kind;
  record: RecordState;
  evidence: readonly PhotoEvidence[];
}

/** A photo as it is shown. */
export interface Shown {
  key: string;
  hash: Sha256;
  field: Field;
  head: Head;
  caption: string;
  hasMinor: boolean;
  evidence?: PhotoEvidence;
}

/** The photos of a record in the order of its fields. */
export function shownIn({ reader, kind, record, evidence }: PhotosProps): Shown[] {
  return kind.fields
    .filter((field) => field.type === "photo")
    .flatMap((field) =>
      headsOf(record, field.name).flatMap((head): Shown[] => {
        const photo = isMap(head.value) ? head.value : {};
        const text = (part: string) => (isText(photo[part]) ? photo[part] : "");
        const hash = text("sha256");
        const filed = text("category") === "" ? "" : choiceLabel(reader, "photo_category", text("category"));
        const caption = [filed, text("caption")].filter((word) => word !== "").join(" · ") || labelOf(field, reader.language);
        const found = evidence.find((one) => one.sha256 === hash && one.field === field.name);
        return hash === "" ? [] : [{ key: head.edit, hash, field, head, caption, hasMinor: photo["contains_minor"] === true, ...(found === undefined ? {} : { evidence: found }) }];
      }),
    );
}

export function PhotosShown(props: PhotosProps) {
  const say = useWords();
  const { reader } = props;
  const [open, setOpen] = useState<number>();
  const shown = shownIn(props);
  useKeys({ v: shown.length === 0 ? undefined : () => setOpen(0) });
  if (shown.length === 0) {
    return null;
  }
  // Before and after stand beside each other; other fields one under the other.
  const fields = [...new Set(shown.map(({ field }) => field))];
  return (
    <section class="card photos-shown" aria-labelledby="photos">
      <h2 id="photos">
        {say(review.photos, { count: shown.length })} <kbd class="no-print">v</kbd>
      </h2>
      <div class="photo-fields">
        {fields.map((field) => (
          <div key={field.name} class="photo-field">
            {fields.length > 1 || field.name !== "photos" ? <h3>{labelOf(field, reader.language)}</h3> : null}
            <ul class="thumbs">
              {shown.map((photo, place) => (photo.field === field ? <Thumb key={photo.key} photo={photo} onOpen={() => setOpen(place)} /> : null))}
            </ul>
          </div>
        ))}
      </div>
      {open === undefined ? null : <Viewer reader={reader} photos={shown} first={open} onClose={() => setOpen(undefined)} />}
    </section>
  );
}

function Thumb({ photo, onOpen }: { photo: Shown; onOpen: () => void }) {
  const say = useWords();
  const { hash, caption, evidence, hasMinor } = photo;
  return (
    <li class="thumb">
      <button type="button" class="thumb-open" aria-label={say(review.open, { what: caption })} onClick={onOpen}>
        <Picture hash={hash} size="thumbnail" alt={say(words.photoOf, { what: caption })} missing={say(evidence?.arrived === true ? review.notShown : review.notArrived)} />
      </button>
      <p class="thumb-caption">{caption}</p>
      <p class="thumb-tags">
        {evidenceTags(say, evidence).map((tag) => (
          <TagShown key={tag.text} tag={tag} />
        ))}
        {hasMinor ? <TagShown tag={{ text: say(review.minor), tone: "told" }} /> : null}
      </p>
    </li>
  );
}
