/** The schools of a county by township, each with its zone and its projects. */

import { useMemo } from "preact/hooks";
import { directory as words } from "../../ui/words/directory.ts";
import { useWords } from "../../ui/words/language.ts";
import { type Directory, Names } from "../names.ts";
import { paths, useQuery } from "../roads.ts";
import { zonesBySchool } from "./checks.ts";

const MOST = 100;
/** In the address: the schools that say no township. */
const NO_TOWNSHIP = "none";

export function Schools({ directory }: { directory: Directory }) {
  const say = useWords();
  const [query, put] = useQuery();
  const names = useMemo(() => new Names(directory), [directory]);
  const { townships, schools, projects } = directory;
  const [township, sought] = [query["township"] ?? "", (query["q"] ?? "").trim()];
  const zones = useMemo(() => zonesBySchool(directory), [directory]);
  const works = useMemo(() => {
    const found = new Map<string, Directory["projects"]>();
    projects.forEach((project) => found.set(project.school, [...(found.get(project.school) ?? []), project]));
    return found;
  }, [projects]);
  const known = new Set(townships.map(({ code }) => code));
  const townshipOf = (school: Directory["schools"][number]) => (known.has(school.township ?? "") ? (school.township ?? "") : NO_TOWNSHIP);
  const countIn = (code: string) => schools.filter((school) => townshipOf(school) === code).length;
  const isFound = (school: Directory["schools"][number]) => sought === "" || `${school.name} ${school.code ?? ""} ${(works.get(school.id) ?? []).map(({ name }) => name).join(" ")}`.includes(sought);
  const shown = schools.filter((school) => (township === "" || townshipOf(school) === township) && isFound(school));
  const offered = [...townships.map(({ code, name }) => ({ code, name })), { code: NO_TOWNSHIP, name: say(words.noTownship) }].filter(({ code }) => countIn(code) > 0);
  return (
    <>
      <form class="filters-bar no-print" onSubmit={(event) => event.preventDefault()}>
        <label class="filter">
          <span>{say(words.township)}</span>
          <select class="input" value={township} onChange={(event) => put({ township: event.currentTarget.value })}>
            <option value="">{say(words.allTownships)}</option>
            {offered.map(({ code, name }) => (
              <option key={code} value={code}>
                {say(words.townshipCount, { name, count: countIn(code) })}
              </option>
            ))}
          </select>
        </label>
        <label class="filter">
          <span>{say(words.seek)}</span>
          <input class="input" type="search" value={query["q"] ?? ""} onInput={(event) => put({ q: event.currentTarget.value })} />
        </label>
      </form>
      <p class="soft" role="status">
        {shown.length === 0 ? say(words.none) : say(words.count, { schools: shown.length, projects: shown.reduce((sum, { id }) => sum + (works.get(id)?.length ?? 0), 0) })}
        {shown.length > MOST ? ` · ${say(words.more, { count: shown.length - MOST })}` : ""}
      </p>
      {shown.length === 0 ? null : (
        <div class="table-box">
          <table class="lines">
            <thead>
              <tr>
                <th scope="col">{say(words.township)}</th>
                <th scope="col">{say(words.school)}</th>
                <th scope="col">{say(words.code)}</th>
                <th scope="col">{say(words.category)}</th>
                <th scope="col">{say(words.zone)}</th>
                <th scope="col">{say(words.projects)}</th>
              </tr>
            </thead>
            <tbody>
              {shown.slice(0, MOST).map((school) => (
                <tr key={school.id}>
                  <td>{townships.find(({ code }) => code === school.township)?.name ?? "—"}</td>
                  <td>
                    <a href={paths.to(["record", school.id])}>
                      {school.name}
                    </a>
                  </td>
                  <td class="nowrap">{school.code ?? "—"}</td>
                  <td>{school.category ?? "—"}</td>
                  <td>{(zones.get(school.id) ?? []).map(({ name }) => name).join(" · ") || "—"}</td>
                  <td>
                    <ul class="works">
                      {(works.get(school.id) ?? []).map(({ id }) => (
                        <li key={id}>
                          <a href={paths.to(["record", id])}>{names.place({ school: school.id, project: id }).project}</a>
                        </li>
                      ))}
                    </ul>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </>
  );
}
