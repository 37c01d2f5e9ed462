import { randomBytes } from "node:crypto";
import { type ReleaseFile, type StageRequest, stoppable } from "@hostelry/core/adapter";
import type { EdgeParts } from "../edge-parts.ts";
import { hashesDigests, listingDigest, opensslDigest } from "../layout/tree-listing.ts";
import type { Answer } from "../node/answer.ts";
import type { NodeRequest } from "../node/node-session.ts";
import { gzipped, type Packing } from "./packed.ts";
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
 *
 * A little archive is made while the session is being opened and goes with the request, so that the session can be kept; a
 * large one is the rest of its session's input, and is never in memory whole.
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
  const facts = words(sending);

  async function* archive(reuse: boolean): AsyncGenerator<Uint8Array, void> {
    try {
      if (!(await Promise.race([word.opened, fired(own)]))) return;
      sending.onBegin();
      yield* stageArchive(plan, { mark, blobs: request.blobs, signal: own, reuse, onFile: sending.onFile });
    } catch (cause) {
      if (!unwanted.signal.aborted) failed.cause = cause;
      throw cause;
    }
  }

  const onLine = (line: string): void => {
    if (line === "send") word.open(true);
    if (line.startsWith("have ")) held = line.slice("have ".length);
  };
  const isLittle = archiveBytes(plan) < littleBytes;
  const little = isNew && isLittle ? gathered(untilFired(archive(false), own)) : undefined;
  // Whoever waits for it sees the error; the session may not come about at all.
  little?.catch(() => undefined);
  const makeRequest = async ({ startedInMs }: { readonly startedInMs: number }): Promise<NodeRequest> => {
    const { packing, level } = packingFor(parts, isLittle, startedInMs);
    const first = ["stage", siteId, ...facts(packing), mark];
    if (little !== undefined) {
      const bytes = packing === "plain" ? await little : await gathered(gzipped(await little, level));
      return { words: [...first, String(byteLength(bytes))], bytes: Buffer.concat(bytes), onLine, signal };
    }
    // The session takes the rest of its input for this. The next one is started while nobody waits for it.
    parts.sessions.warmUp();
    return {
      words: [...first, "-"],
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

/** The words of a request but for its first two and its last two; how the archive is packed is known last. */
function words({ request, plan }: ReleaseToSend): (packing: Packing) => readonly string[] {
  const { base, release } = plan;
  const files = newFiles(plan);
  const openssl = archiveBytes(plan) > muchBytes ? opensslDigest(files) : undefined;
  const digests = [
    ...(base === undefined ? ["-", "-"] : [base.manifest.release, base.digest]),
    release.digest,
    listingDigest(release.manifest.files),
    [...hashesDigests(files), ...(openssl === undefined ? [] : [`openssl:${openssl}`])].join(","),
  ];
  return (packing) => [String(request.fencingToken), release.manifest.release, packing, ...digests];
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

async function gathered(chunks: AsyncIterable<Uint8Array>): Promise<readonly Uint8Array[]> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return all;
}

function byteLength(chunks: readonly Uint8Array[]): number {
  return chunks.reduce((sum, chunk) => sum + chunk.length, 0);
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
