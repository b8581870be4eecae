/** Tells the service worker which files the app consists of, and the hash of each. */

import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import type { Plugin } from "vite";

/** What `src/sw.ts` calls the list. */
const PLACE = "__PRECACHE__";

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
        for (const [name, file] of Object.entries(bundle)) {
          if (name !== "sw.js") {
            files.push([name === "index.html" ? "/" : `/${name}`, integrity(file.type === "chunk" ? file.code : file.source)]);
          }
        }
        files.sort(([a], [b]) => (a < b ? -1 : 1));
        const version = createHash("sha256").update(JSON.stringify(files)).digest("hex").slice(0, 12);
        const worker = bundle["sw.js"];
        if (worker?.type !== "chunk" || !worker.code.includes(PLACE) || worker.imports.length > 0) {
          this.error(`sw.js must be one script that names ${PLACE}`);
        }
        worker.code = worker.code.replaceAll(PLACE, JSON.stringify({ version, files: Object.fromEntries(files) }));
      },
    },
  };
}

function integrity(content: string | Uint8Array): string {
  return `sha256-${createHash("sha256").update(content).digest("base64")}`;
}

function filesBelow(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}
