/** The sections of a form, and what stands beside single fields because of what they are. */

import { useMemo } from "preact/hooks";
import { type RecordState, baseOf, headsOf, inConflict } from "../../protocol/record.ts";
import type { Field } from "../../protocol/schema.ts";
import { isText } from "../../protocol/values.ts";
import { to } from "../../ui/route.ts";
import { Button, ButtonLink } from "../../ui/widgets/button.tsx";
import { Notice } from "../../ui/widgets/notice.tsx";
import { form as words } from "../../ui/words/form.ts";
import { useWords } from "../../ui/words/language.ts";
import type { Book } from "../record/book.ts";
import { labelOf, showValue } from "../record/show.ts";
import { titleOf } from "../record/title.ts";
import { AsBefore, AsMorning } from "./asbefore.tsx";
import { useDesk } from "./desk.ts";
import { FieldRow } from "./field.tsx";
import { DeadlineOffer, ResponsibleOffers } from "./finding.tsx";
import { ChecklistItems, ChecklistPicker, JoinTeam } from "./inspection.tsx";
import { type Section, referredFields, sectionsOf } from "./layout.ts";
import { teachingPointsOf } from "./places.ts";
import { keepMine, meanwhile, takeTheirs } from "./meanwhile.ts";
import { type Form, declared } from "./model.ts";
import { mayWriteField } from "./rights.ts";
import { BeforeOffer, ProofRead } from "./pair.tsx";
import { type Lack, SHOWN_WHEN_BAD, isSigned } from "./submission.ts";
import { Photos } from "./widgets/photos.tsx";

interface FieldsProps {
  record: RecordState;
  lacking: Lack[];
}

export function Fields({ record, lacking }: FieldsProps) {
  const { kind } = useDesk();
  const sections = useMemo(() => sectionsOf(kind), [kind]);
  return (
    <>
      <Referred />
      {kind.name === "verification" ? <ProofRead /> : null}
      <Meanwhile record={record} />
      {sections.map((section) => (
        <SectionOf key={section.title} section={section} record={record} />
      ))}
      <Strays sections={sections} record={record} />
      <Late record={record} lacking={lacking} />
      <Correction record={record} />
    </>
  );
}

function SectionOf({ section, record }: { section: Section; record: RecordState }) {
  const say = useWords();
  const { kind, book, form } = useDesk();
  const place = { school: refOf(form.single["school"]), project: refOf(form.single["project"]) };
  const isFixed = (field: Field) => kind.identity !== "free" && kind.identity.natural.includes(field.name);
  const fields = section.fields.flatMap((name) => {
    const field = declared(kind, name);
    const isAsked = field !== undefined && !isFixed(field) && isTypable(field) && hasSomebody(book, form, field) && mayWriteField(kind, field, book.me.roles, place);
    return isAsked ? [field] : [];
  });
  const title = say(words[section.title] as { zh: string; en: string });
  const rows = fields.map((field) => <FieldOf key={field.name} field={field} record={record} under={title} />);
  if (fields.length === 0) {
    return null;
  }
  if (section.folded === true) {
    return (
      <details class="section">
        <summary>{title}</summary>
        <div class="section-body">{rows}</div>
      </details>
    );
  }
  return (
    <section class="section" aria-label={title}>
      <h2>{title}</h2>
      <div class="section-body">{rows}</div>
    </section>
  );
}

/** Whether hands write it: figures come from the ledger, and where something is from who measured it. */
function isTypable({ type }: Field): boolean {
  return type !== "any" && type !== "position";
}

/** A teaching point is written for by its central school alone: most schools have none. */
function hasSomebody(book: Book, form: Form, { name }: Field): boolean {
  return name !== "on_behalf_of" || name in form.single || teachingPointsOf(book, form).length > 0;
}

/** What stops a save is always asked somewhere, also where no section has it any more. */
function Strays({ sections, record }: { sections: Section[]; record: RecordState }) {
  const say = useWords();
  const { kind, stops } = useDesk();
  const asked = new Set(["reason", "late_reason", ...sections.flatMap((section) => section.fields)]);
  const names = [...new Set(stops.map((stop) => baseOf(stop.name)))].filter((name) => !asked.has(name));
  const fields = names.flatMap((name) => declared(kind, name) ?? []);
  return fields.length === 0 ? null : (
    <section class="section" aria-label={say(words.secToMend)}>
      <h2>{say(words.secToMend)}</h2>
      <div class="section-body">
        {fields.map((field) => (
          <FieldOf key={field.name} field={field} record={record} />
        ))}
      </div>
    </section>
  );
}

/** Whether anything stands in a field, under any key, or was typed there. */
function isSaid({ single, sets, typed }: Form, name: string): boolean {
  return (sets[name] ?? []).length > 0 || [...Object.keys(single), ...Object.keys(typed)].some((said) => baseOf(said) === name);
}

