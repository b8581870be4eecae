/** What a device asks of the server: each question with its whole answer, or `Unanswered`. */

import { stamp } from "../protocol/stamp.ts";
import type { Change, HaveRequest, HaveResponse, IndexResponse, SyncResponse, Uuid } from "../protocol/wire.ts";
import { type Came, type History, type HttpResponse, haveAnswer, historyAnswer, indexAnswer, paperAnswer, syncAnswer } from "./answer.ts";
import { ask } from "./ask.ts";
import { Unanswered } from "./broken.ts";
import type { Outside } from "./outside.ts";
import { type Phone, type Request, isAnswered, nextRequest } from "./phone.ts";

/** How many bytes of changes go into one request. */
const MOST_BYTES = 256 * 1024;
/** How many ids are asked for in one question. */
const MOST_ASKED = 5_000;

/** The answer to a request, and by how much the server's clock is ahead of the device's. */
export interface Told {
  request: Request;
  answer: SyncResponse;
  /** Milliseconds; it is not known better than the answer took. */
  aheadMs: number;
}

/** How a request is made. */
interface Trip {
  /** So many changes at most. */
  changes: number;
  askAfterHeld: boolean;
  /** The last checkpoint that the device saw. */
  checkpoint: string | null;
  /** Told what goes out, before it does. */
  begins(request: Request): void;
}

/** A change in the ledger. */
export interface Entry {
  change: Change;
  by_name: string;
  seq: number;
}

export class Office {
  constructor(
    private readonly outside: Outside,
    private readonly token: string,
  ) {}

  /** One round trip. */
  async sync(
    phone: Phone,
    { changes, askAfterHeld, checkpoint, begins }: Trip,
  ): Promise<Told> {
    const sentAt = this.outside.now();
    const request = nextRequest(phone, stamp(new Date(sentAt)), { changes, bytes: MOST_BYTES, askAfterHeld });
    begins(request);
    const body = { ...request.body, checkpoint };
    const answer = await this.post("/api/v1/sync", body, syncAnswer);
    if (!isAnswered(request.carries, answer)) {
      throw new Unanswered({ kind: "stranger" });
    }
    const between = (sentAt + this.outside.now()) / 2;
    return { request, answer, aheadMs: Math.round(Date.parse(answer.server_time) - between) };
  }

  /** The whole index, page by page. */
  async index(): Promise<IndexResponse> {
    const { next, ...first } = await this.post("/api/v1/sync/index", {}, indexAnswer);
    const records = [...first.records];
    for (let after = next; after !== undefined; ) {
      const path = `/api/v1/sync/index?after=${encodeURIComponent(after)}`;
      const page = await this.post(path, {}, indexAnswer);
      records.push(...page.records);
      after = page.next;
    }
    return { ...first, records };
  }

  /** What of these the server lacks. */
  async have(asked: HaveRequest): Promise<HaveResponse> {
    const lacks: HaveResponse = { changes: [], photos: [] };
    const most = Math.max(asked.changes.length, asked.photos.length);
    for (let from = 0; from === 0 || from < most; from += MOST_ASKED) {
      const part = {
        changes: asked.changes.slice(from, from + MOST_ASKED),
        photos: asked.photos.slice(from, from + MOST_ASKED),
      };
      const { changes, photos, unsettled } = await this.post("/api/v1/sync/have", part, haveAnswer);
      lacks.changes.push(...changes);
      lacks.photos.push(...photos);
      if (unsettled !== undefined) {
        lacks.unsettled ??= { changes: [], photos: [] };
        lacks.unsettled.changes.push(...unsettled.changes);
        lacks.unsettled.photos.push(...unsettled.photos);
      }
    }
    return lacks;
  }

  /** Every change of a record that the office has, in the ledger's order; those that were lawfully erased are left out. */
  async history(record: Uuid): Promise<Entry[]> {
    const entries: Entry[] = [];
    for (let after: number | undefined = 0; after !== undefined; ) {
      const path = `/api/v1/records/${record}?after=${after}`;
      const response = await ask(this.outside, { method: "GET", path, token: this.token });
      const page: History = answered(historyAnswer(response, this.outside.now()));
      entries.push(...page.history.flatMap(({ change, by_name, seq }) => (change === undefined || change === null ? [] : [{ change, by_name, seq }])));
      after = page.next;
    }
    return entries;
  }

  /** What the server says of itself, or of who asks. */
  async paper(name: "schema" | "me"): Promise<object> {
    const response = await ask(this.outside, { method: "GET", path: `/api/v1/${name}`, token: this.token });
    return answered(paperAnswer(name, response, this.outside.now()));
  }

  /** The key with which a ledger's checkpoints are signed, as text. */
  async ledgerKey(county: string): Promise<string | undefined> {
    const path = `/api/v1/ledgers/${encodeURIComponent(county)}/key`;
    const { status, body } = await ask(this.outside, { method: "GET", path, token: this.token });
    return status === 200 ? body.trim() : undefined;
  }

  private async post<T>(path: string, body: object, judge: (response: HttpResponse, now: number) => Came<T>): Promise<T> {
    const response = await ask(this.outside, { method: "POST", path, token: this.token, body });
    return answered(judge(response, this.outside.now()));
  }
}

function answered<T>(came: Came<T>): T {
  if (came.kind !== "answer") {
    throw new Unanswered(came);
  }
  return came.answer;
}
