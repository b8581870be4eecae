/**
 * Sends photos by tus 1.0.0 over bad lines.
 *
 * tus-js-client does the protocol; here stands what it leaves open. Pieces grow while they come through
 * quickly and are halved when they do not, by its `chunkSize`, which may be set between two pieces. What
 * the server has is asked of the server. The upload's path is kept on the phone's photo record; nothing
 * but the server's word that there is no such upload makes it forgotten. The client's own retries are
 * off: a failure is judged here, and when to come again is the runner's affair.
 */

import { type DetailedError, type HttpResponse, Upload } from "tus-js-client";
import type { Device } from "../db/device.ts";
import type { Sha256 } from "../protocol/wire.ts";
import { notAnswered } from "../sync/answer.ts";
import { Unanswered } from "../sync/broken.ts";
import type { Outside } from "../sync/outside.ts";
import { passOf } from "../sync/pass.ts";
import type { Photo } from "../sync/phone.ts";
import { isStuck } from "./fate.ts";
import { hashOf } from "./hash.ts";
import { SMALLEST_PIECE, afterFailure, afterPiece } from "./pieces.ts";

const ENDPOINT = "/api/v1/uploads";
/** How long no byte may move before the line counts as broken, in milliseconds. */
const PATIENCE_MS = 60_000;
/** How many failures in a row end one attempt at a photo. */
const MOST_FAILURES = 3;
/** The first pause after a failure, in milliseconds; each further one doubles it. */
const FIRST_PAUSE_MS = 500;
/** How often in a row the server may say that it has other bytes than were thought. */
const MOST_MOVES = 5;
/** How often a photo is begun anew in one go: more says that its bytes here are damaged. */
const MOST_BEGINNINGS = 3;

export interface Sending {
  /** Ends when the line is free of records, which go first. */
  quiet(): Promise<void>;
  /** So many bytes of a photo are on the line and not acknowledged. */
  told(hash: Sha256, bytes: number): void;
  /** Whether to stop after this piece. */
  isOver(): boolean;
}

/** What sending photos came to. */
export interface Sent {
  /** Photos that are at the office now. */
  photos: number;
  /** Bytes that the server acknowledged. */
  bytes: number;
  /** Why it ended, if not because all was sent. */
  broke?: unknown;
}

/** How one attempt at a photo ended. */
type Step =
  | { kind: "whole" }
  /** The upload does not exist any more, or its bytes were not the photo. */
  | { kind: "anew" }
  | { kind: "refused"; why: string }
  /** The server has more or less of it than was thought: what was on a line that was cut still came. */
  | { kind: "moved"; error: unknown }
  | { kind: "failed"; error: unknown }
  | { kind: "stopped" };

/** Sends every photo that the office lacks, one after the other, those of the oldest change first. */
export async function sendPhotos(device: Device, outside: Outside, token: string, sending: Sending): Promise<Sent> {
  const sent: Sent = { photos: 0, bytes: 0 };
  for (;;) {
    const photos = Object.entries((await device.phone())?.photos ?? {});
    const next = photos.find(([, photo]) => !photo.atOffice && !isStuck(photo));
    if (next === undefined || sending.isOver()) {
      return sent;
    }
    const [hash] = next;
    const sender = new Sender(device, outside, token, sending, hash);
    const broke = await sender.send();
    sent.bytes += sender.taken;
    if (broke !== undefined) {
      return { ...sent, broke };
    }
    sent.photos += sender.isWhole ? 1 : 0;
  }
}

/** Sends one photo. */
class Sender {
  /** Bytes that the server took in this session, also of pieces that were cut. */
  taken = 0;
  /** How far the server said that it came; nothing before it said so. */
  private reached: number | undefined;
  isWhole = false;
  private piece = SMALLEST_PIECE;

  constructor(
    private readonly device: Device,
    private readonly outside: Outside,
    private readonly token: string,
    private readonly sending: Sending,
    private readonly hash: Sha256,
  ) {}

  /** Gives back why it broke; nothing if the photo is at the office, or was refused, or it was stopped. */
  async send(): Promise<unknown> {
    const bytes = await this.device.album.bytes(this.hash);
    if (bytes === undefined) {
      await this.tell((photo) => ({ ...photo, fault: "lost" }));
      return undefined;
    }
    let [beginnings, moves] = [0, 0];
    for (let failures = 0; ; ) {
      const before = this.taken;
      const step = await this.attempt(bytes);
      switch (step.kind) {
        case "whole":
          this.isWhole = true;
          await this.tell((photo) => ({ ...photo, acknowledged: photo.length, atOffice: true }));
          return undefined;
        case "stopped":
          return undefined;
        case "refused":
          await this.tell((photo) => ({ ...photo, refused: step.why }));
          return undefined;
        case "anew":
          beginnings += 1;
          this.reached = undefined;
          await this.tell(({ upload: _, ...photo }) => ({ ...photo, acknowledged: 0 }));
          if (beginnings >= MOST_BEGINNINGS) {
            return this.doubt(bytes);
          }
          break;
        case "moved":
          // Browsers send a piece again by themselves when its connection broke: it was cut all the same.
          moves = this.taken > before ? 1 : moves + 1;
          this.piece = afterFailure(this.piece);
          if (moves >= MOST_MOVES) {
            return step.error;
          }
          break;
        case "failed":
          // Where bytes came through, the line is there again in a moment: waiting costs most of it.
          failures = this.taken > before ? 0 : failures + 1;
          this.piece = afterFailure(this.piece);
          if (failures >= MOST_FAILURES || isForLater(step.error)) {
            return step.error;
          }
          await this.pause(FIRST_PAUSE_MS * 2 ** failures * (0.5 + 0.5 * this.outside.luck()));
      }
    }
  }