/** A field in the dress that its work needs. */
function FieldOf({ field, record, under }: { field: Field; record: RecordState; under?: string }) {
  const say = useWords();
  const { form, kind, book } = useDesk();
  const { name } = field;
  const status = form.single["work_status"];
  const works = ["parts", "crew", "machines", "materials"].includes(name);
  const isOff = name === "idle_reason" ? status !== "idle" && status !== "suspended" : works && status !== undefined && status !== "working";
  // What stands there is saved, so it is shown.
  if (kind.name === "diary" && isOff && !isSaid(form, name)) {
    return null;
  }
  if (inConflict(book.schema.rule(kind.name, name), headsOf(record, name)) && headsOf(record, name).length > 1) {
    return <Contested field={field} record={record} />;
  }
  if (kind.name === "inspection" && name === "items") {
    return <ChecklistItems field={field} />;
  }
  if (kind.name === "inspection" && name === "checklist") {
    return <ChecklistPicker field={field} />;
  }
  const isBad = name in SHOWN_WHEN_BAD && form.single[name] === false;
  const hint = kind.name === "finding" && name === "severity" ? { hint: say(words.severityHint) } : {};
  return (
    <FieldRow field={field} under={under} {...hint}>
      {kind.name === "diary" && name === "weather_pm" ? <AsMorning /> : null}
      <AsBefore field={field} />
      {kind.name === "rectification" && name === "before" ? <BeforeOffer /> : null}
      {kind.name === "finding" && name === "deadline" ? <DeadlineOffer /> : null}
      {kind.name === "finding" && name === "responsible" ? <ResponsibleOffers /> : null}
      {kind.name === "inspection" && name === "team" ? <JoinTeam /> : null}
      {isBad ? (
        <div class="field-note">
          <p>{say(words.badNeedsPhoto)}</p>
          <Photos name="photos" about={name} category={SHOWN_WHEN_BAD[name] ?? ""} compact />
        </div>
      ) : null}
    </FieldRow>
  );
}

function refOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** What the record was begun from, such as the finding that is rectified. */
function Referred() {
  const say = useWords();
  const { kind, form, book, reader } = useDesk();
  const named = referredFields(kind.name).flatMap((name) => {
    const id = form.single[name];
    const record = isText(id) ? book.record(id) : undefined;
    return record === undefined ? [] : [record];
  });
  return (
    <>
      {named.map((record) => (
        <p key={record.id} class="soft">
          <a href={to("record", record.id)}>
            {say(record.kind === "rectification" ? words.verifies : words.rectifies, { what: titleOf(reader, record) })}
          </a>
        </p>
      ))}
    </>
  );
}

/** A field in conflict is settled on the record's page, where every version of it is shown. */
function Contested({ field, record }: { field: Field; record: RecordState }) {
  const say = useWords();
  const { reader } = useDesk();
  return (
    <div class="field">
      <h3 class="field-label">{labelOf(field, reader.language)}</h3>
      <Notice tone="care" title={say(words.inConflict)}>
        {headsOf(record, field.name).map((head) => (
          <p key={head.edit}>{say(words.meanwhileWho, { name: head.by_name, value: showValue(reader, field, head.value) })}</p>
        ))}
        <ButtonLink href={to("record", record.id)}>{say(words.seeConflict)}</ButtonLink>
      </Notice>
    </div>
  );
}

/** What somebody else wrote since this form was opened, where both touched the same. */
function Meanwhile({ record }: { record: RecordState }) {
  const say = useWords();
  const desk = useDesk();
  const { book, kind, form, reader } = desk;
  const schema = book.schema;
  return (
    <>
      {meanwhile(schema, form, record).map((came) => {
        const field = declared(kind, came.name);
        return field === undefined ? null : (
          <Notice key={came.name} tone="care" title={say(words.meanwhileTitle, { what: labelOf(field, reader.language) })} live>
            {came.heads.map((head) => (
              <p key={head.edit}>{say(words.meanwhileWho, { name: head.by_name, value: showValue(reader, field, head.value) })}</p>
            ))}
            <div class="row">
              <Button onClick={() => desk.put((form) => takeTheirs(schema, form, record, came.name))}>{say(words.useTheirs)}</Button>
              <Button onClick={() => desk.put((form) => keepMine(form, came))}>{say(words.useMine)}</Button>
            </div>
          </Notice>
        );
      })}
    </>
  );
}

/** 补记: why a day is written so late. */
function Late({ record, lacking }: FieldsProps) {
  const say = useWords();
  const { kind, form } = useDesk();
  const field = declared(kind, "late_reason");
  const isAsked = lacking.some((lack) => lack.what === "late_reason") || ("late_reason" in form.single && (record.fields.size === 0 || form.anew === true));
  return field === undefined || !isAsked ? null : (
    <section class="section" aria-label={say(words.lateTitle)}>
      <h2>{say(words.lateTitle)}</h2>
      <FieldRow field={field} under={say(words.lateTitle)} hint={say(words.lateHint)} />
    </section>
  );
}

/** Why a signed record is changed. */
function Correction({ record }: { record: RecordState }) {
  const say = useWords();
  const { kind, book } = useDesk();
  const field = declared(kind, "reason");
  return field?.talk !== true || !isSigned(record, book.me.user.id) ? null : (
    <section class="section" aria-label={say(words.reasonTitle)}>
      <h2>{say(words.reasonTitle)}</h2>
      <FieldRow field={field} under={say(words.reasonTitle)} hint={say(words.reasonHint)} />
    </section>
  );
}
