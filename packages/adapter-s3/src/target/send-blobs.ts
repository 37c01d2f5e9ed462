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
import type { BlobPlace } from "./release-record.ts";
import { requestsAtOnce } from "./requests-at-once.ts";
import { type SmallBlobs, smallBlobBytes, smallBlobs } from "./small-blobs.ts";
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
  const small = smallBlobs(sending.blobs, call.signal);
  try {
    await sideBySide(files, requestsAtOnce, async ([sha256, [file, ...same]]) => {
      if (file === undefined) return;
      call.signal?.throwIfAborted();
      const etag = await send(parts, call, sending, small, file);
      if (etag !== undefined) places.set(sha256, { stage: sending.stageId, etag });
      sending.onSent(1 + same.length);
    });
  } finally {
    small.close();
  }
  return { places, hashes: new Set(files.keys()) };
}

/** Sends one blob; gives its tag where it is in the target's own place. */
async function send(
  parts: TargetParts,
  call: SiteCall,
  { blobs, stageId, begun }: Sending,
  small: SmallBlobs,
  file: ReleaseFile,
): Promise<string | undefined> {
  const { signal } = call;
  const { sha256, size } = file;
  const key = call.keys.blob(stageId, sha256);
  if (hasSharedBlobs(parts)) return sendShared(parts, call, blobs, file);
  if (size > smallBlobBytes) return sendLarge(parts, call, { blobs, key, begun }, file);
  const failed = (cause: unknown): Error => readingFailed(parts, call, cause);
  return small.use(file, failed, async (bytes) => {
    begun.add(key);
    const written = await unwrap(parts.bucket.put(key, bytes, { sha256, signal }));
    return tagOf(parts, key, written);
  });
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