  /** A photo that never arrives whole: either its bytes here are damaged, or something on the way bends them. */
  private async doubt(bytes: Blob): Promise<unknown> {
    if ((await hashOf(bytes)) === this.hash) {
      return new Error(`photo ${this.hash} does not arrive whole`);
    }
    await this.tell((photo) => ({ ...photo, fault: "damaged" }));
    return undefined;
  }

  private async tell(change: (photo: Photo) => Photo): Promise<void> {
    await this.device.album.told(this.hash, change);
  }

  /** Every answer says how far the upload is. What another session sent is not counted. */
  private reaches(offset: number): void {
    if (Number.isFinite(offset)) {
      this.taken += Math.max(0, offset - (this.reached ?? offset));
      this.reached = offset;
    }
  }

  private pause(ms: number): Promise<void> {
    return new Promise((resolve) => this.outside.after(ms, resolve));
  }

  /** Goes on from where the server says, or begins, until the photo is whole or something happens. */
  private async attempt(bytes: Blob): Promise<Step> {
    const photo = (await this.device.phone())?.photos[this.hash];
    if (photo === undefined) {
      return { kind: "stopped" };
    }
    return new Promise((resolve) => {
      let pieceBegan = this.outside.now();
      let cancel = () => {};
      const end = (step: Step) => {
        cancel();
        this.sending.told(this.hash, 0);
        resolve(step);
      };
      const alive = () => {
        cancel();
        cancel = this.outside.after(PATIENCE_MS, () => {
          void upload.abort();
          end({ kind: "failed", error: new Error("no byte moved for a minute") });
        });
      };
      const stop = (step: Step) => {
        void upload.abort();
        end(step);
      };
      const upload = new Upload(bytes as File, {
        // An upload that is known is gone on with and nothing else: the client would begin a new one
        // for any refusal, an expired sign-in too.
        ...(photo.upload === undefined ? { endpoint: ENDPOINT } : { uploadUrl: photo.upload }),
        headers: { ...passOf(this.token).headers, "Accept-Language": this.outside.language() },
        metadata: { sha256: this.hash, filename: photo.filename, filetype: photo.filetype },
        chunkSize: this.piece,
        retryDelays: null,
        storeFingerprintForResuming: false,
        ...(this.outside.photoLine === undefined ? {} : { httpStack: this.outside.photoLine }),
        fileReader: { openFile: (input: Blob) => Promise.resolve(sourceOf(input)) },
        onBeforeRequest: async () => {
          cancel();
          await this.sending.quiet();
          pieceBegan = this.outside.now();
          alive();
        },
        onAfterResponse: (request, response) => {
          alive();
          this.reaches(Number(response.getHeader("Upload-Offset") ?? Number.NaN));
          // The server has these bytes already: nothing travels twice.
          const isKnown = request.getMethod() === "POST" && response.getStatus() === 201;
          if (isKnown && response.getHeader("Upload-Offset") === String(photo.length)) {
            stop({ kind: "whole" });
          }
        },
        onUploadUrlAvailable: () => {
          // The server may have another address tomorrow, and another for who is behind a proxy.
          const path = pathOf(upload.url ?? "");
          upload.url = path;
          void this.tell((photo) => ({ ...photo, upload: path }));
        },
        onProgress: (bytesSent) => {
          alive();
          this.sending.told(this.hash, Math.max(0, bytesSent - Math.max(known, 0)));
        },
        onChunkComplete: (_, accepted) => {
          known = accepted;
          this.piece = afterPiece(this.piece, this.outside.now() - pieceBegan);
          upload.options.chunkSize = this.piece;
          this.sending.told(this.hash, 0);
          void this.tell((photo) => ({ ...photo, acknowledged: accepted }));
          if (this.sending.isOver() && accepted < photo.length) {
            stop({ kind: "stopped" });
          }
        },
        onSuccess: () => end({ kind: "whole" }),
        onError: (error) => end(judged(error, this.outside.now())),
      });
      let known = photo.acknowledged;
      alive();
      upload.start();
    });
  }
}

/** Slices of a `Blob`: the client's own reader is another in each environment. */
function sourceOf(blob: Blob) {
  return {
    size: blob.size,
    slice: (start: number, end: number) =>
      Promise.resolve({ value: blob.slice(start, end), done: end >= blob.size }),
    close: () => {},
  };
}

function pathOf(location: string): string {
  return location.replace(/^https?:\/\/[^/]+/, "");
}

function judged(error: Error | DetailedError, now: number): Step {
  const response = "originalResponse" in error ? error.originalResponse : null;
  if (response === null) {
    return { kind: "failed", error };
  }
  const status = response.getStatus();
  const came = cameOf(response, now);
  if (came.kind === "refused" && [404, 410, 460].includes(status)) {
    return { kind: "anew" };
  }
  if (came.kind === "refused" && [400, 413, 415, 422].includes(status)) {
    return { kind: "refused", why: came.detail };
  }
  return { kind: status === 409 && came.kind === "refused" ? "moved" : "failed", error: new Unanswered(came) };
}

/** What a response says. The answer to a HEAD has no words, but the server's says that it speaks tus. */
function cameOf(response: HttpResponse, now: number): Unanswered["came"] {
  const status = response.getStatus();
  const came = notAnswered({ status, retryAfter: response.getHeader("Retry-After") ?? null, body: response.getBody() }, now);
  const isOfHead = response.getBody() === "" && (response.getHeader("Tus-Resumable") === "1.0.0" || status === 401);
  return came.kind === "stranger" && isOfHead ? { kind: "refused", status, code: "", detail: "" } : came;
}

/** Whether trying again at once is of no use. */
function isForLater(error: unknown): boolean {
  return error instanceof Unanswered && error.came.kind === "refused";
}
