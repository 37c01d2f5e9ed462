import {
  type AdapterError,
  adapterError,
  attempt,
  type BlobStore,
  type BlobStoreError,
  type CallOptions,
  type FailureState,
  hostingError,
  type ResultAsync,
  unwrap,
} from "@hostelry/core/adapter";
import type { ObjectClient, PresignOptions } from "../client/object-client.ts";
import { assertBlobName, blobKey } from "./blob-key.ts";
import { departures as departuresOf } from "./departures.ts";
import { listBlobs } from "./list-blobs.ts";
import { lookUpBlobs } from "./look-up-blobs.ts";
import { type BlobPutting, putBlob } from "./put-blob.ts";
import { readBlob } from "./read-blob.ts";
import { removeBlobs, removeIdleBlobs } from "./remove-blobs.ts";
import { sweepLeftovers } from "./sweep-leftovers.ts";

/** Options of {@link s3BlobStore}. */
export interface S3BlobStoreOptions {
  /** For error messages. Default: the bucket's name for them. */
  readonly name?: string | undefined;
  /** What keys begin with; ends with `/` or is empty. Default `blobs/`. */
  readonly prefix?: string | undefined;
  /**
   * Whether unreferenced blobs are collected, by anybody who uses this prefix. Default `true`. `false` spares the look for removals that
   * puts share; then nobody may remove blobs by their age.
   */
  readonly collectable?: boolean | undefined;
  /** After how many milliseconds an upload that was not ended is nobody's any more. Default 24 hours. */
  readonly staleAfterMs?: number | undefined;
}

/** A blob store in a bucket, and what only a bucket can do. */
export interface S3BlobStore extends BlobStore {
  /** The bucket it is in. */
  readonly bucket: ObjectClient;
  readonly prefix: string;
  /** The key that a blob has in the bucket. */
  key(sha256: string): string;
  /** A URL that gives the blob's bytes to whoever has it, until it expires. Does not look whether the blob is there. */
  presignRead(sha256: string, options: PresignOptions): ResultAsync<string, BlobStoreError>;
  /** Removes what was begun and never ended: uploads, and bytes aside. The first `list` does it too. */
  sweep(options?: CallOptions): ResultAsync<void, BlobStoreError>;
}

/**
 * Blobs as objects: `<prefix>sha256/<64 hex digits>`. Any number of processes may use one prefix. What a store checks is left to it, above
 * all the SHA-256 that every request is signed with; what it does not is checked here.
 *
 * Run 64 or more puts side by side: they share their look for removals.
 */
export function s3BlobStore(bucket: ObjectClient, options: S3BlobStoreOptions = {}): S3BlobStore {
  const { name = bucket.name, prefix = "blobs/", collectable = true, staleAfterMs = 24 * 3_600_000 } = options;
  if (prefix !== "" && !prefix.endsWith("/")) throw new TypeError(`A prefix ends with "/": ${JSON.stringify(prefix)}`);
  const departures = departuresOf(bucket, prefix);
  const putting: BlobPutting = { client: bucket, prefix, departures: collectable ? departures : undefined };
  let swept: Promise<void> | undefined;

  const classify =
    (operation: string, state: FailureState, signal: AbortSignal | undefined) =>
    (cause: unknown): AdapterError =>
      adapterError(cause, { adapter: name, operation, state, signal });
  const sweep = (signal: AbortSignal | undefined): Promise<void> =>
    sweepLeftovers({ client: bucket, prefix, staleAfterMs, signal });
  const sweepOnce = (signal: AbortSignal | undefined): Promise<void> => {
    swept ??= sweep(signal).catch((cause: unknown) => {
      swept = undefined;
      throw cause;
    });
    return swept;
  };

  return {
    spec: "blob-store/1",
    name,
    capabilities: { collectable },
    bucket,
    prefix,

    key(sha256) {
      assertBlobName(sha256);
      return blobKey(prefix, sha256);
    },

    put(input, { signal } = {}) {
      if (input.sha256 !== undefined) assertBlobName(input.sha256);
      return attempt(() => putBlob(putting, input, signal), classify("put", "unchanged", signal));
    },

    read(sha256, { signal, start, end } = {}) {
      assertBlobName(sha256);
      const failed = classify("read", "unchanged", signal);
      const reading = { client: bucket, key: blobKey(prefix, sha256), sha256, start, end, signal, failed };
      return attempt(() => readBlob(reading), failed);
    },

    has(names, { signal } = {}) {
      for (const sha256 of names) assertBlobName(sha256);
      const look = async (): Promise<ReadonlyMap<string, number>> => {
        signal?.throwIfAborted();
        const found = await lookUpBlobs(bucket, prefix, names, { signal });
        return new Map([...found].map(([sha256, { size }]) => [sha256, size]));
      };
      return attempt(look, classify("has", "unchanged", signal));
    },

    list({ after, limit = 100, signal } = {}) {
      const page = async (): ReturnType<typeof listBlobs> => {
        if (collectable) await sweepOnce(signal);
        return listBlobs(bucket, prefix, { after, limit: Math.min(Math.max(limit, 1), 1000), signal });
      };
      return attempt(page, classify("list", "unchanged", signal));
    },

    remove(names, { signal, unlessPutAfter } = {}) {
      for (const sha256 of names) assertBlobName(sha256);
      const removal = { client: bucket, prefix, signal };
      const remove = async (): Promise<{ readonly removed: number }> => {
        signal?.throwIfAborted();
        if (unlessPutAfter === undefined) return removeBlobs(removal, names);
        if (!collectable) throw notCollectable(name, "this blob store was opened with `collectable: false`");
        const { expiresSignedUrls } = await unwrap(bucket.dialect({ signal }));
        if (!expiresSignedUrls) throw notCollectable(name, "the store does not end signed URLs in time");
        return removeIdleBlobs(removal, departures, names, unlessPutAfter);
      };
      return attempt(remove, classify("remove", "changed", signal));
    },

    presignRead(sha256, presigning) {
      assertBlobName(sha256);
      return bucket.presignGet(blobKey(prefix, sha256), presigning);
    },

    sweep: ({ signal } = {}) => attempt(() => sweep(signal), classify("sweep", "changed", signal)),
  };
}

function notCollectable(adapter: string, why: string): Error {
  const details = { adapter, operation: "remove", state: "unchanged" } as const;
  const message = `${adapter} can't remove blobs by their age: ${why}.`;
  return hostingError("ADAPTER_FAILED", message, details, { retryable: false });
}
