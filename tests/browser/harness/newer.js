/** The next version of the app: really built, from sources in which the version of the tables has risen. */

import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { promisify } from "node:util";

const WEB = new URL("../../../server/web", import.meta.url).pathname;

/** By what the next version is told from this one on the screen. */
export const NEWER_NAME = "工地台账二";

const TABLES = "src/db/tables.ts";
const NOW = Number(/export const VERSION = (\d+);/.exec(readFileSync(join(WEB, TABLES), "utf8"))[1]);

/** Of which version its tables are. */
export const NEWER_TABLES = NOW + 1;

const CHANGES = [
  ["src/ui/words/frame.ts", 'app: { zh: "工地台账"', `app: { zh: "${NEWER_NAME}"`],
  [TABLES, `VERSION = ${NOW};`, `VERSION = ${NEWER_TABLES};`],
  [TABLES, "  if (before < 1) {", `  if (before < ${NEWER_TABLES}) db.createObjectStore("novelties" as never);\n  if (before < 1) {`],
];

/** Builds it; gives back its folder. */
export async function newerBuild() {
  const copy = mkdtempSync(join(tmpdir(), "siteledger-newer-"));
  process.once("exit", () => rmSync(copy, { recursive: true, force: true }));
  cpSync(WEB, copy, { recursive: true, filter: (path) => !["node_modules", "dist"].includes(basename(path)) });
  symlinkSync(join(WEB, "node_modules"), join(copy, "node_modules"));
  for (const [path, from, to] of CHANGES) {
    const before = readFileSync(join(copy, path), "utf8");
    if (!before.includes(from)) {
      throw new Error(`${path} does not say ${from} any more: tell the next version apart by something else`);
    }
    writeFileSync(join(copy, path), before.replace(from, to));
  }
  await promisify(execFile)("npm", ["run", "--silent", "build", "--", "--logLevel", "warn"], { cwd: copy });
  return join(copy, "dist");
}
