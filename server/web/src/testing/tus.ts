/** The office's tus server behind a line that a story cuts, as an HTTP stack of tus-js-client. */

import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import type { HttpRequest, HttpResponse, HttpStack } from "tus-js-client";

interface Upload {
  sha256: string;
  length: number;
  bytes: Uint8Array;
}

/** What the line does with a request: nothing of note, or it answers instead, or it is cut or silent
 * after so many bytes of the body. */
export type Line = (method: string, path: string) => undefined | { status: number; body?: string } | Cut;

interface Cut {
  after: number;
  silent?: boolean;
}

type Headers = Record<string, string>;

export class TusOffice implements HttpStack {
  readonly photos = new Map<string, Uint8Array>();
  readonly uploads = new Map<string, Upload>();
  /** What came, as `PATCH /api/v1/uploads/1 32768+32768`. */
  readonly asked: string[] = [];
  line: Line = () => undefined;
  /** Requests that are under way and will be answered. */
  underWay = 0;

  getName(): string {
    return "TusOffice";
  }

  createRequest(method: string, url: string): HttpRequest {
    const headers: Headers = {};
    let progress = (_: number) => {};
    let fail = (_: Error) => {};
    return {
      getMethod: () => method,
      getURL: () => url,
      setHeader: (name, value) => void (headers[name] = value),
      getHeader: (name) => headers[name],
      setProgressHandler: (handler) => void (progress = handler),
      send: (body: Blob | null) =>
        new Promise((resolve, reject) => {
          fail = reject;
          this.underWay += 1;
          void this.take(method, url, headers, body, progress)
            .finally(() => (this.underWay -= 1))
            .then((response) => response && resolve(response), reject);
        }),
      abort: () => Promise.resolve(fail(new Error("aborted"))),
      getUnderlyingObject: () => undefined,
    };
  }

  /** Takes a request as far as the line carries it; nothing where no answer comes. */
  private async take(
    method: string,
    url: string,
    headers: Headers,
    body: Blob | null,
    progress: (bytes: number) => void,
  ): Promise<HttpResponse | undefined> {
    const bytes = new Uint8Array((await body?.arrayBuffer()) ?? new ArrayBuffer(0));
    const path = url.replace(/^https?:\/\/[^/]+/, "");
    this.asked.push(`${method} ${path}${bytes.length > 0 ? ` ${headers["Upload-Offset"]}+${bytes.length}` : ""}`);
    const does = this.line(method, path);
    if (does !== undefined && "status" in does) {
      return response(does.status, {}, does.body ?? "");
    }
    const arrives = does === undefined ? bytes : bytes.slice(0, does.after);
    progress(arrives.length);
    const answer = this.answer(method, path, headers, arrives);
    if (does !== undefined) {
      if (does.silent) {
        return undefined;
      }
      throw new Error("cut");
    }
    return answer;
  }

  private answer(method: string, path: string, headers: Headers, bytes: Uint8Array): HttpResponse {
    if (method === "POST") {
      return this.begin(headers);
    }
    const upload = this.uploads.get(path);
    if (upload === undefined) {
      return refusal(404, "no_such_upload");
    }
    if (method === "PATCH") {
      if (Number(headers["Upload-Offset"]) !== upload.bytes.length) {
        return refusal(409, "offset_mismatch");
      }
      upload.bytes = Uint8Array.from([...upload.bytes, ...bytes]);
    }
    const isWhole = upload.bytes.length === upload.length;
    if (isWhole && bytesToHex(sha256(upload.bytes)) !== upload.sha256) {
      upload.bytes = new Uint8Array();
      return refusal(460, "hash_mismatch");
    }
    if (isWhole) {
      this.photos.set(upload.sha256, upload.bytes);
    }
    return tus(method === "HEAD" ? 200 : 204, upload);
  }

  private begin(headers: Headers): HttpResponse {
    const metadata = headers["Upload-Metadata"] ?? "";
    const hash = atob(/sha256 (\S+?)(,|$)/.exec(metadata)?.[1] ?? "");
    const known = this.photos.get(hash);
    const upload = { sha256: hash, length: Number(headers["Upload-Length"]), bytes: known ?? new Uint8Array() };
    const path = `/api/v1/uploads/${this.uploads.size + 1}`;
    this.uploads.set(path, upload);
    // The server has another idea of its address than the phone.
    return tus(201, upload, { Location: `https://ledger.example${path}` });
  }
}

function tus(status: number, upload: Upload, more: Headers = {}): HttpResponse {
  const stands = { "Upload-Offset": String(upload.bytes.length), "Upload-Length": String(upload.length) };
  return response(status, { ...stands, "Tus-Resumable": "1.0.0", ...more }, "");
}

export function refusal(status: number, code: string): HttpResponse {
  return response(status, { "Tus-Resumable": "1.0.0" }, refusalBody(status, code));
}

export function refusalBody(status: number, code: string): string {
  return JSON.stringify({ type: `urn:siteledger:problem:${code}`, status, detail: `不行：${code}`, code });
}

function response(status: number, headers: Headers, body: string): HttpResponse {
  const found = new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  return {
    getStatus: () => status,
    getHeader: (name) => found.get(name.toLowerCase()),
    getBody: () => body,
    getUnderlyingObject: () => undefined,
  };
}
