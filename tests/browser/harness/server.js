/** The real server: the built program on a data folder of its own, behind a line that can break. */

import { execFileSync, spawn } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Line } from "./line.js";

const TOP = new URL("../../../", import.meta.url).pathname;
const PROGRAM = process.env.SITELEDGER_PROGRAM ?? join(TOP, "target/debug/siteledger");
/** How long a start may take, in milliseconds: the demonstration is loaded by it, perhaps on a slow machine. */
const UNTIL_IT_LISTENS = 120_000;

/** A school team's project in the demonstration, and two people who write its diary. */
export const PROJECT = "a55bb87e-770b-5266-86e2-14c9de461985";
export const TEAM = ["rizhi-a", "rizhi-b"];

export class Server {
  /** Starts one on the demonstration's county. */
  static async start() {
    const server = new Server();
    server.folder = mkdtempSync(join(tmpdir(), "siteledger-browser-"));
    cpSync(await demonstration(), server.folder, { recursive: true });
    server.line = await Line.open();
    await server.serve();
    return server;
  }

  /** What phones are told to open. */
  get url() {
    return this.line.url;
  }

  async serve() {
    // Any port: while it is down, another server may take the one that it had. Phones know the line alone.
    const started = await listening(["serve", "--data", this.folder, "--listen", "127.0.0.1:0", "--public-url", this.url]);
    this.process = started.process;
    this.line.to = started.port;
  }

  /** From now on it says nothing, and hangs up on nobody. */
  freeze() {
    this.process.kill("SIGSTOP");
  }

  thaw() {
    this.process.kill("SIGCONT");
  }

  /** Ends it without a warning; `serve` starts it again where it was. */
  async kill() {
    const ended = new Promise((resolve) => this.process.once("exit", resolve));
    this.process.kill("SIGKILL");
    await ended;
  }

  /** Codes for somebody's phone: the link of the QR code, and the one to type. */
  codes(name) {
    const [said] = this.command("enrol", name, "--json");
    return { link: `${this.url}/#/enrol/${said.code}`, typed: said.short_code };
  }

  /** Runs a command of the program; what it prints. */
  run(...args) {
    return execFileSync(PROGRAM, ["--data", this.folder, ...args], { encoding: "utf8" });
  }

  /** Runs a command of the program that reads a line. */
  tell(line, ...args) {
    return execFileSync(PROGRAM, ["--data", this.folder, ...args], { encoding: "utf8", input: `${line}\n` });
  }

  /** Lets no device of somebody's in any more. */
  shutOut(name) {
    const devices = this.command("user", "devices", name, "--json").filter(({ revoked_at: revoked }) => !revoked);
    devices.forEach(({ device }) => this.run("user", "revoke-device", device));
  }

  /** What a command of the program prints, as JSON line by line. */
  command(...args) {
    return this.run(...args).trim().split("\n").map((line) => JSON.parse(line));
  }

  async stop() {
    await this.kill();
    await this.line.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Names the folder of a demonstration that was loaded already. */
export const DEMONSTRATION = "SITELEDGER_DEMONSTRATION";
let made;

/** The demonstration's data, loaded once a run. */
export function demonstration() {
  made ??= process.env[DEMONSTRATION] ?? (async () => {
    const folder = mkdtempSync(join(tmpdir(), "siteledger-demo-"));
    process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
    const { process: loading } = await listening(["demo", "--data", folder, "--listen", "127.0.0.1:0"]);
    const ended = new Promise((resolve) => loading.once("exit", resolve));
    loading.kill("SIGTERM");
    await ended;
    return folder;
  })();
  return made;
}

/** Starts the program and waits until it says where it listens. */
async function listening(args) {
  if (!existsSync(PROGRAM)) {
    throw new Error(`${PROGRAM} is not there: cargo build --workspace first`);
  }
  const child = spawn(PROGRAM, ["--log", "warn", ...args], { stdio: ["ignore", "pipe", "inherit"] });
  // Whoever ends the run ends it, too.
  process.once("exit", () => child.kill("SIGKILL"));
  const port = await new Promise((resolve, reject) => {
    let said = "";
    const late = setTimeout(() => reject(new Error(`it does not listen; it said:\n${said}`)), UNTIL_IT_LISTENS);
    child.stdout.on("data", (bytes) => {
      said += bytes;
      const found = /SiteLedger listening on http:\/\/127\.0\.0\.1:(\d+)/.exec(said);
      if (found) {
        clearTimeout(late);
        resolve(Number(found[1]));
      }
    });
    child.once("exit", (status) => reject(new Error(`it ended with ${status}; it said:\n${said}`)));
  });
  return { process: child, port };
}
