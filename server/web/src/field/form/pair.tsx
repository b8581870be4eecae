/** Before and after: the pictures of a finding and of its rectification, beside what is written about them. */

import { type RecordState, headsOf } from "../../protocol/record.ts";
import { isMap, isText } from "../../protocol/values.ts";
import type { Value } from "../../protocol/wire.ts";
import { form as words } from "../../ui/words/form.ts";
import { useWords } from "../../ui/words/language.ts";
import { PhotosRead } from "../record/values.tsx";
import { useDesk } from "./desk.ts";

function photosOf(record: RecordState | undefined): Value[] {
  return record === undefined ? [] : headsOf(record, "photos").map((head) => head.value).filter(isMap);
}

/** The pictures of the finding show how it was before: one tap takes them over. */
export function BeforeOffer() {
  const say = useWords();
  const desk = useDesk();
  const finding = desk.form.single["finding"];
  const photos = photosOf(isText(finding) ? desk.book.record(finding) : undefined);
  const take = () => desk.entries("before", (entries) => [...entries, ...photos.map((value) => ({ value }))]);
  return photos.length === 0 || (desk.form.sets["before"] ?? []).length > 0 ? null : (
    <button type="button" class="offer" onClick={take}>
      {say(words.beforeOf, { count: photos.length })}
    </button>
  );
}

/** Whoever looks again sees what was sent as proof. */
export function ProofRead() {
  const { form, book, reader } = useDesk();
  const id = form.single["rectification"];
  const record = isText(id) ? book.record(id) : undefined;
  const kind = book.schema.kind("rectification");
  return record === undefined || kind === undefined ? null : <PhotosRead reader={reader} kind={kind} record={record} />;
}
