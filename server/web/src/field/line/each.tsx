/** Each record and each photo that is on its way, and where it is. */

import { allOf } from "../../sync/phone.ts";
import type { SyncState } from "../../sync/runner.ts";
import { useHouse } from "../../ui/house.ts";
import { useLive } from "../../ui/live.ts";
import { to } from "../../ui/route.ts";
import { Progress } from "../../ui/widgets/progress.tsx";
import { bytes } from "../../ui/words/figures.ts";
import { language, useWords } from "../../ui/words/language.ts";
import { line as words } from "../../ui/words/line.ts";
import { type Book, openBook } from "../record/book.ts";
import { labelOf } from "../record/show.ts";
import { titleOf } from "../record/title.ts";
import { Stuck } from "./stuck.tsx";
import { type PhotoPlace, type Place, type RecordPlace, placesOf } from "./places.ts";

const PLACE_WORDS = {
  waiting: words.atWaiting,
  sending: words.atSending,
  office: words.atOffice,
  settled: words.atSettled,
  held: words.atHeld,
  refused: words.atRefused,
  left: words.atLeft,
} as const;

export function Each({ sync }: { sync: SyncState }) {
  const say = useWords();
  const { device } = useHouse();
  const book = useLive(async () => {
    const outbox = (await device.phone())?.outbox;
    return openBook(device, outbox === undefined ? [] : allOf(outbox).map((change) => change.kind));
  }, []);
  // Each piece of a photo moves its line on, and reads no records anew.
  const phone = useLive(() => device.phone(), [], ["device", "photos"]);
  if (phone === undefined) {
    return null;
  }
  const { records, photos } = placesOf(phone, sync.engine.busy, sync.sending);
  if (records.length + photos.length === 0) {
    return null;
  }
  return (
    <section>
      <h2>{say(words.each)}</h2>
      <ul class="each">
        {records.map((record) => (
          <li key={record.record}>
            <OnItsWay it={record} book={book} />
          </li>
        ))}
        {photos.length === 0 ? null : (
          <li class="card">
            <h3>{say(words.otherPhotos)}</h3>
            <Photos photos={photos} />
          </li>
        )}
      </ul>
    </section>
  );
}

function OnItsWay({ it, book }: { it: RecordPlace; book: Book | undefined }) {
  const say = useWords();
  const state = book?.record(it.record);
  const reader = book && { book, language: language(), now: new Date() };
  const kind = book?.schema.kind(it.kind);
  // What the office holds is no record yet.
  const title = reader && state ? titleOf(reader, state) : kind === undefined ? it.kind : labelOf(kind, language());
  const project = state && book?.nameOf(book.projectOf(state));
  return (
    <article class="card">
      <h3>
        <a class="each-title" href={to("record", it.record)}>
          {title}
        </a>
      </h3>
      {project === undefined || project === title ? null : <p class="soft">{project}</p>}
      <Stage place={it.place} />
      {it.changes === 1 ? null : <p class="soft">{say(words.changes, { count: it.changes })}</p>}
      {it.why === undefined ? null : <p>{it.why}</p>}
      <Photos photos={it.photos} />
    </article>
  );
}

function Stage({ place }: { place: Place }) {
  const say = useWords();
  return <p class={`stage ${place}`}>{say(PLACE_WORDS[place])}</p>;
}

/** Those that are all the way are counted, the others told one by one. */
function Photos({ photos }: { photos: PhotoPlace[] }) {
  const say = useWords();
  if (photos.length === 0) {
    return null;
  }
  const isThere = ({ place }: PhotoPlace) => place === "office" || place === "settled";
  const rest = photos.filter((photo) => !isThere(photo));
  return (
    <>
      <p class="soft">{say(words.photosOf, { there: photos.length - rest.length, all: photos.length })}</p>
      {rest.length === 0 ? null : (
        <ul class="each-photos">
          {rest.map((photo) => (
            <PhotoLine key={photo.hash} photo={photo} />
          ))}
        </ul>
      )}
    </>
  );
}

function PhotoLine({ photo }: { photo: PhotoPlace }) {
  const say = useWords();
  const far = say(words.photoBytes, { sent: bytes(photo.bytesSent), bytes: bytes(photo.bytes) });
  const name = say(words.photo, { name: photo.name });
  return (
    <li>
      <p>
        {name} <span class={`stage ${photo.place}`}>{say(PLACE_WORDS[photo.place])}</span>{" "}
        <span class="soft">{far}</span>
      </p>
      <Stuck photo={photo} />
      <Progress done={photo.bytesSent} of={photo.bytes} label={`${name}: ${far}`} />
    </li>
  );
}
