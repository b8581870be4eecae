/**
 * Runs the stories on one demonstration, two files at a time, each on a copy of its own with a server of its
 * own: `npm test`. `TOLD=word` runs those named so, and what is told before them in their files: a story may
 * go on from where the one before it ended.
 */

import { readFileSync, readdirSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { run } from "node:test";
import { spec } from "node:test/reporters";
import { DEMONSTRATION, demonstration } from "./harness/server.js";

/** A story mostly waits for its browser or its server; more of them would only wait for each other. */
const AT_A_TIME = 2;

/** The longest first, so that none is left over when the others are done. */
const files = readdirSync("stories")
  .filter((name) => name.endsWith(".test.js"))
  .map((name) => `stories/${name}`)
  .sort((one, other) => statSync(other).size - statSync(one).size);
const told = process.env.TOLD ?? "";

/** The names of the stories of a file, in the order in which they are told. */
function namesIn(file) {
  const text = readFileSync(file, "utf8");
  const all = [...text.matchAll(/^test\("([^"]+)"/gm)].map(([, name]) => name);
  if (all.length !== [...text.matchAll(/^\s*test\b/gm)].length) {
    throw new Error(`${file} has stories whose name cannot be read`);
  }
  return all;
}

/** The stories of a file up to the last one that is asked for; none where none is. */
function asked(file) {
  const names = namesIn(file);
  return names.slice(0, names.findLastIndex((name) => name.includes(told)) + 1);
}

/** A pattern that has a name in it, and nothing else. */
function exactly(name) {
  return new RegExp(`^${name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}$`);
}

const chosen = files.map((file) => [file, asked(file)]).filter(([, names]) => names.length > 0);
const testNamePatterns = chosen.flatMap(([, names]) => names).map(exactly);
if (chosen.length === 0) {
  console.log(`no story of the browser is named “${told}”`);
  process.exit();
}
process.env[DEMONSTRATION] = await demonstration();
const ending = new AbortController();
// Not by the command, which would take the files by their names.
const telling = run({
  files: chosen.map(([file]) => resolve(file)),
  concurrency: AT_A_TIME,
  signal: ending.signal,
  ...(told === "" ? {} : { testNamePatterns }),
});
telling.on("test:fail", () => {
  process.exitCode = 1;
});
telling.compose(new spec()).pipe(process.stdout);
for (const signal of ["SIGINT", "SIGTERM"]) {
  process.on(signal, () => {
    process.exitCode = 1;
    ending.abort();
  });
}
