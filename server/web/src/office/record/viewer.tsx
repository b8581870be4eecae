/** The viewer: one photo large, or two beside each other; closer, further, the next, and what it is evidence of. */

import { useEffect, useRef, useState } from "preact/hooks";
import { labelOf, type Reader } from "../../field/record/show.ts";
import { Button } from "../../ui/widgets/button.tsx";
import { Picture } from "../../ui/widgets/picture.tsx";
import { moment } from "../../ui/words/dates.ts";
import { bytes } from "../../ui/words/figures.ts";
import { frame } from "../../ui/words/frame.ts";
import { useWords } from "../../ui/words/language.ts";
import { record as words } from "../../ui/words/record.ts";
import { review } from "../../ui/words/review.ts";
import { paths } from "../roads.ts";
import { TagShown } from "../tags.tsx";
import type { PhotoEvidence } from "./answer.ts";
import { distanceOf, evidenceTags } from "./evidence.ts";
import type { Shown } from "./photos.tsx";
import { type Zoom, WHOLE, larger, moved, pinched, smaller, swiped } from "./zoom.ts";

/** How far an arrow moves what is seen from near, in pixels. */
const NUDGE = 80;

interface ViewerProps {
  reader: Reader;
  photos: readonly Shown[];
  first: number;
  onClose: () => void;
}

/** What stands beside a photo from the start: an `after` beside the `before` of the same place in its row. */
function counterpart(photos: readonly Shown[], at: number): number | undefined {
  const photo = photos[at];
  const other = photo?.field.name === "before" ? "after" : photo?.field.name === "after" ? "before" : undefined;
  if (photo === undefined || other === undefined) {
    return undefined;
  }
  const [same, others] = [photos.filter(({ field }) => field === photo.field), photos.filter(({ field }) => field.name === other)];
  const beside = others[same.indexOf(photo)] ?? others[0];
  return beside === undefined ? undefined : photos.indexOf(beside);
}

export function Viewer({ reader, photos, first, onClose }: ViewerProps) {
  const say = useWords();
  const dialog = useRef<HTMLDialogElement>(null);
  const [at, setAt] = useState(first);
  const [beside, setBeside] = useState(() => counterpart(photos, first));
  const [zoom, setZoom] = useState<Zoom>(WHOLE);
  const stage = useRef<HTMLDivElement>(null);
  useEffect(() => dialog.current?.showModal?.(), []);
  const box = () => stage.current?.getBoundingClientRect() ?? { width: 1, height: 1 };
  const turn = (by: number) => {
    const next = (at + by + photos.length) % photos.length;
    setAt(next);
    setZoom(WHOLE);
    if (beside !== undefined) {
      setBeside(counterpart(photos, next) ?? (next + 1) % photos.length);
    }
  };
  const toggle = () => setBeside(beside === undefined && photos.length > 1 ? (counterpart(photos, at) ?? (at + 1) % photos.length) : undefined);
  // What is seen from near is moved by the arrows; what is seen whole gives way to the next.
  const isClose = zoom.scale > 1;
  const step = (x: number, y: number) => setZoom(moved(zoom, { x: x * NUDGE, y: y * NUDGE }, box()));
  const keys: Record<string, () => void> = {
    ArrowRight: () => (isClose ? step(-1, 0) : turn(1)),
    ArrowLeft: () => (isClose ? step(1, 0) : turn(-1)),
    ArrowDown: () => step(0, -1),
    ArrowUp: () => step(0, 1),
    j: () => turn(1),
    k: () => turn(-1),
    "+": () => setZoom(larger(zoom, box())),
    "=": () => setZoom(larger(zoom, box())),
    "-": () => setZoom(smaller(zoom, box())),
    "0": () => setZoom(WHOLE),
    d: toggle,
  };
  const photo = photos[at];
  const other = beside === undefined ? undefined : photos[beside];
  if (photo === undefined) {
    return null;
  }
  return (
    <dialog
      ref={dialog}
      class="viewer"
      aria-label={say(review.open, { what: photo.caption })}
      onClose={onClose}
      onKeyDown={(event) => {
        const done = keys[event.key];
        if (done !== undefined && !event.ctrlKey && !event.metaKey) {
          event.preventDefault();
          done();
        }
      }}
    >
      <div class="viewer-bar">
        <span>{say(review.place, { at: at + 1, of: photos.length })}</span>
        <Button onClick={() => turn(-1)} disabled={photos.length < 2}>
          {say(review.previous)} <kbd>←</kbd>
        </Button>
        <Button onClick={() => turn(1)} disabled={photos.length < 2}>
          {say(review.following)} <kbd>→</kbd>
        </Button>
        <Button onClick={() => setZoom(larger(zoom, box()))}>
          {say(review.zoomIn)} <kbd>+</kbd>
        </Button>
        <Button onClick={() => setZoom(smaller(zoom, box()))} disabled={zoom.scale === 1}>
          {say(review.zoomOut)} <kbd>-</kbd>
        </Button>
        <Button onClick={toggle} disabled={photos.length < 2}>
          {say(other === undefined ? review.beside : review.single)} <kbd>d</kbd>
        </Button>
        <span class="viewer-end">
          <Button onClick={() => dialog.current?.close()}>
            {say(frame.close)} <kbd>Esc</kbd>
          </Button>
        </span>
      </div>
      <div ref={stage} class={other === undefined ? "stage" : "stage two"}>
        {[photo, other].map((one) => (one === undefined ? null : <Large key={one.key} photo={one} zoom={zoom} onZoom={setZoom} onTurn={turn} />))}
      </div>
      <div class={other === undefined ? "viewer-notes" : "viewer-notes two"}>
        {[photo, other].map((one) => (one === undefined ? null : <Notes key={one.key} reader={reader} photo={one} />))}
      </div>
    </dialog>
  );
}

