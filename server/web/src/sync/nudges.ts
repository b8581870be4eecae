/**
 * The server's word that there is news: server-sent events, listened to only while somebody looks.
 *
 * Read by `fetch`, since `EventSource` cannot say who it is. A stream that breaks is no trouble: the
 * next sync comes by itself, and listening begins again after it. The server ends each one in good
 * order after some minutes; then a new one begins, not at the same moment on all phones.
 */

import type { Outside } from "./outside.ts";
import { passOf } from "./pass.ts";

/** Within how many milliseconds a new stream follows one that ended in good order. */
const NEXT_STREAM_MS = 10_000;

export class Nudges {
  private line: AbortController | undefined;
  private cancel = () => {};

  constructor(
    private readonly outside: Outside,
    private readonly news: () => void,
  ) {}

  /** Listens, unless it does already or nobody looks. */
  listen(token: string): void {
    if (this.line !== undefined || !this.outside.isVisible() || this.outside.savesData()) {
      return;
    }
    const line = new AbortController();
    this.line = line;
    const ended = (inGoodOrder: boolean) => {
      if (this.line === line) {
        this.line = undefined;
        if (inGoodOrder) {
          this.cancel = this.outside.after(NEXT_STREAM_MS * this.outside.luck(), () => this.listen(token));
        }
      }
    };
    this.read(token, line.signal).then(ended, () => ended(false));
  }

  stop(): void {
    this.cancel();
    this.line?.abort();
    this.line = undefined;
  }

  /** Whether the stream ended in good order. */
  private async read(token: string, signal: AbortSignal): Promise<boolean> {
    const { headers, credentials } = passOf(token);
    const response = await this.outside.fetch("/api/v1/nudges", {
      headers: { ...headers, Accept: "text/event-stream" },
      signal,
      cache: "no-store",
      credentials,
      redirect: "manual",
    });
    const isStream = response.headers.get("Content-Type")?.startsWith("text/event-stream") === true;
    const reader = response.ok && isStream ? response.body?.getReader() : undefined;
    if (reader === undefined) {
      return false;
    }
    // Of what came after the last sync and before this stream, nobody will tell.
    this.news();
    const decoder = new TextDecoder();
    for (let rest = ""; ; ) {
      const { done, value } = await reader.read();
      if (done) {
        return true;
      }
      const lines = (rest + decoder.decode(value, { stream: true })).split("\n");
      rest = lines.pop() ?? "";
      if (lines.some((line) => line.trim() === "event: news")) {
        this.news();
      }
    }
  }
}
