/** Where a record may belong, found by parts of names and codes. Pure. */

import type { HeldRole } from "../../field/today/state.ts";
import type { Kind } from "../../protocol/schema.ts";
import type { FieldName, Value } from "../../protocol/wire.ts";
import type { Directory } from "../names.ts";
import { mayBeginAt } from "./kinds.ts";

type School = Directory["schools"][number];
type Project = Directory["projects"][number];

/** What a kind asks for: a project, a school or a project of it, a school alone, or a county. */
export type Asks = "project" | "school_or_project" | "school" | "county";

export function asksOf(kind: Kind): Asks {
  const isOfSchool = kind.identity !== "free" && kind.identity.natural.includes("school");
  switch (kind.belongs) {
    case "to_project":
      return "project";
    case "to_school":
    case "to_school_or_county":
      return isOfSchool ? "school" : "school_or_project";
    case "is_project":
      return "school";
    default:
      return "county";
  }
}

/** Whether it may be about a county as a whole, too. */
export function mayBeOfCounty(kind: Kind): boolean {
  return kind.belongs === "to_school_or_county";
}

/** Where one looks. */
export interface Sought {
  county?: string | undefined;
  township?: string | undefined;
  words: string;
}

/** A school that fits, and its projects that do. */
export interface PlaceRow {
  school: School;
  /** Whether the record may be of the school itself. */
  isOffered: boolean;
  projects: Project[];
}

/** The schools and projects that fit what is sought and where the record may be begun. */
export function placesFor(kind: Kind, roles: HeldRole[], directory: Directory, { county, township, words }: Sought): PlaceRow[] {
  const asks = asksOf(kind);
  const terms = words.trim().toLowerCase().split(/\s+/).filter((term) => term !== "");
  const counties = new Map(directory.counties.map(({ code, name }) => [code, name]));
  const townships = new Map(directory.townships.map(({ code, name }) => [code, name]));
  const projectsOf = grouped(directory.projects);
  const has = (text: string) => terms.every((term) => text.includes(term));
  return directory.schools.flatMap((school) => {
    if ((county !== undefined && school.county !== county) || (township !== undefined && school.township !== township)) {
      return [];
    }
    const text = [counties.get(school.county), townships.get(school.township ?? ""), school.name, school.code, school.category].join(" ").toLowerCase();
    const isFound = has(text);
    const isOffered = asks !== "project" && isFound && mayBeginAt(kind, roles, { school: school.id }, undefined);
    const mayBeIn = ({ id, class: sort }: Project) => mayBeginAt(kind, roles, { school: school.id, project: id }, sort);
    const projects = asks === "school" ? [] : (projectsOf.get(school.id) ?? []).filter((project) => has(`${text} ${project.name} ${project.work_type ?? ""}`.toLowerCase()) && mayBeIn(project));
    return isOffered || projects.length > 0 ? [{ school, isOffered, projects }] : [];
  });
}

function grouped(projects: readonly Project[]): Map<string, Project[]> {
  const groups = new Map<string, Project[]>();
  for (const project of projects) {
    groups.set(project.school, [...(groups.get(project.school) ?? []), project]);
  }
  return groups;
}

/** What a form says from the start of where it belongs. */
export function saidOf(kind: Kind, place: { county?: string | undefined; township?: string | undefined; school?: string | undefined; project?: string | undefined }): Record<FieldName, Value> {
  const { county, township, school, project } = place;
  if (kind.belongs === "is_school") {
    return { ...(county === undefined ? {} : { county }), ...(township === undefined ? {} : { township }) };
  }
  if (project !== undefined) {
    return kind.belongs === "to_project" || school === undefined ? { project } : { project, school };
  }
  return school === undefined ? (county === undefined ? {} : { county }) : { school };
}
