/** The line between phones and the server, on TCP: it can be cut, be slow, and be somebody else's. */

import { existsSync, readFileSync } from "node:fs";
import { createServer as createHttpServer, request } from "node:http";
import { createServer, connect } from "node:net";
import { extname, join } from "node:path";
import { buffer } from "node:stream/consumers";

/** What a captive portal says to everything. */
const PORTAL = "<!doctype html><html><body><h1>请登录 WiFi</h1></body></html>";

const TYPES = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css" };

/** As much goes at a time: at 50 kbit/s a fifth of a second. */
const PIECE = 1024;

export class Line {
  /** Where the server listens. */
  to = 0;
  /** `open` · `cut`: nobody answers · `portal`: somebody else does · `newer`: a new version of the app. */
  state = "open";
  /** Bytes that went to the server and came back. */
  up = 0;
  down = 0;
  /** The pace in each direction, in bytes a second; 0 is as fast as it goes. 50 kbit/s are 6,250. */
  pace = 0;
  /** How often what was under way broke, by `breakEvery`. */
  breaks = 0;
  #sockets = new Set();
  #freeAt = { up: 0, down: 0 };
  #breaking;
  #build;

  static async open() {
    const line = new Line();
    line.server = createServer((phone) => line.#connected(phone));
    await new Promise((resolve) => line.server.listen(0, "127.0.0.1", resolve));
    line.url = `http://127.0.0.1:${line.server.address().port}`;
    return line;
  }

  /** From now on nobody answers, and what was under way breaks. */
  cut() {
    this.#become("cut");
  }

  restore() {
    this.#become("open");
  }

  /** From now on a portal answers everything with a page of its own and 200. */
  impersonate() {
    this.#become("portal");
  }

  /**
   * From now on the server has another version of the app: the one that is built in that folder, where one is
   * named, else its own with another name. `isCut`: each file of it breaks off. `isAlone`: nothing but the app
   * gets through.
   */
  renew(folder, { isCut = false, isAlone = false } = {}) {
    this.#build = folder && { folder, isCut, isAlone };
    this.#become("newer");
  }

  /** Breaks what is under way again and again, so many milliseconds apart; 0: not any more. */
  breakEvery(ms) {
    clearInterval(this.#breaking);
    this.#breaking = ms === 0 ? undefined : setInterval(() => this.#break(), ms);
  }

  #become(state) {
    this.state = state;
    this.#break();
  }

  #break() {
    this.breaks += this.#sockets.size > 0 ? 1 : 0;
    for (const socket of this.#sockets) {
      socket.destroy();
    }
  }

  #connected(phone) {
    this.#keep(phone);
    if (this.state === "cut") {
      phone.destroy();
    } else if (this.state === "portal") {
      phone.once("data", () =>
        phone.end(
          `HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\nContent-Length: ${Buffer.byteLength(PORTAL)}\r\n\r\n${PORTAL}`,
        ),
      );
    } else if (this.state === "newer") {
      this.#newer.emit("connection", phone);
    } else {
      const server = connect(this.to, "127.0.0.1");
      this.#keep(server);
      this.#carry(phone, server, "up").catch(() => server.destroy());
      this.#carry(server, phone, "down").catch(() => phone.destroy());
    }
  }

  /** Serves another version of the app as the server would, and passes all else on. */
  #newer = createHttpServer((asked, answer) => {
    const { method, url, headers } = asked;
    const file = method === "GET" && !url.startsWith("/api/") ? this.#fileOf(url) : undefined;
    if (file === undefined && this.#build?.isAlone) {
      return answer.destroy();
    }
    // The server's own headers, but for those of its own bytes.
    const path = file !== undefined && url.startsWith("/assets/") ? "/manifest.webmanifest" : url;
    const plain = file === undefined ? headers : { ...headers, "accept-encoding": "identity", "if-none-match": "" };
    const onward = request({ port: this.to, method, path, headers: plain }, async (answered) => {
      if (file === undefined) {
        answer.writeHead(answered.statusCode, answered.headers);
        // Who listens for news is told at once that it does.
        answer.flushHeaders();
        return answered.pipe(answer);
      }
      const bytes = file(await buffer(answered));
      const { "content-length": _, etag: __, ...rest } = answered.headers;
      const type = TYPES[extname(url)] ?? rest["content-type"];
      answer.writeHead(answered.statusCode, { ...rest, "content-type": type, "content-length": bytes.length });
      if (this.#build?.isCut && url.startsWith("/assets/")) {
        answer.write(bytes.subarray(0, bytes.length / 2), () => answer.destroy());
      } else {
        answer.end(bytes);
      }
    });
    onward.on("error", () => answer.destroy());
    asked.pipe(onward);
  });

  /** What stands in the place of a file of the server's; nothing where it is none of the app's. */
  #fileOf(url) {
    if (this.#build === undefined) {
      const another = (script) => Buffer.from(script.toString().replace(/(version"?:\s*["'`])[0-9a-f]{12}/, "$1eeeeeeeeeeee"));
      return url === "/sw.js" ? another : undefined;
    }
    const path = join(this.#build.folder, url === "/" ? "index.html" : url.split("?")[0]);
    return existsSync(path) ? () => readFileSync(path) : undefined;
  }

  /** Carries what comes at the pace of the line, which all connections share. */
  async #carry(from, to, direction) {
    // What came before somebody hung up still arrives.
    from.on("close", (broke) => broke && to.destroy());
    for await (const bytes of from) {
      for (let at = 0; at < bytes.length && !to.destroyed; at += PIECE) {
        const piece = bytes.subarray(at, at + PIECE);
        await this.#turn(piece.length, direction);
        this[direction] += piece.length;
        to.write(piece);
      }
    }
    to.end();
  }

  /** Until the line has carried so many bytes. */
  async #turn(bytes, direction) {
    const now = performance.now();
    const takes = this.pace > 0 ? (bytes / this.pace) * 1000 : 0;
    this.#freeAt[direction] = Math.max(now, this.#freeAt[direction]) + takes;
    if (this.#freeAt[direction] > now + 1) {
      await new Promise((resolve) => setTimeout(resolve, this.#freeAt[direction] - now));
    }
  }

  #keep(socket) {
    this.#sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => this.#sockets.delete(socket));
  }

  async close() {
    this.breakEvery(0);
    this.cut();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
