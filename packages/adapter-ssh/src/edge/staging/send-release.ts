import { randomBytes } from "node:crypto";
import { type ReleaseFile, type StageRequest, stoppable } from "@hostelry/core/adapter";
import type { EdgeParts } from "../edge-parts.ts";
import type { Answer } from "../node/answer.ts";
import type { NodeRequest } from "../node/node-session.ts";
import type { Way } from "../node/session-pool.ts";
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
  /** The flip that the node shall do right after; without, it only lays the release out. */
  readonly flip?: FlipToSend | undefined;
}

/** A flip that goes with a release. */
export interface FlipToSend {
  /** Words and lines of the script. */
  readonly words: readonly string[];
  readonly lines: readonly string[];
  /** Told before the node has all that it needs for it. Not told when the flip is not sent. */
  readonly onFlip: () => void;
}

/** What the node answered. */
export interface SentRelease extends Answer {
  /** It has a release of that name: the digest of its manifest. */
  readonly held?: string | undefined;
  /** The flip went with it. */
  readonly flips: boolean;
}

/**
 * Sends the request and, without waiting for the node's word, the archive: that spares the way there and back. Only when
 * the release was staged from here before, it is likely that nothing needs to be sent, and the word is awaited.
 *
 * A little archive is made while the session is being opened and follows the request in pieces, each as soon as it is ready, so that
 * the session can be kept; a tiny one goes with the request in one packet. A large one is the rest of its session's input, and is never in
 * memory whole.
 */
export async function sendRelease(parts: EdgeParts, sending: ReleaseToSend): Promise<SentRelease> {
  const { request, plan, signal, flip } = sending;
  const { siteId, manifest } = request;
  const unwanted = new AbortController();
  const isNew = parts.known.of(siteId).every((known) => known.manifest.release !== manifest.release);
  const word = gate(isNew);
  let held: string | undefined;
  const own = signal === undefined ? unwanted.signal : AbortSignal.any([signal, unwanted.signal]);
  const failed: { cause?: unknown } = {};
  const isLittle = archiveBytes(plan) < littleBytes;
  const isTiny = archiveBytes(plan) < tinyBytes;
  const hasher = archiveBytes(plan) > muchBytes ? "openssl" : "sha256sum";
  // Of what comes in pieces nothing is hashed before all is there.
  const mark = isNew && isLittle ? undefined : randomBytes(8).toString("hex");
  // A session that may have ended long ago is tried with what can be asked again.
  const flippingOn = ({ silentMs }: Way): boolean => flip !== undefined && silentMs < surelyOpenMs;
  let flips = false;
  let committed = false;
  const onEnding = (): void => {
    // What ended because the caller wants no more is not whole; and what the node has refused is not flipped to.
    own.throwIfAborted();
    if (!flips) return;
    committed = true;
    flip?.onFlip();
  };

  async function* archive(reuse: boolean, ending?: () => void): AsyncGenerator<Uint8Array, void> {
    try {
      if (!(await Promise.race([word.opened, fired(own)]))) return;
      sending.onBegin();
      const { onFile } = sending;
      yield* stageArchive(plan, { mark, hasher, blobs: request.blobs, signal: own, reuse, onFile, onEnding: ending });
    } catch (cause) {
      if (!unwanted.signal.aborted) failed.cause = cause;
      throw cause;
    }
  }

  const onLine = (line: string): void => {
    if (line === "send") word.open(true);
    if (line.startsWith("have ")) held = line.slice("have ".length);
  };
  const little = mark === undefined ? readAhead(piecesOf(untilFired(archive(false), own), chunkBytes)) : undefined;
  const makeRequest = async (way: Way): Promise<NodeRequest> => {
    flips = flippingOn(way);
    const { packing, level } = packingFor(parts, archiveBytes(plan), way.startedInMs);
    const followedBy = flips ? flip?.lines : undefined;
    const wordsWith = (length: "-" | "pieces"): readonly string[] => {
      const words = [...wordsOf(sending, { packing, hasher, isLittle: little !== undefined }), mark ?? "-", length];
      return flips && flip !== undefined ? ["publish", ...words, ...flip.words] : ["stage", ...words];
    };
    if (little !== undefined) {
      const pieces = told(packing === "plain" ? little : gzippedPieces(little, level), onEnding);
      const following = isTiny ? await wholeOf(pieces) : pieces;
      return { words: wordsWith("pieces"), followedBy, following, onLine, signal };
    }
    // The session takes the rest of its input for this. The next one is started while nobody waits for it.
    parts.sessions.warmUp();
    const bytes = packing === "plain" ? archive(true, onEnding) : gzipped(archive(false, onEnding), level);
    return { words: wordsWith("-"), followedBy, input: untilFired(bytes, own), onLine, signal };
  };
  try {
    const answer = await parts.sessions.ask({ request: makeRequest, again: () => !committed });
    return { ...answer, held, flips };
  } catch (cause) {
    throw failed.cause ?? cause;
  } finally {
    word.open(false);
    unwanted.abort();
    parts.sessions.warmUp();
  }
}

/** The words of a request between its verb, and the mark and the length. */
function wordsOf(
  { request, plan }: ReleaseToSend,
  { packing, hasher, isLittle }: { readonly packing: Packing; readonly hasher: Hasher; readonly isLittle: boolean },
): readonly string[] {
  const { base } = plan;
  // Compared before much is sent; of little the finished manifest tells as well, and nobody has to hash the base's.
  const baseWords = base === undefined ? ["-", "-"] : [base.manifest.release, isLittle ? "-" : base.digest];
  const { siteId, fencingToken, manifest } = request;
  return [siteId, String(fencingToken), manifest.release, packing, ...baseWords, hasher];
}

/** Up to so much is made ready in memory, and is packed well at a distance: bytes are saved, and the time does not matter. */
const littleBytes = 4 * 1024 * 1024;
/** Up to so much it goes in one packet with the request: a packet of SSH costs fifty bytes. */
const tinyBytes = 64 * 1024;
/** A session that was heard that lately is taken for open. */
const surelyOpenMs = 15_000;
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
  bytes: number,
  startedInMs: number,
): { readonly packing: Packing; readonly level: number } {
  const isLittle = bytes < littleBytes;
  const level = isLittle && startedInMs > distantMs ? distantLevel(bytes) : 1;
  if (packing !== "auto") return { packing, level };
  return { packing: startedInMs > (isLittle ? nearMs : distantMs) ? "gzip" : "plain", level };
}

/** Of a megabyte and more, zlib's level 3 takes a third of the time of level 6, which saves one byte in twenty. */
function distantLevel(bytes: number): number {
  if (bytes < tinyBytes) return 9;
  return bytes < 1024 * 1024 ? 6 : 3;
}

async function wholeOf(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all);
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
