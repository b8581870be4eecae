/**
 * One question to the server over a bad line.
 *
 * It is given up when nothing comes any more, not when it takes long: a page of records takes minutes
 * in a valley. Whether what came is an answer at all is `answer.ts`'s to say.
 */

import type { HttpResponse } from "./answer.ts";
import type { Outside } from "./outside.ts";
import { passOf } from "./pass.ts";

/** How long nothing may come before the line counts as broken, in milliseconds. */
export const PATIENCE_MS = 30_000;
/** What the slowest line that works carries, in bytes a millisecond: 8 kbit/s. */
const SLOWEST = 1;
/** From so many bytes on a body is compressed. */
const WORTH_COMPRESSING = 1024;

export interface Question {
  method: "GET" | "POST" | "DELETE";
  path: string;
  /** Whose question it is; empty: that of whoever is signed in here. */
  token?: string;
  /** Sent as JSON. */
  body?: object;
  /** Sent as it is, in the place of a body. */
  file?: Uint8Array<ArrayBuffer>;
  /** What is known already: the answer to that is 304 where nothing changed. */
  etag?: string;
}

/** Asks. Throws when no whole response comes. */
export async function ask(outside: Outside, { method, path, token, body, file, etag }: Question): Promise<HttpResponse> {
  const json = body === undefined ? undefined : new TextEncoder().encode(JSON.stringify(body));
  const plain = json ?? file;
  // What people choose from their disk is packed already, for the most part.
  const packed = json === undefined ? file : await compressed(json);
  const pass = passOf(token);
  const headers: Record<string, string> = { "Accept-Language": outside.language(), ...pass.headers };
  if (plain !== undefined) {
    headers["Content-Type"] = json === undefined ? "application/octet-stream" : "application/json";
  }
  if (etag !== undefined) {
    headers["If-None-Match"] = etag;
  }
  if (packed !== plain) {
    headers["Content-Encoding"] = "gzip";
  }
  const watch = patience(outside, PATIENCE_MS + (packed?.byteLength ?? 0) / SLOWEST);
  try {
    const response = await outside.fetch(path, {
      method,
      headers,
      ...(packed === undefined ? {} : { body: packed }),
      signal: watch.signal,
      cache: "no-store",
      credentials: pass.credentials,
      // A portal sends people to its own page: that is no answer, and nothing to follow.
      redirect: "manual",
    });
    return {
      status: response.status,
      retryAfter: response.headers.get("Retry-After"),
      etag: response.headers.get("ETag"),
      body: await text(response, watch),
    };
  } finally {
    watch.stop();
  }
}

interface Patience {
  signal: AbortSignal;
  /** Something came: the time begins anew. */
  again(): void;
  stop(): void;
}

function patience(outside: Outside, first: number): Patience {
  const line = new AbortController();
  const giveUp = () => line.abort(new Error("nothing came for a long time"));
  let cancel = outside.after(first, giveUp);
  return {
    signal: line.signal,
    again() {
      cancel();
      cancel = outside.after(PATIENCE_MS, giveUp);
    },
    stop: () => cancel(),
  };
}

async function text(response: Response, watch: Patience): Promise<string> {
  const reader = response.body?.getReader();
  if (reader === undefined) {
    return response.text();
  }
  const decoder = new TextDecoder();
  let whole = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) {
      return whole + decoder.decode();
    }
    watch.again();
    whole += decoder.decode(value, { stream: true });
  }
}

/** The bytes in gzip, where the browser can and it is worth it. */
async function compressed(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  if (bytes.byteLength < WORTH_COMPRESSING || typeof CompressionStream === "undefined") {
    return bytes;
  }
  const packed = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(packed).arrayBuffer());
}
