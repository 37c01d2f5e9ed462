import {
  attempt,
  type BlobStore,
  type BlobStoreError,
  type ContentError,
  type ContentView,
  decodeReleaseManifest,
  err,
  flow,
  hasCode,
  hostingError,
  ok,
  packFiles,
  type ReleaseId,
  type ResultAsync,
  releaseMemoryBytes,
} from "@hostelry/core/adapter";

/** A release whose manifest and bytes are in a blob store. */
export interface RecordedRelease {
  readonly blobs: Pick<BlobStore, "read">;
  /** The content source's name, for errors. */
  readonly name: string;
  readonly release: ReleaseId;
  readonly manifestBlob: string;
}

/** Reads a release's manifest; its files are read by their hashes. */
export function recordView(
  recorded: RecordedRelease,
): ResultAsync<{ readonly view: ContentView; readonly memoryBytes: number }, ContentError> {
  const { blobs, release, manifestBlob } = recorded;
  return flow(async function* () {
    const bytes = yield* wholeBlob(recorded, manifestBlob);
    const manifest = decodeReleaseManifest(bytes);
    if (manifest.isErr()) return err(corrupt(recorded, "manifest", manifest.error));
    const { rules } = manifest.value;
    const files = packFiles(manifest.value.files);
    const view: ContentView = {
      release,
      rules,
      file: (path) => files.get(path),
      read: (path, options) => {
        const file = files.get(path);
        if (file === undefined) throw new TypeError(`${release} has no ${JSON.stringify(path)}; ask file() first.`);
        return blobs.read(file.sha256, options).mapErr((cause) => ofBlob(recorded, path, cause));
      },
    };
    return ok({ view, memoryBytes: releaseMemoryBytes(files, rules) });
  });
}

function wholeBlob(recorded: RecordedRelease, sha256: string): ResultAsync<Uint8Array, ContentError> {
  return flow(async function* () {
    const chunks = yield* recorded.blobs.read(sha256).mapErr((cause) => ofBlob(recorded, "manifest", cause));
    return attempt(
      async () => {
        const parts: Uint8Array[] = [];
        for await (const chunk of chunks) parts.push(chunk);
        return Buffer.concat(parts);
      },
      (cause) => ofBlob(recorded, "manifest", cause as BlobStoreError),
    );
  });
}

function ofBlob(recorded: RecordedRelease, path: string, cause: BlobStoreError): ContentError {
  return hasCode(cause, "BLOB_NOT_FOUND", "BLOB_MISMATCH") ? corrupt(recorded, path, cause) : (cause as ContentError);
}

function corrupt({ name, release }: RecordedRelease, path: string, cause: unknown): ContentError {
  const details = { target: name, release, paths: [path] };
  return hostingError("RELEASE_CORRUPT", `${path} of release ${release} can't be read.`, details, { cause });
}
