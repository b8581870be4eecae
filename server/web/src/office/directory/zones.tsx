/** The zones of a county: what each is for, its schools, its inspectors. */

import { directory as words } from "../../ui/words/directory.ts";
import { useWords } from "../../ui/words/language.ts";
import type { Directory } from "../names.ts";
import { paths } from "../roads.ts";

export function Zones({ directory: { zones, schools } }: { directory: Directory }) {
  const say = useWords();
  const nameOf = new Map(schools.map(({ id, name }) => [id, name]));
  if (zones.length === 0) {
    return <p class="soft">{say(words.noZones)}</p>;
  }
  return (
    <div class="table-box">
      <table class="lines">
        <thead>
          <tr>
            <th scope="col">{say(words.zoneName)}</th>
            <th scope="col">{say(words.purpose)}</th>
            <th scope="col">{say(words.inspectors)}</th>
            <th scope="col">{say(words.school)}</th>
          </tr>
        </thead>
        <tbody>
          {[...zones].sort(byNumber).map((zone) => (
            <tr key={zone.id}>
              <td>
                <a href={paths.to(["record", zone.id])}>{zone.name}</a>
              </td>
              <td>{say(zone.inspection ? words.inspection : words.twinning)}</td>
              <td>{zone.inspectors.map(({ name, user }) => say(user === undefined ? words.withoutAccount : words.withAccount, { name })).join(" · ") || "—"}</td>
              <td>
                <details>
                  <summary>{say(words.schoolsIn, { count: zone.schools.length })}</summary>
                  <ul class="named-places">
                    {zone.schools.map((id) => (
                      <li key={id}>
                        <a href={paths.to(["record", id])}>{nameOf.get(id) ?? id}</a>
                      </li>
                    ))}
                  </ul>
                </details>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const NUMERALS = "〇一二三四五六七八九十";

/** 第二 stands before 第三, which their signs alone do not tell. */
function byNumber(one: { name: string }, other: { name: string }): number {
  const spelt = ({ name }: { name: string }) => name.replace(/[〇一二三四五六七八九十]/g, (sign) => String(NUMERALS.indexOf(sign)).padStart(2, "0"));
  return spelt(one).localeCompare(spelt(other), "zh-CN", { numeric: true });
}
