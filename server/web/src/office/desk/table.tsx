/** The lines of one group: when, where, what, how it stands. */

import { daysBetween } from "../../field/form/days.ts";
import { declared } from "../../field/form/model.ts";
import { labelOf } from "../../field/record/show.ts";
import { keyOf } from "../../protocol/record.ts";
import type { Schema } from "../../protocol/schema.ts";
import { columnDay, moment } from "../../ui/words/dates.ts";
import { desk as words } from "../../ui/words/desk.ts";
import { language, useWords } from "../../ui/words/language.ts";
import { type Contents, saidOf } from "../contents.ts";
import { useOffice } from "../house.ts";
import type { Names } from "../names.ts";
import { paths } from "../roads.ts";
import { MarkTags, StateTag } from "../tags.tsx";
import { type DeskLine, type GroupCode, addressOfLine, walkOf } from "./lines.ts";

interface GroupTableProps {
  code: GroupCode;
  lines: readonly DeskLine[];
  /** The day as of which it stands. */
  at: string;
  names: Names;
  schema: Schema | undefined;
  /** What stands in the records. */
  contents: Contents | undefined;
}

/** What the date of a line is. */
const DAYS: Readonly<Partial<Record<GroupCode, "due" | "lastDay" | "lastHeard" | "cameOn">>> = {
  findings_overdue: "due",
  held: "cameOn",
  missing_diaries: "lastDay",
  silent_schools: "lastHeard",
  devices: "lastHeard",
};

export function GroupTable({ code, lines, at, names, schema, contents }: GroupTableProps) {
  const say = useWords();
  const { queue } = useOffice();
  const title = say(words[code]);
  const begin = () => queue.begin({ from: `${location.pathname}${location.search}`, title, lines: walkOf(code, lines) });
  return (
    <div class="table-box">
      <table class="lines even">
        <thead>
          <tr>
            <th scope="col" class="when">
              {say(words[DAYS[code] ?? "day"])}
            </th>
            <th scope="col">{say(words.place)}</th>
            <th scope="col">{say(words.what)}</th>
            <th scope="col">{say(words.state)}</th>
          </tr>
        </thead>
        <tbody>
          {lines.map((line, place) => (
            <Row key={line.record ?? line.held?.id ?? line.device?.id ?? place} code={code} line={line} at={at} names={names} schema={schema} contents={contents} onOpen={begin} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface RowProps extends Omit<GroupTableProps, "lines"> {
  line: DeskLine;
  onOpen: () => void;
}

function Row({ code, line, at, names, schema, contents, onOpen }: RowProps) {
  const say = useWords();
  const href = addressOfLine(code, line);
  const what = whatOf(line, schema, say) || say(words[code]);
  // Of a conflict the fields say what it is about.
  const content = line.fields === undefined ? saidOf(contents, schema, line.kind, line.record) : "";
  const overdueDays = line.due !== undefined && line.due < at ? daysBetween(line.due, at) : 0;
  return (
    <tr>
      <td class="when">{whenOf(code, line)}</td>
      <td>
        <PlaceOf line={line} names={names} />
      </td>
      <td class="what">
        {href === undefined ? (
          what
        ) : (
          <a href={href} data-line onClick={onOpen}>
            {what}
          </a>
        )}
        {content === "" ? null : <span class="soft"> {content}</span>}
      </td>
      <td class="tags">
        {line.state === undefined || line.kind === undefined ? null : <StateTag kind={line.kind} state={line.state} />}
        <MarkTags marks={line.marks} overdueDays={overdueDays} ofDevice={code === "devices"} />
      </td>
    </tr>
  );
}

/** Where it is: the school and the project, each a way to its page. */
function PlaceOf({ line, names }: { line: DeskLine; names: Names }) {
  const at = line.kind === "project" ? { school: line.school, project: line.project ?? line.record } : line.kind === "school" ? { school: line.school ?? line.record } : line;
  const { school, project } = names.place(at);
  const county = names.isWide || (school === undefined && project === undefined) ? names.county(line.county) : undefined;
  const schoolId = at.school ?? names.schoolOf(at.project);
  return (
    <>
      {county}
      {county === undefined || school === undefined ? null : " · "}
      {school === undefined ? null : schoolId === undefined ? school : <a href={paths.to(["school", schoolId])}>{school}</a>}
      {project === undefined || at.project === undefined ? null : (
        <>
          {" "}
          <a class="soft" href={paths.to(["project", at.project])}>
            {project}
          </a>
        </>
      )}
    </>
  );
}

function whenOf(code: GroupCode, line: DeskLine): string {
  const now = new Date();
  if (code === "devices") {
    return line.device?.last_seen_at === undefined ? "—" : moment(line.device.last_seen_at, now);
  }
  if (code === "held" && line.held !== undefined) {
    return moment(line.held.received_at, now);
  }
  const day = code === "findings_overdue" ? (line.due ?? line.day) : line.day;
  return day === undefined ? "—" : columnDay(day, now);
}

/** What a line is about, in as few words as tell it from the others. */
function whatOf(line: DeskLine, schema: Schema | undefined, say: ReturnType<typeof useWords>): string {
  const kind = line.kind === undefined ? undefined : schema?.kind(line.kind);
  const label = kind === undefined ? "" : labelOf(kind, language());
  const { held, device, fields, count, keys } = line;
  if (device !== undefined) {
    return [device.by_name, device.name].filter((word) => word !== "").join(" · ");
  }
  if (held !== undefined) {
    return [held.by_name, label, held.message].filter((word) => word !== "").join(" · ");
  }
  if (fields !== undefined) {
    const named = fields.map((name) => {
      const field = kind && declared(kind, name);
      return [field === undefined ? name : labelOf(field, language()), keyOf(name)].filter((word) => word !== undefined).join(" ");
    });
    return [label, named.join(language() === "zh" ? "、" : ", ")].join(" · ");
  }
  if (line.kind === "school") {
    return say(words.silentProjects, { count: count ?? 0 });
  }
  if (line.kind === "project" && count !== undefined) {
    return say(words.missingDays, { count });
  }
  const asked = keys?.map((key) => say(key === "education" ? words.key_education : words.key_finance)) ?? [];
  return [line.number ?? label, ...asked].filter((word) => word !== "").join(" · ");
}
