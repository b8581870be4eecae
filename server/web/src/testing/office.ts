/** The office's side of the line, as far as stories of one phone need it: it takes what comes. */

import type { Change, CheckpointNews, HaveRequest, Outcome, Snapshot, SyncRequest, SyncResponse, Uuid } from "../protocol/wire.ts";
import { ScopeDigest } from "../protocol/digest.ts";

/** What the office says of itself: that it knows no kinds. */
export const SCHEMA = { kinds: [], choice_lists: [], checklists: [], roles: [] };

export class Office {
  readonly ledger: Change[] = [];
  /** Records in scope. */
  records: Snapshot[] = [];
  /** The records that the next answers leave out, so that the digest differs. */
  hidden = new Set<Uuid>();
  requests: SyncRequest[] = [];
  /** What the next answers say of the ledger, and the key that signed it. */
  checkpoint?: CheckpointNews;
  key = "";
  photos: { has(hash: string): boolean } = new Set<string>();

  constructor(private readonly now: () => number) {}

  async answer(path: string, init: RequestInit): Promise<Response> {
    const body = await bodyOf(init);
    switch (path.split("?")[0]) {
      case "/api/v1/sync":
        return json(this.sync(body as SyncRequest));
      case "/api/v1/sync/index":
        return json({ records: this.records.map((row) => [row.id, row.seq]), digest: this.digest() });
      case "/api/v1/sync/have":
        return json(this.have(body as HaveRequest));
      case "/api/v1/schema":
        return json(SCHEMA);
      case "/api/v1/me":
        return json({ user: {}, roles: [] });
      case "/api/v1/ledgers/350823/key":
        return new Response(this.key);
      default:
        return problem(404, "not_found");
    }
  }

  private sync(request: SyncRequest): SyncResponse {
    this.requests.push(request);
    const outcomes = request.changes.map((change): Outcome => {
      const at = this.ledger.findIndex((other) => other.id === change.id);
      if (at >= 0) {
        return { change: change.id, outcome: "duplicate", seq: at + 1 };
      }
      this.ledger.push(change);
      return { change: change.id, outcome: "accepted", seq: this.ledger.length, conflicts: [] };
    });
    const isAnew = request.cursor === null;
    return {
      protocol: 1,
      server_time: new Date(this.now()).toISOString(),
      outcomes,
      records: isAnew ? this.records.filter((row) => !this.hidden.has(row.id)) : [],
      gone: [],
      photos_missing: [],
      cursor: "c",
      more: false,
      resync: false,
      settled: 0,
      ticket: "t",
      digest: this.digest(),
      ...(this.checkpoint === undefined ? {} : { checkpoint: this.checkpoint }),
    };
  }

  private have({ changes, photos }: HaveRequest) {
    const known = new Set(this.ledger.map((change) => change.id));
    return {
      changes: changes.filter((change) => !known.has(change)),
      photos: photos.filter((photo) => !this.photos.has(photo)),
      unsettled: { changes, photos },
    };
  }

  private digest() {
    const digest = new ScopeDigest();
    this.records.forEach((row) => digest.add(row.id, row.seq));
    return digest.wire();
  }
}

async function bodyOf(init: RequestInit): Promise<unknown> {
  if (init.body === undefined || init.body === null) {
    return undefined;
  }
  const headers = new Headers(init.headers);
  const bytes = new Response(init.body).body as ReadableStream<Uint8Array<ArrayBuffer>>;
  const isPacked = headers.get("Content-Encoding") === "gzip";
  return new Response(isPacked ? bytes.pipeThrough(new DecompressionStream("gzip")) : bytes).json();
}

export function json(body: object, status = 200, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/json", ...headers } });
}

export function problem(status: number, code: string, headers: Record<string, string> = {}): Response {
  return json({ type: `urn:siteledger:problem:${code}`, status, detail: "请稍后", code }, status, headers);
}

/** What a captive portal answers to everything. */
export function portal(): Response {
  return new Response("<html>请登录</html>", { status: 200, headers: { "Content-Type": "text/html" } });
}