interface LargeProps {
  photo: Shown;
  zoom: Zoom;
  onZoom: (zoom: Zoom) => void;
  onTurn: (by: 1 | -1) => void;
}

interface Point {
  x: number;
  y: number;
}

function Large({ photo, zoom, onZoom, onTurn }: LargeProps) {
  const say = useWords();
  const pane = useRef<HTMLDivElement>(null);
  // The fingers on it where they are now, and where the first of them came down.
  const held = useRef(new Map<number, Point>());
  const began = useRef<Point | undefined>(undefined);
  const box = () => pane.current?.getBoundingClientRect() ?? { width: 1, height: 1 };
  const letGo = (finger: number) => {
    held.current.delete(finger);
    began.current = undefined;
  };
  // By the object model: the page's policy allows no style that is written into it.
  useEffect(() => {
    const image = pane.current?.querySelector<HTMLElement>(".picture");
    if (image != null) {
      image.style.transform = `translate(${zoom.x}px, ${zoom.y}px) scale(${zoom.scale})`;
    }
  });
  return (
    <div
      ref={pane}
      class={zoom.scale > 1 ? "pane close" : "pane"}
      onWheel={(event) => (event.preventDefault(), onZoom(event.deltaY < 0 ? larger(zoom, box()) : smaller(zoom, box())))}
      onDblClick={() => onZoom(zoom.scale > 1 ? WHOLE : larger(larger(zoom, box()), box()))}
      onPointerDown={(event) => {
        held.current.set(event.pointerId, { x: event.clientX, y: event.clientY });
        // Two fingers are no stroke.
        began.current = held.current.size === 1 ? { x: event.clientX, y: event.clientY } : undefined;
        event.currentTarget.setPointerCapture(event.pointerId);
      }}
      onPointerMove={(event) => {
        const before = held.current.get(event.pointerId);
        if (before !== undefined) {
          const now = { x: event.clientX, y: event.clientY };
          const other = [...held.current].find(([id]) => id !== event.pointerId)?.[1];
          onZoom(other === undefined ? moved(zoom, { x: now.x - before.x, y: now.y - before.y }, box()) : pinched(zoom, apart(now, other) / apart(before, other), box()));
          held.current.set(event.pointerId, now);
        }
      }}
      onPointerUp={(event) => {
        const from = began.current;
        letGo(event.pointerId);
        const by = from === undefined ? 0 : swiped(zoom, { x: event.clientX - from.x, y: event.clientY - from.y });
        if (by !== 0) {
          onTurn(by);
        }
      }}
      onPointerCancel={(event) => letGo(event.pointerId)}
    >
      <Picture hash={photo.hash} size="preview" alt={say(words.photoOf, { what: photo.caption })} missing={say(photo.evidence?.arrived === true ? review.notShown : review.notArrived)} />
    </div>
  );
}

