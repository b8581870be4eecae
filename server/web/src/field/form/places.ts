/** Where a form's record belongs, and what is of that place. */

import { type RecordState, headsOf } from "../../protocol/record.ts";
import { isText } from "../../protocol/values.ts";
import type { Uuid } from "../../protocol/wire.ts";
import type { Book } from "../record/book.ts";
import type { Form } from "./model.ts";

/** The school that a form's record is of: its own word, or its project's. */
export function schoolIn(book: Book, { single }: Form): Uuid | undefined {
  const [school, project] = [single["school"], single["project"]];
  const ofProject = isText(project) ? book.record(project) : undefined;
  return isText(school) ? school : ofProject && book.schoolOf(ofProject);
}

/** The teaching points for which the school of a form writes. */
export function teachingPointsOf(book: Book, form: Form): RecordState[] {
  const school = schoolIn(book, form);
  return school === undefined ? [] : book.all("school").filter((point) => headsOf(point, "central_school").some(({ value }) => value === school));
}
