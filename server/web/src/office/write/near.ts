/** What a form at a desk may name: read around its place, and called by the directory. */

import { useCallback, useEffect, useMemo } from "preact/hooks";
import { formIn } from "../../field/form/begin.ts";
import type { Named, NamesOf } from "../../field/form/named.ts";
import { namedBy } from "../../field/record/around.ts";
import { papersOf } from "../../field/record/book.ts";
import { isText } from "../../protocol/values.ts";
import { useHouse } from "../../ui/house.ts";
import { useOffice } from "../house.ts";
import { type Names, useNames } from "../names.ts";
import { readNear } from "../record/around.ts";

/** The kinds that the directory calls by name. */
const OF_DIRECTORY: readonly string[] = ["school", "project", "division"];

/** Names from the directory, for the lists of a form. */
export function useNamesOf(): NamesOf {
  const { directory } = useNames();
  const named = useMemo((): Readonly<Record<string, Named[]>> => {
    const { counties, townships, schools, projects } = directory;
    return {
      school: schools.map(({ id, name }) => ({ id, name })),
      project: projects.map(({ id, name }) => ({ id, name })),
      division: [...counties, ...townships].map(({ code, name }) => ({ id: code, name })),
    };
  }, [directory]);
  return useCallback((kind) => named[kind] ?? NONE, [named]);
}

const NONE: readonly Named[] = [];

/** Reads what the form of a record may name, once it is open: of its project, its school, or its county. */
export function useNear(kind: string, id: string, isOpen: boolean): void {
  const { device } = useHouse();
  const { answers } = useOffice();
  const names = useNames();
  const isKnown = names.directory.counties.length > 0;
  useEffect(() => {
    if (!isOpen || !isKnown) {
      return;
    }
    const read = async () => {
      const papers = await papersOf(device);
      const declared = papers?.wire.kinds.find(({ name }) => name === kind);
      const kinds = declared === undefined ? [] : [...new Set(namedBy(declared))].filter((name) => !OF_DIRECTORY.includes(name));
      if (kinds.length > 0) {
        await readNear(device, (question) => answers.once(question), kinds, await placeOf(device, names, id));
      }
    };
    // Without a line the form offers what is here.
    void read().catch(() => undefined);
  }, [kind, id, isOpen, isKnown]);
}

async function placeOf(device: ReturnType<typeof useHouse>["device"], names: Names, id: string): Promise<{ county?: string; school?: string; project?: string }> {
  const [draft, row] = await Promise.all([device.drafts.of(id), device.row(id)]);
  const single = formIn(draft)?.single ?? {};
  const said = (name: "school" | "project" | "county") => {
    const value = single[name] ?? (name === "county" ? undefined : row?.[name]) ?? row?.fields[name]?.[0]?.value;
    return isText(value) ? value : undefined;
  };
  const project = said("project");
  const school = said("school") ?? names.schoolOf(project);
  const county = names.countyOf(school) ?? said("county") ?? names.directory.counties.find(({ whole }) => whole)?.code;
  return { ...(county === undefined ? {} : { county }), ...(school === undefined ? {} : { school }), ...(project === undefined ? {} : { project }) };
}
