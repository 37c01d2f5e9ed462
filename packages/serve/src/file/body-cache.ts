import { createHash } from "node:crypto";
import {
  adapterError,
  attempt,
  type ContentError,
  type ContentView,
  err,
  flow,
  hostingError,
  isHostingError,
  ok,
  type ReleaseFile,
  type ResultAsync,
} from "@hostelry/core/adapter";
import { twoGenerations } from "../cache/two-generations.ts";

/** Bodies of small files by their hash, for all sites together. */
export interface BodyCache {
  /** Whether a file is small enough to be kept. */
  holds(file: ReleaseFile): boolean;
  /** The bytes, if they are here. */
  get(file: ReleaseFile): Uint8Array | undefined;
  /** The bytes, read if they have to be; requests for the same bytes wait for one reading. */
  load(view: ContentView, file: ReleaseFile): ResultAsync<Uint8Array, ContentError>;
}

/** How much is kept. */
export interface BodyCacheLimits {
  /** Bytes of all bodies together. */
  readonly maxBytes: number;
  /** A file larger than this is streamed instead. */
  readonly maxFileBytes: number;
}

/** Counted for each body beside its bytes. */
const entryBytes = 200;

/** An empty cache. */
export function bodyCache({ maxBytes, maxFileBytes }: BodyCacheLimits): BodyCache {
  const bodies = twoGenerations<string, Uint8Array>(maxBytes);
  const loading = new Map<string, ResultAsync<Uint8Array, ContentError>>();
  const largest = Math.min(maxFileBytes, maxBytes / 2 - entryBytes);

  const read = (view: ContentView, file: ReleaseFile): ResultAsync<Uint8Array, ContentError> =>
    flow(async function* () {
      // Goes on in the next microtask, when it is listed in `loading`.
      await Promise.resolve();
      try {
        const bytes = yield* readWhole(view, file);
        bodies.set(file.sha256, bytes, bytes.byteLength + entryBytes);
        return ok(bytes);
      } finally {
        loading.delete(`${view.release} ${file.sha256}`);
      }
    });

  return {
    holds: (file) => file.size <= largest,
    get: (file) => bodies.get(file.sha256),
    load(view, file) {
      // Not shared between releases: one of them may have lost the file.
      const key = `${view.release} ${file.sha256}`;
      const known = loading.get(key);
      if (known !== undefined) return known;
      const reading = read(view, file);
      loading.set(key, reading);
      return reading;
    },
  };
}

/**
 * A file's bytes, compared with its hash: kept bytes are served for every site that has the same hash, so damage or
 * tampering on one must not reach another.
 */
function readWhole(view: ContentView, file: ReleaseFile): ResultAsync<Uint8Array, ContentError> {
  return flow(async function* () {
    const chunks = yield* view.read(file.path);
    const bytes = yield* attempt(
      async () => {
        const parts: Uint8Array[] = [];
        for await (const chunk of chunks) parts.push(chunk);
        return Buffer.concat(parts);
      },
      (cause) => readingError(cause),
    );
    const same = bytes.byteLength === file.size && createHash("sha256").update(bytes).digest("hex") === file.sha256;
    return same ? ok(bytes) : err(otherBytes(view, file));
  });
}

/** Whatever a reading threw, as an error of the source. */
export function readingError(cause: unknown, signal?: AbortSignal): ContentError {
  if (isHostingError(cause)) return cause as ContentError;
  return adapterError(cause, { adapter: "content", operation: "read", state: "unchanged", signal });
}

/** The error for a file that is not what its release says. */
export function otherBytes(view: ContentView, file: ReleaseFile): ContentError {
  const details = { target: "content", release: view.release, paths: [file.path] };
  return hostingError("RELEASE_CORRUPT", `${file.path} has other bytes than its release says.`, details);
}
