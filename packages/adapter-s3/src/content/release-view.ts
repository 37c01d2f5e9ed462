import {
  type BlobReadOptions,
  type BlobStore,
  type BlobStoreError,
  type ContentError,
  type ContentView,
  err,
  flow,
  hasCode,
  hostingError,
  ok,
  type ReleaseFile,
  type ResultAsync,
  type SiteId,
} from "@hostelry/core/adapter";
import type { StoredRelease } from "../target/release-record.ts";
import { releaseCorrupt } from "../target/request-checks.ts";
import type { SiteBucket } from "../target/site-bucket.ts";
import type { SiteKeys } from "../target/site-keys.ts";

/** What a view reads from. */
export interface ViewSource {
  /** The content source's name, for errors. */
  readonly name: string;
  readonly bucket: SiteBucket;
  readonly blobs: Pick<BlobStore, "read"> | undefined;
  readonly siteId: SiteId;
  readonly keys: SiteKeys;
  /** Whether the release is still named by the site's pointer. */
  isThere(): ResultAsync<boolean, ContentError>;
}

/** One release, read by the names of its blobs: those never have other bytes. */
export function releaseView(source: ViewSource, stored: StoredRelease): ContentView {
  const { release, rules, files: listed } = stored.manifest;
  const files = new Map(listed.map((file) => [file.path, file]));
  return {
    release,
    ...(rules === undefined ? {} : { rules }),
    file: (path) => files.get(path),
    read(path, options = {}) {
      const file = files.get(path);
      if (file === undefined) throw new TypeError(`${release} has no ${JSON.stringify(path)}; ask file() first.`);
      return read(source, stored, file, options);
    },
  };
}

function read(
  source: ViewSource,
  stored: StoredRelease,
  file: ReleaseFile,
  options: BlobReadOptions,
): ResultAsync<AsyncIterable<Uint8Array>, ContentError> {
  const { bucket, blobs, keys, name } = source;
  const { release } = stored.manifest;
  const { signal, start, end } = options;
  const corrupt = (cause?: unknown): ContentError => releaseCorrupt(name, release, [file.path], cause);
  const place = stored.places.get(file.sha256);
  return flow(async function* () {
    if (place === undefined) {
      if (blobs === undefined) return err(corrupt());
      return blobs.read(file.sha256, options).mapErr((cause) => ofBlob(cause, corrupt));
    }
    const found = yield* bucket.get(keys.blob(place.stage, file.sha256), { signal, range: { start, end } });
    if (found.outcome === "absent") {
      // Pruned meanwhile, and then its blobs are gone with it; or somebody has taken away what is in use.
      const isThere = yield* source.isThere();
      return err(isThere ? corrupt() : removed(source, stored));
    }
    if (found.outcome === "found" && found.etag === place.etag && found.size === file.size) return ok(found.body);
    // Somebody has written over it: the length that is promised would be wrong, and the bytes are not the site's.
    if (found.outcome === "found") found.discard();
    return err(corrupt());
  });
}

function ofBlob(cause: BlobStoreError, corrupt: (cause: unknown) => ContentError): ContentError {
  if (hasCode(cause, "BLOB_MISMATCH", "BLOB_NOT_FOUND")) return corrupt(cause);
  return cause;
}

function removed({ name, siteId }: ViewSource, { manifest }: StoredRelease): ContentError {
  const { release } = manifest;
  const message = `Release ${release} of ${siteId} was removed while it was read.`;
  return hostingError("RELEASE_NOT_FOUND", message, { target: name, siteId, release });
}
