import {
  adapterError,
  type BlobStore,
  type HostingError,
  hostingError,
  type ReleaseFile,
  type ReleaseManifest,
  untilAborted,
  unwrap,
} from "@hostelry/core/adapter";
import { sideBySide } from "../blob/side-by-side.ts";
import type { PutOutcome } from "../client/object-client.ts";
import { untilSignal } from "../client/until-signal.ts";
import { hashBytes } from "./read-object.ts";
import type { BlobPlace } from "./release-record.ts";
import { requestsAtOnce } from "./requests-at-once.ts";
import { hasSharedBlobs, type SiteCall, type TargetParts } from "./target-parts.ts";

/** What was sent, and where it is. */
export interface SentBlobs {
  /** By SHA-256; none in a shared blob store. */
  readonly places: ReadonlyMap<string, BlobPlace>;
  readonly hashes: ReadonlySet<string>;
}

/** What to send. */
export interface Sending {
  readonly manifest: ReleaseManifest;
  readonly stageId: string;
  readonly blobs: Pick<BlobStore, "read">;
  /** Hashes that are there already. */
  readonly isThere: (sha256: string) => boolean;
  /** Told after each blob, how many files of the manifest it stands for. */
  readonly onSent: (files: number) => void;
  /** Takes the key of everything that may come to be, before it does. */
  readonly begun: Set<string>;
}

/** Sends every blob that is not there, each once, some at a time; the store and the client compare its hash. */
export async function sendBlobs(parts: TargetParts, call: SiteCall, sending: Sending): Promise<SentBlobs> {
  const files = new Map<string, ReleaseFile[]>();
  for (const file of sending.manifest.files) {
    if (sending.isThere(file.sha256)) continue;
    const same = files.get(file.sha256);
    if (same === undefined) files.set(file.sha256, [file]);
    else same.push(file);
  }
  const places = new Map<string, BlobPlace>();
  await sideBySide(files, requestsAtOnce, async ([sha256, [file, ...same]]) => {
    if (file === undefined) return;
    call.signal?.throwIfAborted();
    const etag = await send(parts, call, sending, file);
    if (etag !== undefined) places.set(sha256, { stage: sending.stageId, etag });
    sending.onSent(1 + same.length);
  });
  return { places, hashes: new Set(files.keys()) };
}

/** Up to here a blob is read whole before it is sent: the fewer hands it goes through, the better. */
const smallBytes = 512 * 1024;

/** Sends one blob; gives its tag where it is in the target's own place. */
async function send(
  parts: TargetParts,
  call: SiteCall,
  { blobs, stageId, begun }: Sending,
  file: ReleaseFile,
): Promise<string | undefined> {
  const { signal } = call;
  const { sha256, size } = file;
  const key = call.keys.blob(stageId, sha256);
  if (hasSharedBlobs(parts)) return sendShared(parts, call, blobs, file);
  if (size > smallBytes) return sendLarge(parts, call, { blobs, key, begun }, file);
  const bytes = await smallBlob(parts, call, blobs, file);
  begun.add(key);
  const written = await unwrap(parts.bucket.put(key, bytes, { sha256, signal }));
  return tagOf(parts, key, written);
}

/** Puts a blob into a store that others use as well. */
async function sendShared(
  parts: TargetParts & { readonly sharedBlobs: BlobStore },
  call: SiteCall,
  blobs: Pick<BlobStore, "read">,
  file: ReleaseFile,
): Promise<undefined> {
  const { sha256, size } = file;
  const source = await watchedBlob(call, blobs, file);
  const sent = await parts.sharedBlobs.put({ bytes: source.bytes, size, sha256 }, { signal: call.signal });
  if (sent.isErr()) throw sendingFailed(parts, call, source, sent.error);
}

