/** Inspecting by a checklist: section by section, each item by itself, so that a team can share the work. */

import { useMemo } from "preact/hooks";
import { headsOf } from "../../protocol/record.ts";
import type { Field } from "../../protocol/schema.ts";
import { isMap, isText } from "../../protocol/values.ts";
import type { Value } from "../../protocol/wire.ts";
import { useAttempt } from "../../ui/attempt.tsx";
import { useHouse } from "../../ui/house.ts";
import { go } from "../../ui/route.ts";
import { Button } from "../../ui/widgets/button.tsx";
import { form as words } from "../../ui/words/form.ts";
import { language, useWords } from "../../ui/words/language.ts";
import type { Book } from "../record/book.ts";
import { begin } from "./begin.ts";
import { labelOf } from "../record/show.ts";
import { type CheckItem, type Checklist, checklistOf, countyChecklist, followed, sectionsOf, shippedChecklists } from "./checklist.ts";
import { stamp } from "../../protocol/stamp.ts";
import { anchorOf, useDesk } from "./desk.ts";
import { FieldRow } from "./field.tsx";
import type { Form } from "./model.ts";
import { findingOf } from "./proposals.ts";
import { Chips } from "./widgets/chips.tsx";
import { Photos } from "./widgets/photos.tsx";
import { Text } from "./widgets/text.tsx";

/** The checklists that may be followed: those that came with the server, and the county's own. */
export function checklistsIn(book: Book): Checklist[] {
  return [...book.all("checklist").map(countyChecklist), ...shippedChecklists(book.wire.checklists)];
}

export function ChecklistPicker({ field }: { field: Field }) {
  const say = useWords();
  const desk = useDesk();
  const lists = checklistsIn(desk.book);
  const follows = checklistOf(desk.form.single["checklist"], lists);
  if (follows !== undefined) {
    return (
      <p>
        {labelOf(follows, language())} <span class="soft">{say(words.version, { version: follows.version })}</span>
      </p>
    );
  }
  return (
    <div class="field">
      <h3 id={anchorOf(field.name)} class="field-label" tabIndex={-1}>
        {say(words.pickChecklist)}
      </h3>
      <div class="chips" role="group" aria-labelledby={anchorOf(field.name)}>
        {lists.map((list) => (
          <button key={`${list.record ?? ""}${list.version}`} type="button" class="chip" aria-pressed={false} onClick={() => desk.set(field.name, followed(list))}>
            {labelOf(list, language())}
          </button>
        ))}
      </div>
    </div>
  );
}

/** The items by section, each section folded with how much of it is done. */
export function ChecklistItems({ field }: { field: Field }) {
  const say = useWords();
  const desk = useDesk();
  const follows = desk.form.single["checklist"];
  const list = useMemo(() => checklistOf(follows, checklistsIn(desk.book)), [desk.book, follows]);
  if (list === undefined) {
    return <FieldRow field={field} />;
  }
  const isDone = (item: CheckItem) => resultOf(desk.form.single[`items/${item.code}`]) !== undefined;
  return (
    <div class="field">
      <h3 id={anchorOf(field.name)} class="field-label" tabIndex={-1}>
        {say(words.itemsDone, { done: list.items.filter(isDone).length, of: list.items.length })}
      </h3>
      {sectionsOf(list).map((section) => (
        <details key={section.zh} class="section inner">
          <summary>
            {say(words.sectionDone, { name: labelOf(section, language()), done: section.items.filter(isDone).length, of: section.items.length })}
          </summary>
          <div class="section-body">
            {section.items.map((item) => (
              <Item key={item.code} item={item} />
            ))}
          </div>
        </details>
      ))}
    </div>
  );
}

function resultOf(value: Value | undefined): string | undefined {
  const result = isMap(value) ? value["result"] : undefined;
  return isText(result) ? result : undefined;
}

