/**
 * Tells the service worker which files the app consists of, and the hash of each: those of the phone, which
 * are kept from the start, and those that the office's pages need besides, which are kept where it is opened.
 */

import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { basename, join, relative } from "node:path";
import type { Plugin, Rolldown } from "vite";

/** What `src/sw.ts` calls the list. */
const PLACE = "__PRECACHE__";
/** How the names of the guides' pictures end. */
const PICTURE = ".webp";
/** The addresses of pages. */
const PAGES: Readonly<Record<string, string>> = { "index.html": "/", "office.html": "/office" };

type Bundle = Rolldown.OutputBundle;
/** What Vite notes of a chunk besides: the files that its styles and pictures became. */
interface Noted {
  viteMetadata?: { importedCss?: Set<string>; importedAssets?: Set<string> };
}

export function precache(): Plugin {
  let publicDir = "";
  return {
    name: "precache",
    apply: "build",
    enforce: "post",
    configResolved(config) {
      publicDir = config.publicDir;
    },
    generateBundle: {
      order: "post",
      handler(_, bundle) {
        const files: [string, string][] = filesBelow(publicDir).map((path) => [
          `/${relative(publicDir, path).replaceAll("\\", "/")}`,
          integrity(readFileSync(path)),
        ]);
        const office: [string, string][] = [];
        const ofPhones = reached(bundle, "index");
        for (const [name, file] of Object.entries(bundle)) {
          // Pictures of guides come when somebody looks at them: what is kept without a line is their text.
          if (name !== "sw.js" && !name.endsWith(PICTURE)) {
            const list = name === "index.html" || ofPhones.has(name) ? files : office;
            list.push([PAGES[name] ?? `/${name}`, integrity(file.type === "chunk" ? file.code : file.source)]);
          }
        }
        for (const list of [files, office]) {
          list.sort(([a], [b]) => (a < b ? -1 : 1));
        }
        const version = createHash("sha256").update(JSON.stringify([files, office])).digest("hex").slice(0, 12);
        const worker = bundle["sw.js"];
        if (worker?.type !== "chunk" || !worker.code.includes(PLACE) || worker.imports.length > 0) {
          this.error(`sw.js must be one script that names ${PLACE}`);
        }
        worker.code = worker.code.replaceAll(PLACE, JSON.stringify({ version, files: Object.fromEntries(files), office: Object.fromEntries(office) }));
      },
    },
  };
}

/** The files that the entry of that name ever loads, at once or later. */
function reached(bundle: Bundle, entry: string): Set<string> {
  const found = new Set<string>();
  const take = (name: string) => {
    const file = bundle[name];
    if (file === undefined || found.has(name)) {
      return;
    }
    found.add(name);
    if (file.type === "chunk") {
      const { importedCss = [], importedAssets = [] } = (file as Noted).viteMetadata ?? {};
      [...file.imports, ...file.dynamicImports, ...importedCss, ...importedAssets].forEach(take);
      // Workers are named in the code alone.
      Object.keys(bundle).filter((other) => other !== name && file.code.includes(basename(other)) && isWorker(other)).forEach(take);
    }
  };
  Object.values(bundle).forEach((file) => file.type === "chunk" && file.isEntry && file.name === entry && take(file.fileName));
  return found;
}

function isWorker(name: string): boolean {
  return name.includes(".worker");
}

function integrity(content: string | Uint8Array): string {
  return `sha256-${createHash("sha256").update(content).digest("base64")}`;
}

function filesBelow(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}
