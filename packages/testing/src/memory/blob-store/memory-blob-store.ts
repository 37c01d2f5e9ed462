import { createHash } from "node:crypto";
import {
  adapterError,
  attempt,
  type BlobInput,
  type BlobStore,
  type BlobStoreCapabilities,
  type BlobStoreError,
  type CallOptions,
  type Clock,
  err,
  flow,
  type HostingErrorOf,
  hostingError,
  ok,
  type Result,
  type ResultAsync,
  type StoredBlob,
  systemClock,
} from "@hostelry/core/adapter";
import { pageOf } from "../page-of.ts";
import { decide, nextTurn, type Turn } from "../turn.ts";
import { inputChunks } from "./input-chunks.ts";
import { checkedChunks } from "./read-blob.ts";

/** Settings of {@link memoryBlobStore}. */
export interface MemoryBlobStoreOptions {
  /** Where the bytes are kept, by name; tests may look, and damage. Default: a new map. */
  readonly blobs?: Map<string, Uint8Array> | undefined;
  /** When each blob was last put; those that are not in it count from the opening of the store. Default: a new map. */
  readonly putAt?: Map<string, Date> | undefined;
  /** What the age of a blob is counted by. Default: the machine's clock. */
  readonly clock?: Clock | undefined;
  readonly capabilities?: Partial<BlobStoreCapabilities> | undefined;
  /** How to let others run before and after each decision. Default: one turn of the event loop. */
  readonly turn?: Turn | undefined;
}

/** A {@link memoryBlobStore}, and what is behind it. */
export interface MemoryBlobStore extends BlobStore {
  readonly blobs: Map<string, Uint8Array>;
  readonly putAt: Map<string, Date>;
}

const name = "memory";
const maximumPage = 1000;

/** A {@link BlobStore} in memory. */
export function memoryBlobStore(options: MemoryBlobStoreOptions = {}): MemoryBlobStore {
  const { blobs = new Map<string, Uint8Array>(), putAt = new Map<string, Date>() } = options;
  const { turn = nextTurn, clock = systemClock } = options;
  const openedAt = clock.now();
  const lastPut = (sha256: string): Date => putAt.get(sha256) ?? openedAt;
  return {
    spec: "blob-store/1",
    name,
    capabilities: { collectable: true, ...options.capabilities },
    blobs,
    putAt,

    put: (input, call) =>
      flow(async function* () {
        if (input.sha256 !== undefined) checkName(input.sha256);
        const bytes = yield* receive(input, call);
        const sha256 = yield* checkBytes(input, bytes);
        return decide<StoredBlob, BlobStoreError>(turn, "put", call, () => {
          const stored = !blobs.has(sha256);
          if (stored) blobs.set(sha256, bytes);
          putAt.set(sha256, clock.now());
          return ok({ sha256, size: bytes.length, stored });
        });
      }),

    read: (sha256, range = {}) => {
      checkName(sha256);
      return decide<AsyncIterable<Uint8Array>, BlobStoreError>(turn, "read", range, () => {
        const bytes = blobs.get(sha256);
        if (bytes === undefined) return err(blobNotFound(sha256));
        return ok(checkedChunks(sha256, { bytes, range, signal: range.signal, turn }));
      });
    },

    has: (names, call) => {
      for (const sha256 of names) checkName(sha256);
      return decide<ReadonlyMap<string, number>, BlobStoreError>(turn, "has", call, () => {
        const found = new Map<string, number>();
        for (const sha256 of names) {
          const bytes = blobs.get(sha256);
          if (bytes !== undefined) found.set(sha256, bytes.length);
        }
        return ok(found);
      });
    },

    list: (page = {}) =>
      decide(turn, "list", page, () => {
        const listed = [...blobs].map(([sha256, bytes]) => ({
          sha256,
          size: bytes.length,
          putAt: lastPut(sha256),
          idleMs: clock.now().getTime() - lastPut(sha256).getTime(),
        }));
        const limit = Math.min(maximumPage, Math.max(1, page.limit ?? 100));
        return pageOf(listed, { key: (blob) => [blob.sha256], newestFirst: false }, { ...page, limit }).mapErr(
          (cause) => adapterError(cause, { adapter: name, operation: "list", state: "unchanged" }),
        );
      }),

    remove: (names, call) => {
      for (const sha256 of names) checkName(sha256);
      return decide<{ readonly removed: number }, BlobStoreError>(turn, "remove", call, () => {
        const { unlessPutAfter } = call ?? {};
        let removed = 0;
        for (const sha256 of names) {
          if (unlessPutAfter !== undefined && lastPut(sha256) > unlessPutAfter) continue;
          if (blobs.delete(sha256)) removed += 1;
        }
        return ok({ removed });
      });
    },
  };
}

const namePattern = /^[0-9a-f]{64}$/;

function checkName(sha256: string): void {
  if (!namePattern.test(sha256)) throw new TypeError(`a blob's name is 64 lower-case hex digits, not ${sha256}`);
}

function receive(input: BlobInput, call: CallOptions | undefined): ResultAsync<Uint8Array, BlobStoreError> {
  const signal = call?.signal;
  const collect = async (): Promise<Uint8Array> => {
    const chunks: Uint8Array[] = [];
    // Copied, for the caller may use its buffer again.
    for await (const chunk of inputChunks(input.bytes, signal)) chunks.push(chunk.slice());
    return new Uint8Array(Buffer.concat(chunks));
  };
  return attempt(collect, (cause) =>
    adapterError(cause, { adapter: name, operation: "put", state: "unchanged", signal }),
  );
}

function checkBytes(input: BlobInput, bytes: Uint8Array): Result<string, HostingErrorOf<"BLOB_MISMATCH">> {
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  if (input.sha256 !== undefined && input.sha256 !== sha256) return err(mismatch(input.sha256, sha256));
  if (input.size !== undefined && input.size !== bytes.length) {
    return err(mismatch(`${input.size} bytes`, `${bytes.length} bytes`));
  }
  return ok(sha256);
}

function mismatch(expected: string, actual: string): HostingErrorOf<"BLOB_MISMATCH"> {
  return hostingError("BLOB_MISMATCH", `The bytes are ${actual}, not ${expected}.`, { expected, actual });
}

function blobNotFound(sha256: string): HostingErrorOf<"BLOB_NOT_FOUND"> {
  return hostingError("BLOB_NOT_FOUND", `There is no blob ${sha256}.`, { sha256 });
}
