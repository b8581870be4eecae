/**
 * Runs the stories, one file after the other, on one demonstration: `npm test`. `TOLD=word` runs those named
 * so, and what is told before them in their files: a story may go on from where the one before it ended.
 */

import { spawn } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { DEMONSTRATION, demonstration } from "./harness/server.js";

const files = readdirSync("stories").filter((name) => name.endsWith(".test.js")).map((name) => `stories/${name}`);
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
  return `^${name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}$`;
}

const chosen = files.map((file) => [file, asked(file)]).filter(([, names]) => names.length > 0);
const names = told === "" ? [] : chosen.flatMap(([, names]) => names).map((name) => `--test-name-pattern=${exactly(name)}`);
if (chosen.length === 0) {
  console.log(`no story of the browser is named “${told}”`);
  process.exit();
}
const folder = await demonstration();
const run = spawn(process.execPath, ["--test", "--test-concurrency=1", ...names, ...chosen.map(([file]) => file)], {
  stdio: "inherit",
  env: { ...process.env, [DEMONSTRATION]: folder },
});
for (const signal of ["SIGINT", "SIGTERM"]) {
  process.on(signal, () => run.kill(signal));
}
run.once("exit", (status) => process.exit(status ?? 1));