function Item({ item }: { item: CheckItem }) {
  const say = useWords();
  const desk = useDesk();
  const name = `items/${item.code}`;
  const value = desk.form.single[name];
  const map = isMap(value) ? value : {};
  const result = resultOf(value);
  const note = isText(map["note"]) ? map["note"] : "";
  const by = desk.form.shown[name]?.[0];
  const isTheirs = by !== undefined && by.by !== desk.book.me.user.id;
  const id = anchorOf(name);
  const put = (part: string, given: Value | undefined) => {
    const { [part]: _, ...rest } = map;
    const next = given === undefined ? rest : { ...rest, [part]: given };
    return Object.keys(next).length === 0 ? desk.clear(name) : desk.set(name, next);
  };
  return (
    <div class="item">
      <h4 id={id} class="item-text" tabIndex={-1}>
        <span class="soft">{item.code}</span> {labelOf(item, language())}
        {isTheirs ? <span class="soft">{` · ${say(words.byOther, { name: by.by_name })}`}</span> : null}
      </h4>
      <Chips choices={desk.book.schema.choices("item_result")} value={result} onChoose={(code) => put("result", code)} labelledBy={id} />
      {result === "不合格" && item.basis !== "" ? <p class="soft">{say(words.basis, { text: item.basis })}</p> : null}
      {result === undefined || result === "不适用" ? null : (
        <>
          <Text value={note} onInput={(text) => put("note", text === "" ? undefined : text)} label={`${item.code} ${say(words.itemNote)}`} placeholder={say(words.itemNote)} />
          {item.photoNeeded || result === "不合格" ? (
            <>
              {item.photoNeeded ? <p class="soft">{say(words.photoWanted)}</p> : null}
              <Photos name="photos" about={name} category={result === "不合格" ? "问题" : "关键工序"} compact />
            </>
          ) : null}
        </>
      )}
      {result === "不合格" ? <WriteFinding item={item} value={value} /> : null}
    </div>
  );
}

/** A failed item becomes a finding, with what the checklist says of its severity and deadline. */
function WriteFinding({ item, value }: { item: CheckItem; value: Value | undefined }) {
  const say = useWords();
  const { device } = useHouse();
  const { book, form, today } = useDesk();
  const [attempt, failed] = useAttempt();
  const isThere = book
    .all("finding")
    .some((finding) => has(finding, "inspection", form.record) && has(finding, "item", item.code));
  const write = async () => {
    const [school, project] = [form.single["school"], form.single["project"]];
    const at = {
      inspection: form.record,
      day: today,
      ...(isText(school) ? { school } : {}),
      ...(isText(project) ? { project } : {}),
    };
    const id = await begin(device, book, "finding", findingOf(item, value, at), stamp(new Date()), photosAbout(form, item));
    if (id !== undefined) {
      go("write", "finding", id);
    }
  };
  return isThere ? <p class="soft">{say(words.findingWritten)}</p> : (
    <>
      <Button onClick={() => attempt(write)}>{say(words.writeFinding)}</Button>
      {failed}
    </>
  );
}

/** The pictures of the failed item: the finding shows them as well. */
function photosAbout(form: Form, item: CheckItem): Value[] {
  const values = (form.sets["photos"] ?? []).map((entry) => entry.value);
  return values.flatMap((value) => {
    if (!isMap(value) || value["about"] !== `items/${item.code}`) {
      return [];
    }
    const { about: _, ...photo } = value;
    return [photo];
  });
}

function has(record: Parameters<typeof headsOf>[0], name: string, value: Value): boolean {
  return headsOf(record, name).some((head) => head.value === value);
}

/** Whoever does a part stands among the people who inspected. */
export function JoinTeam() {
  const say = useWords();
  const desk = useDesk();
  const me = desk.book.me.user;
  const isIn = (desk.form.sets["team"] ?? []).some(({ value }) => isMap(value) && (value["user"] === me.id || value["name"] === me.display_name));
  const join = () => desk.entries("team", (entries) => [...entries, { value: { name: me.display_name, user: me.id } }]);
  return isIn ? null : <Button onClick={join}>{say(words.addMe)}</Button>;
}
