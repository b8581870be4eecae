/** Where roles are held: what each place is called, and which places a role is given at. */

import { Names, type Directory } from "../names.ts";

/** What a role can be held at, as its scope begins. */
export const NOUNS = ["city", "county", "township", "zone", "school", "project"] as const;
export type Noun = (typeof NOUNS)[number];

/** What `GET /api/v1/users/scopes` answers. */
export type ScopesAnswer = Directory & { roles: { role: string; zh: string; en: string }[] };

export const SCOPES = "/api/v1/users/scopes";

export interface Place {
  scope: string;
  name: string;
}

/** What each role is given at, most likely first; the offices' are given for a county or a city. */
const GIVEN_AT: Readonly<Record<string, readonly Noun[]>> = {
  school_team: ["project", "school"],
  principal: ["school"],
  contractor: ["project"],
  supervising_engineer: ["project"],
  inspector: ["zone", "county"],
  township: ["township"],
  city_office: ["city"],
};
const OF_OFFICES: readonly Noun[] = ["county", "city"];

/** What a role is given at by somebody who administrates these scopes. */
export function nounsFor(role: string, own: readonly string[]): Noun[] {
  const nouns = GIVEN_AT[role] ?? OF_OFFICES;
  return nouns.filter((noun) => noun !== "city" || own.some((scope) => scope.startsWith("city:")));
}

export class Scopes {
  private readonly names: Names;
  private readonly zones: ReadonlyMap<string, Directory["zones"][number]>;
  private readonly townships: ReadonlyMap<string, Directory["townships"][number]>;

  constructor(private readonly directory: Directory) {
    this.names = new Names(directory);
    this.zones = new Map(directory.zones.map((zone) => [zone.id, zone]));
    this.townships = new Map(directory.townships.map((township) => [township.code, township]));
  }

  /** What a place is called; nothing where no ledger has it. */
  nameOf(scope: string): string | undefined {
    const [noun, name = ""] = scope.split(":");
    switch (noun) {
      case "city":
        return name;
      case "county":
        return this.names.county(name);
      case "township":
        return this.inCounty(this.townships.get(name));
      case "zone":
        return this.inCounty(this.zones.get(name));
      case "school":
        return this.names.school(name);
      case "project": {
        const { school, project } = this.names.place({ project: name });
        return project === undefined ? undefined : [school, project].filter((part) => part !== undefined).join(" · ");
      }
      default:
        return undefined;
    }
  }

  /** The places of a kind, as they are chosen from; `own`: the scopes that somebody administrates. */
  places(noun: Noun, own: readonly string[]): Place[] {
    const scopes = this.scopesOf(noun, own);
    const places = scopes.map((scope) => ({ scope, name: this.nameOf(scope) ?? scope }));
    return places.sort((one, other) => one.name.localeCompare(other.name, "zh-CN"));
  }

  private scopesOf(noun: Noun, own: readonly string[]): string[] {
    const { counties, townships, zones, schools, projects } = this.directory;
    switch (noun) {
      case "city":
        return own.filter((scope) => scope.startsWith("city:"));
      case "county":
        return counties.map(({ code }) => `county:${code}`);
      case "township":
        return townships.map(({ code }) => `township:${code}`);
      case "zone":
        return zones.filter(({ inspection }) => inspection).map(({ id }) => `zone:${id}`);
      case "school":
        return schools.map(({ id }) => `school:${id}`);
      case "project":
        return projects.map(({ id }) => `project:${id}`);
    }
  }

  /** A name, with its county before it where there are several. */
  private inCounty(named: { name: string; county: string } | undefined): string | undefined {
    const county = this.names.isWide ? this.names.county(named?.county) : undefined;
    return named === undefined || county === undefined || named.name.startsWith(county) ? named?.name : `${county} · ${named.name}`;
  }
}

/** Those whose names have all of what was typed. */
export function narrowed(places: readonly Place[], text: string): Place[] {
  const parts = text.toLowerCase().split(/\s+/).filter((part) => part !== "");
  return places.filter(({ name }) => parts.every((part) => name.toLowerCase().includes(part)));
}