/** How far two fingers are from each other; never nothing, by which nobody divides. */
function apart(one: Point, other: Point): number {
  return Math.max(1, Math.hypot(one.x - other.x, one.y - other.y));
}

function Notes({ reader, photo }: { reader: Reader; photo: Shown }) {
  const say = useWords();
  const { evidence, head } = photo;
  return (
    <div class="note">
      <p>
        <strong>{photo.caption}</strong>{" "}
        <span class="soft">{[labelOf(photo.field, reader.language), head.by_name, moment(head.made_at, reader.now, reader.language)].join(" · ")}</span>
      </p>
      <p>
        {evidenceTags(say, evidence).map((tag) => (
          <TagShown key={tag.text} tag={tag} />
        ))}
        {photo.hasMinor ? <TagShown tag={{ text: say(review.minor), tone: "told" }} /> : null}
        {evidence?.file?.open === true ? (
          <a href={`/api/v1/photos/${photo.hash}`} download>
            {say(review.original)}
          </a>
        ) : evidence?.arrived === true ? (
          <span class="soft">{say(review.originalKept)}</span>
        ) : null}
      </p>
      {evidence?.file === undefined ? null : <p class="soft">{say(review.cameIn, { what: fileInWords(evidence.file), at: moment(evidence.file.received_at, reader.now, reader.language) })}</p>}
      {evidence === undefined ? null : <Readings reader={reader} evidence={evidence} />}
    </div>
  );
}

/** JPEG · 4000×3000 · 3.2 MB. */
function fileInWords({ media_type, size, bytes: length }: NonNullable<PhotoEvidence["file"]>): string {
  const sort = media_type.replace(/^image\//, "").toUpperCase();
  return [sort, ...(size === undefined ? [] : [size.join("×")]), bytes(length)].join(" · ");
}

/** What camera and phone say of time and place, and where else the picture is. */
function Readings({ reader, evidence }: { reader: Reader; evidence: PhotoEvidence }) {
  const say = useWords();
  const said = (of: "camera" | "device") => {
    const [time, place] = [evidence.day[of], evidence.place[of]];
    const at = time == null ? undefined : time.offset_assumed ? say(review.offsetAssumed, { at: time.taken_at.replace("T", " ") }) : moment(time.taken_at, reader.now, reader.language);
    const position = place == null ? undefined : { lat: place.lat.toFixed(5), lon: place.lon.toFixed(5) };
    const distance = place?.at_least_m ?? place?.distance_m;
    const where = position === undefined ? undefined : distance == null ? say(review.position, position) : say(review.positionAway, { ...position, distance: distanceOf(distance) });
    return [at, where].filter((word) => word !== undefined).join(" · ");
  };
  const [camera, device] = [said("camera"), said("device")];
  return (
    <>
      {camera === "" ? null : <p class="soft">{say(review.cameraSays, { what: camera })}</p>}
      {device === "" ? null : <p class="soft">{say(review.phoneSays, { what: device })}</p>}
      <Others title={say(review.alsoIn)} reader={reader} records={evidence.used_elsewhere} more={evidence.used_out_of_scope} />
      <Others title={say(review.likeIn)} reader={reader} records={evidence.nearly_same.flatMap(({ used_in }) => used_in)} more={evidence.nearly_same_out_of_scope} />
    </>
  );
}

/** So many other records are named: who looks into it searches on. */
const MOST_NAMED = 6;

function Others({ title, reader, records, more }: { title: string; reader: Reader; records: { record: string; kind: string }[]; more: number }) {
  const say = useWords();
  const each = [...new Map(records.map((one) => [one.record, one])).values()];
  if (each.length + more === 0) {
    return null;
  }
  return (
    <p>
      {title}{" "}
      {each.slice(0, MOST_NAMED).map(({ record, kind }, place) => {
        const declared = reader.book.schema.kind(kind);
        return (
          <a key={record} class="other" href={paths.to(["record", record])}>
            {`${declared === undefined ? kind : labelOf(declared, reader.language)} ${place + 1}`}
          </a>
        );
      })}
      {each.length > MOST_NAMED ? <span class="soft">{say(review.moreLines, { count: each.length - MOST_NAMED })} </span> : null}
      {more === 0 ? null : <span class="soft">{say(review.outOfScope, { count: more })}</span>}
    </p>
  );
}
