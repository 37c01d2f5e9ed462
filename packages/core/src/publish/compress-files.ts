import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import { manifestFileMode } from "../archive/manifest.ts";
import { readBlob } from "../blob/read-blob.ts";
import type { BlobStore, BlobStoreError } from "../ports/blob-store.ts";
import type { CallOptions } from "../ports/call-options.ts";
import { all, flow, ok, type ResultAsync } from "../result/index.ts";
import { isCompressible } from "./compressible.ts";
import type { FreePaths } from "./free-paths.ts";
import { type ContentCoding, codingSuffix, type ReleaseFile, type ReleaseManifest } from "./release.ts";

/** What compressing needs to know. */
export interface CompressRequest {
  readonly blobs: Pick<BlobStore, "read" | "put" | "has">;
  /** What may be compressed. */
  readonly files: readonly ReleaseFile[];
  readonly codings: readonly ContentCoding[];
  /** Its compressed files are used again where the bytes are the same. */
  readonly before: ReleaseManifest | undefined;
  readonly freePaths: FreePaths;
}

/** Brotli's highest quality takes a second per megabyte: worth it for what is small and asked for often. */
const maxFinestBytes = 128 * 1024;
/** A file that hardly shrinks is not worth a second copy. */
const worthwhile = 0.95;
const concurrency = 4;

const brotli = promisify(brotliCompress);
const gzipped = promisify(gzip);

/** Where compressed bytes are. */
interface Compressed {
  readonly sha256: string;
  readonly size: number;
}

/**
 * Compresses what is worth it and puts it into the blob store, beside the originals. Equal bytes are compressed once; what
 * the release before has compressed already is taken from there. A path that the content has itself is left to it.
 */
export function compressFiles(
  request: CompressRequest,
  options: CallOptions,
): ResultAsync<readonly ReleaseFile[], BlobStoreError> {
  return flow(async function* () {
    const { files, codings, freePaths } = request;
    if (codings.length === 0) return ok([]);
    const worth = files.filter(({ mediaType, size }) => isCompressible(mediaType, size));
    if (worth.length === 0) return ok([]);
    const known = yield* knownCompressed(request, options);
    const originals = new Map(worth.map((file) => [file.sha256, file]));
    const jobs = [...originals.values()].flatMap((file) =>
      codings
        .filter((coding) => !known.has(`${coding} ${file.sha256}`))
        .map((coding) => (signal: AbortSignal) => compressOne(request, file, coding, { signal })),
    );
    for (const { key, compressed } of yield* all(jobs, { concurrency, signal: options.signal })) {
      if (compressed !== undefined) known.set(key, compressed);
    }
    const made: ReleaseFile[] = [];
    for (const { path, sha256, mtimeSeconds, mediaType } of worth) {
      for (const coding of codings) {
        const compressed = known.get(`${coding} ${sha256}`);
        const name = `${path}${codingSuffix[coding]}`;
        if (compressed === undefined || !freePaths.take(name)) continue;
        made.push({ path: name, ...compressed, mode: manifestFileMode, mtimeSeconds, mediaType, coding });
      }
    }
    return ok(made);
  });
}

/** By coding and original hash: what is in the blob store already. */
function knownCompressed(
  { before, blobs }: CompressRequest,
  { signal }: CallOptions,
): ResultAsync<Map<string, Compressed>, BlobStoreError> {
  return flow(async function* () {
    const known = new Map<string, Compressed>();
    const compressed = before?.files.filter((file) => file.coding !== undefined) ?? [];
    if (compressed.length === 0) return ok(known);
    const originals = new Map(before?.files.map((file) => [file.path, file.sha256]));
    const there = yield* blobs.has([...new Set(compressed.map(({ sha256 }) => sha256))], { signal });
    for (const { path, coding, sha256, size } of compressed) {
      if (coding === undefined || !there.has(sha256)) continue;
      const original = originals.get(path.slice(0, -codingSuffix[coding].length));
      if (original !== undefined) known.set(`${coding} ${original}`, { sha256, size });
    }
    return ok(known);
  });
}

function compressOne(
  { blobs }: CompressRequest,
  { sha256, size }: ReleaseFile,
  coding: ContentCoding,
  { signal }: CallOptions,
): ResultAsync<{ readonly key: string; readonly compressed?: Compressed }, BlobStoreError> {
  return flow(async function* () {
    const bytes = yield* readBlob(blobs, sha256, { signal });
    const quality = size <= maxFinestBytes ? constants.BROTLI_MAX_QUALITY : 9;
    const params = { [constants.BROTLI_PARAM_QUALITY]: quality, [constants.BROTLI_PARAM_SIZE_HINT]: size };
    const made = coding === "br" ? await brotli(bytes, { params }) : await gzipped(bytes, { level: 9 });
    const key = `${coding} ${sha256}`;
    if (made.byteLength > size * worthwhile) return ok({ key });
    const stored = yield* blobs.put({ bytes: made }, { signal });
    return ok({ key, compressed: { sha256: stored.sha256, size: stored.size } });
  });
}
