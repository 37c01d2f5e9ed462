import { randomBytes } from "node:crypto";
import type { ReleaseFile, StageRequest } from "@hostelry/core/adapter";
import type { EdgeParts } from "../edge-parts.ts";
import { hashesDigests, listingDigest } from "../layout/tree-listing.ts";
import type { Answer } from "../node/answer.ts";
import type { NodeRequest } from "../node/node-session.ts";
import { type Packing, packed } from "./packed.ts";
import { newFiles, stageArchive } from "./stage-archive.ts";
import type { StagePlan } from "./stage-plan.ts";

/** A release on its way. */
export interface ReleaseToSend {
  readonly request: StageRequest;
  readonly plan: StagePlan;
  readonly signal: AbortSignal | undefined;
  /** Told when sending begins, which may be again. */
  readonly onBegin: () => void;
  /** Told of each file that was sent. */
  readonly onFile: (file: ReleaseFile) => void;
}

/** What the node answered. */
export interface SentRelease extends Answer {
  /** It has a release of that name: the digest of its manifest. */
  readonly held?: string | undefined;
}

/**
 * Sends the request and, without waiting for the node's word, the archive: that spares the way there and back. Only when
 * the release was staged from here before, it is likely that nothing needs to be sent, and the word is awaited.
 */
export async function sendRelease(parts: EdgeParts, sending: ReleaseToSend): Promise<SentRelease> {
  const { request, plan, signal } = sending;
  const { siteId, manifest } = request;
  const unwanted = new AbortController();
  const word = gate(parts.known.of(siteId).every((known) => known.manifest.release !== manifest.release));
  let held: string | undefined;
  const own = signal === undefined ? unwanted.signal : AbortSignal.any([signal, unwanted.signal]);
  const failed: { cause?: unknown } = {};
  const mark = randomBytes(8).toString("hex");

  async function* archive(): AsyncGenerator<Uint8Array, void> {
    try {
      if (!(await Promise.race([word.opened, fired(own)]))) return;
      yield* stageArchive(plan, { mark, blobs: request.blobs, signal: own, onFile: sending.onFile });
    } catch (cause) {
      if (!unwanted.signal.aborted) failed.cause = cause;
      throw cause;
    }
  }

  const makeRequest = ({ startedInMs }: { readonly startedInMs: number }): NodeRequest => {
    const { packing, level } = packingFor(parts, plan, startedInMs);
    sending.onBegin();
    return {
      words: [...words(sending, packing), mark],
      input: untilFired(packed(archive(), packing, level), own),
      onLine: (line) => {
        if (line === "send") word.open(true);
        if (line.startsWith("have ")) held = line.slice("have ".length);
      },
      signal,
    };
  };
  try {
    const answer = await parts.sessions.ask({ request: makeRequest, again: true });
    return { ...answer, held };
  } catch (cause) {
    throw failed.cause ?? cause;
  } finally {
    word.open(false);
    unwanted.abort();
    // The session took the rest of its input for this. The next one is started while nobody waits.
    parts.sessions.warmUp();
  }
}

function words({ request, plan }: ReleaseToSend, packing: Packing): readonly string[] {
  const { base, release } = plan;
  return [
    ...["stage", request.siteId, String(request.fencingToken), release.manifest.release, packing],
    ...(base === undefined ? ["-", "-"] : [base.manifest.release, base.digest]),
    release.digest,
    listingDigest(release.manifest.files),
    hashesDigests(newFiles(plan)).join(","),
  ];
}

/** From so long a start of a session on, the wire is what takes the time, not the processor. */
const distantMs = 60;
/** Little to send is packed always: bytes are saved, and the time does not matter. */
const littleBytes = 4 * 1024 * 1024;

function packingFor(parts: EdgeParts, plan: StagePlan, startedInMs: number): { packing: Packing; level: number } {
  let bytes = 0;
  for (const { size } of plan.sent) bytes += size;
  const isLittle = bytes < littleBytes;
  const { packing } = parts;
  if (packing !== "auto") return { packing, level: isLittle ? 6 : 1 };
  return { packing: isLittle || startedInMs > distantMs ? "gzip" : "plain", level: isLittle ? 6 : 1 };
}

/** Something that waits for a word, unless it need not. */
function gate(open: boolean): { readonly opened: Promise<boolean>; open(wanted: boolean): void } {
  let resolve: (wanted: boolean) => void = () => undefined;
  const opened = new Promise<boolean>((settle) => {
    resolve = settle;
  });
  if (open) resolve(true);
  return { opened, open: resolve };
}

/** Resolves with `false` when the signal fires. */
function fired(signal: AbortSignal): Promise<false> {
  if (signal.aborted) return Promise.resolve(false);
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(false), { once: true }));
}

/** Ends when the signal fires, also while the source is silent; the source is then told, and not waited for. */
async function* untilFired(chunks: AsyncIterable<Uint8Array>, signal: AbortSignal): AsyncGenerator<Uint8Array, void> {
  const iterator = chunks[Symbol.asyncIterator]();
  const stopped = fired(signal).then(() => undefined);
  for (;;) {
    const next = await Promise.race([iterator.next(), stopped]);
    if (next === undefined) {
      // A silent source answers its `return` only when it speaks again.
      iterator.return?.().catch(() => undefined);
      return;
    }
    if (next.done === true) return;
    yield next.value;
  }
}
