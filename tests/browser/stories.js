/** Runs the stories, one file after the other, on one demonstration: `npm test`. `TOLD=word` runs those named so. */

import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { DEMONSTRATION, demonstration } from "./harness/server.js";

const stories = readdirSync("stories").filter((name) => name.endsWith(".test.js")).map((name) => `stories/${name}`);
const told = process.env.TOLD ? [`--test-name-pattern=${process.env.TOLD}`] : [];
const folder = await demonstration();
const run = spawn(process.execPath, ["--test", "--test-concurrency=1", ...told, ...stories], {
  stdio: "inherit",
  env: { ...process.env, [DEMONSTRATION]: folder },
});
for (const signal of ["SIGINT", "SIGTERM"]) {
  process.on(signal, () => run.kill(signal));
}
run.once("exit", (status) => process.exit(status ?? 1));
