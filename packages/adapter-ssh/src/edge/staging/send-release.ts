import { randomBytes } from "node:crypto";
import { type ReleaseFile, type StageRequest, stoppable } from "@hostelry/core/adapter";
import type { EdgeParts } from "../edge-parts.ts";
import type { Answer } from "../node/answer.ts";
import type { NodeRequest } from "../node/node-session.ts";
import { chunkBytes } from "./chunk-filler.ts";
import { gzipped, gzippedPieces, type Packing } from "./packed.ts";
import { piecesOf, told } from "./pieces.ts";
import { readAhead } from "./read-ahead.ts";
import { type Hasher, stageArchive } from "./stage-archive.ts";
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
 *
 * A little archive is made while the session is being opened and follows the request in pieces, each as soon as it is ready, so that
 * the session can be kept; a large one is the rest of its session's input, and is never in memory whole.
 */
export async function sendRelease(parts: EdgeParts, sending: ReleaseToSend): Promise<SentRelease> {
  const { request, plan, signal } = sending;
  const { siteId, manifest } = request;
  const unwanted = new AbortController();
  const isNew = parts.known.of(siteId).every((known) => known.manifest.release !== manifest.release);
  const word = gate(isNew);
  let held: string | undefined;
  const own = signal === undefined ? unwanted.signal : AbortSignal.any([signal, unwanted.signal]);
  const failed: { cause?: unknown } = {};
  const mark = randomBytes(8).toString("hex");
  const isLittle = archiveBytes(plan) < littleBytes;
  const hasher = archiveBytes(plan) > muchBytes ? "openssl" : "sha256sum";

  async function* archive(reuse: boolean): AsyncGenerator<Uint8Array, void> {
    try {
      if (!(await Promise.race([word.opened, fired(own)]))) return;
      sending.onBegin();
      yield* stageArchive(plan, { mark, hasher, blobs: request.blobs, signal: own, reuse, onFile: sending.onFile });
    } catch (cause) {
      if (!unwanted.signal.aborted) failed.cause = cause;
      throw cause;
    }
  }

  const onLine = (line: string): void => {
    if (line === "send") word.open(true);
    if (line.startsWith("have ")) held = line.slice("have ".length);
  };
  const little = isNew && isLittle ? readAhead(piecesOf(untilFired(archive(false), own), chunkBytes)) : undefined;
  const makeRequest = ({ startedInMs }: { readonly startedInMs: number }): NodeRequest => {
    const { packing, level } = packingFor(parts, isLittle, startedInMs);
    if (little !== undefined) {
      const words = [...wordsOf(sending, { packing, hasher, isLittle: true }), mark, "pieces"];
      return { words, following: told(packing === "plain" ? little : gzippedPieces(little, level)), onLine, signal };
    }
    // The session takes the rest of its input for this. The next one is started while nobody waits for it.
    parts.sessions.warmUp();
    return {
      words: [...wordsOf(sending, { packing, hasher, isLittle: false }), mark, "-"],
      input: untilFired(packing === "plain" ? archive(true) : gzipped(archive(false), level), own),
      onLine,
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
    parts.sessions.warmUp();
  }
}

/** The words of a request but for its last two. */
function wordsOf(
  { request, plan }: ReleaseToSend,
  { packing, hasher, isLittle }: { readonly packing: Packing; readonly hasher: Hasher; readonly isLittle: boolean },
): readonly string[] {
  const { base } = plan;
  // Compared before much is sent; of little the finished manifest tells as well, and nobody has to hash the base's.
  const baseWords = base === undefined ? ["-", "-"] : [base.manifest.release, isLittle ? "-" : base.digest];
  const { siteId, fencingToken, manifest } = request;
  return ["stage", siteId, String(fencingToken), manifest.release, packing, ...baseWords, hasher];
}

/** Up to so much is made ready in memory, and is packed well at a distance: bytes are saved, and the time does not matter. */
const littleBytes = 4 * 1024 * 1024;
/** From so much on, a faster program for hashing is worth its start. */
const muchBytes = 32 * 1024 * 1024;
/** From so long a start of a session on, the wire is what takes the time, not the processor. */
const distantMs = 60;
/** Up to so long, the node is next door: packing takes longer than sending. */
const nearMs = 20;

/** Bytes of the archive before packing, roughly. */
function archiveBytes({ sent, lines, copied, secondNames, release }: StagePlan): number {
  const lineCount = lines === "all" ? release.manifest.files.length : lines.length;
  let bytes = 1024 * (sent.length + secondNames.length) + 256 * (lineCount + copied.length);
  for (const { size } of sent) bytes += size;
  return bytes;
}

function packingFor(
  { packing }: EdgeParts,
  isLittle: boolean,
  startedInMs: number,
): { readonly packing: Packing; readonly level: number } {
  const level = isLittle && startedInMs > distantMs ? 6 : 1;
  if (packing !== "auto") return { packing, level };
  return { packing: startedInMs > (isLittle ? nearMs : distantMs) ? "gzip" : "plain", level };
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
  const wanted = stoppable();
  void fired(signal).then(wanted.stop);
  for (;;) {
    const next = await wanted.wait(iterator.next());
    if (next === undefined) {
      // A silent source answers its `return` only when it speaks again.
      iterator.return?.().catch(() => undefined);
      return;
    }
    if (next.done === true) return;
    yield next.value;
  }
}