async function sendLarge(
  parts: TargetParts,
  call: SiteCall,
  { blobs, key, begun }: Pick<Sending, "begun" | "blobs"> & { readonly key: string },
  file: ReleaseFile,
): Promise<string> {
  const { sha256, size } = file;
  const source = await watchedBlob(call, blobs, file);
  begun.add(key);
  const sent = await parts.bucket.upload(key, { bytes: source.bytes, size, sha256 }, { signal: call.signal });
  if (sent.isErr()) throw sendingFailed(parts, call, source, sent.error);
  return tagOf(parts, key, sent.value);
}

function tagOf({ name }: TargetParts, key: string, written: PutOutcome): string {
  if (written.outcome === "written") return written.etag;
  const details = { adapter: name, operation: "stage", state: "unchanged" } as const;
  throw hostingError("ADAPTER_FAILED", `${key} was refused for a condition that nobody set.`, details);
}

/** A blob's bytes, and what broke off. */
interface WatchedBlob {
  readonly bytes: AsyncIterable<Uint8Array>;
  readonly broken: { cause?: unknown };
}

async function watchedBlob(
  { signal }: SiteCall,
  blobs: Pick<BlobStore, "read">,
  { sha256 }: ReleaseFile,
): Promise<WatchedBlob> {
  const chunks = await unwrap(blobs.read(sha256, { signal, unchecked: true }));
  const broken: WatchedBlob["broken"] = {};
  return { bytes: watched(untilAborted(chunks, signal), broken), broken };
}

async function* watched(
  chunks: AsyncIterable<Uint8Array>,
  broken: WatchedBlob["broken"],
): AsyncGenerator<Uint8Array, void> {
  try {
    yield* chunks;
  } catch (cause) {
    broken.cause = cause;
    throw cause;
  }
}

/** The source's own error says more than that of the sending, and nothing that counts has changed. */
function sendingFailed(parts: TargetParts, call: SiteCall, { broken }: WatchedBlob, error: HostingError): Error {
  return broken.cause === undefined ? error : readingFailed(parts, call, broken.cause);
}

function readingFailed({ name }: TargetParts, { signal }: SiteCall, cause: unknown): Error {
  return adapterError(cause, { adapter: name, operation: "stage", state: "unchanged", signal });
}

/** A small blob's bytes, compared with its hash. */
async function smallBlob(
  parts: TargetParts,
  call: SiteCall,
  blobs: Pick<BlobStore, "read">,
  { sha256, size }: ReleaseFile,
): Promise<Uint8Array> {
  const reading: SmallReading = { blobs, sha256 };
  let bytes: Uint8Array;
  try {
    // Listened to once for all of it; when the signal fires, whoever gives the bytes is told to stop and not waited for.
    bytes = await untilSignal(gather(reading), call.signal);
  } catch (cause) {
    if (call.signal?.aborted === true) void Promise.resolve(reading.iterator?.return?.()).catch(() => undefined);
    throw readingFailed(parts, call, cause);
  }
  const actual = hashBytes(bytes);
  if (actual === sha256 && bytes.length === size) return bytes;
  const message = "The bytes of a blob are not those of its manifest.";
  throw hostingError("BLOB_MISMATCH", message, { expected: sha256, actual });
}

interface SmallReading {
  readonly blobs: Pick<BlobStore, "read">;
  readonly sha256: string;
  iterator?: AsyncIterator<Uint8Array>;
}

async function gather(reading: SmallReading): Promise<Uint8Array> {
  const chunks = await unwrap(reading.blobs.read(reading.sha256, { unchecked: true }));
  const iterator = chunks[Symbol.asyncIterator]();
  reading.iterator = iterator;
  const all: Uint8Array[] = [];
  let bytes = 0;
  for (let step = await iterator.next(); step.done !== true; step = await iterator.next()) {
    all.push(step.value);
    bytes += step.value.length;
    // More than a manifest can mean: what its hash is need not be known exactly.
    if (bytes <= 2 * smallBytes) continue;
    await iterator.return?.();
    break;
  }
  const [only] = all;
  return all.length === 1 && only !== undefined ? only : Buffer.concat(all);
}
