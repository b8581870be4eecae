/** The names of places, by which every list reads: one answer for all pages. */

import { useMemo } from "preact/hooks";
import type { Uuid } from "../protocol/wire.ts";
import { type Answer, useAnswer } from "./answers.ts";

/** What `GET /api/v1/directory` answers. */
export interface Directory {
  counties: { code: string; name: string; city?: string; position: number; whole: boolean }[];
  townships: { code: string; name: string; county: string }[];
  schools: { id: Uuid; name: string; county: string; township?: string; code?: string; category?: string }[];
  projects: { id: Uuid; name: string; school: Uuid; county: string; class?: "building" | "equipment"; work_type?: string; plan_year?: number }[];
  zones: { id: Uuid; name: string; county: string; scheme?: string; inspection: boolean; schools: Uuid[]; inspectors: { name: string; user?: Uuid }[] }[];
}

export const DIRECTORY = "/api/v1/directory";

export class Names {
  private readonly counties: ReadonlyMap<string, Directory["counties"][number]>;
  private readonly schools: ReadonlyMap<Uuid, Directory["schools"][number]>;
  private readonly projects: ReadonlyMap<Uuid, Directory["projects"][number]>;

  constructor(readonly directory: Directory) {
    this.counties = new Map(directory.counties.map((county) => [county.code, county]));
    this.schools = new Map(directory.schools.map((school) => [school.id, school]));
    this.projects = new Map(directory.projects.map((project) => [project.id, project]));
  }

  /** The name of a county, a school or a project; nothing where the directory does not have it. */
  county(code: string | undefined): string | undefined {
    return code === undefined ? undefined : this.counties.get(code)?.name;
  }

  school(id: Uuid | undefined): string | undefined {
    return id === undefined ? undefined : this.schools.get(id)?.name;
  }

  project(id: Uuid | undefined): string | undefined {
    return id === undefined ? undefined : this.projects.get(id)?.name;
  }

  countyOf(school: Uuid | undefined): string | undefined {
    return school === undefined ? undefined : this.schools.get(school)?.county;
  }

  schoolOf(project: Uuid | undefined): Uuid | undefined {
    return project === undefined ? undefined : this.projects.get(project)?.school;
  }

  /** Where something is: its school and its project, each without what stands before it already: the county, the school. */
  place({ school, project }: { school?: Uuid | undefined; project?: Uuid | undefined }): { school?: string; project?: string } {
    const it = school ?? this.schoolOf(project);
    const county = this.county(it === undefined ? undefined : this.schools.get(it)?.county) ?? "";
    const [ofSchool, named] = [this.school(it), this.project(project)];
    const shortSchool = ofSchool === undefined ? undefined : without(ofSchool, county);
    const shortProject = named === undefined ? undefined : without(without(named, ofSchool ?? ""), county);
    return { ...(shortSchool === undefined ? {} : { school: shortSchool }), ...(shortProject === undefined ? {} : { project: shortProject }) };
  }

  /** Whether more than one county is read: then lists name it. */
  get isWide(): boolean {
    return this.counties.size > 1;
  }
}

/** A name without what stands before it; whole where nothing would be left of it. */
function without(name: string, before: string): string {
  return before !== "" && name.startsWith(before) && name.length > before.length ? name.slice(before.length) : name;
}

const NONE: Directory = { counties: [], townships: [], schools: [], projects: [], zones: [] };

/** The names as far as they are known: lists are drawn without them until they come. */
export function useNames(): Names {
  const { value }: Answer<Directory> = useAnswer<Directory>(DIRECTORY);
  return useMemo(() => new Names(value ?? NONE), [value]);
}
